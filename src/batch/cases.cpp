#include "batch/cases.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "lang/module.hpp"

namespace skein {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

bool is_skn(const std::string& argument) { return argument.ends_with(".skn"); }

// The part of FILE.skn:NAME before the colon; the whole of any other argument.
std::string file_part(const std::string& argument) {
  const auto colon = argument.rfind(".skn:");
  return colon == std::string::npos ? argument : argument.substr(0, colon + 4);
}

// A def of the prelude is named without a file.
bool names_prelude(const std::string& argument) {
  return argument.starts_with("prelude:") || argument.find_first_of("./") == std::string::npos;
}

std::string short_name(const std::string& argument) {
  const std::string file = file_part(argument);
  std::string name =
      file.size() < argument.size() ? argument.substr(file.size() + 1) : fs::path(argument).filename().string();
  if (argument.starts_with("prelude:")) name = argument.substr(8);
  if (name.ends_with(".onnx")) name.resize(name.size() - 5);
  if (is_skn(name)) name.resize(name.size() - 4);
  return name;
}

std::string text_at(const json& entry, const char* key, const fs::path& manifest, std::size_t number) {
  const auto it = entry.find(key);
  if (it == entry.end()) throw BatchError(fmt::format("entry {} has no \"{}\"", number, key), manifest);
  if (!it->is_string() || it->get<std::string>().empty())
    throw BatchError(fmt::format("in entry {}, \"{}\" is not the name of an architecture", number, key), manifest);
  const std::string argument = *it;
  if (names_prelude(argument) || fs::path(argument).is_absolute()) return argument;
  return (manifest.parent_path() / argument).lexically_normal().string();
}

std::optional<Expectation> expectation(const json& entry, const fs::path& manifest, std::size_t number) {
  const auto it = entry.find("expect");
  if (it == entry.end() || it->is_null()) return std::nullopt;
  if (*it == "equal") return Expectation::equal;
  if (*it == "different") return Expectation::different;
  throw BatchError(fmt::format("in entry {}, \"expect\" is neither \"equal\" nor \"different\"", number), manifest);
}

void read_manifest(const fs::path& file, std::vector<Case>& out) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw BatchError("the manifest cannot be read", file);
  const json list = json::parse(in, nullptr, false);
  if (list.is_discarded()) throw BatchError("the manifest is not JSON", file);
  if (!list.is_array()) throw BatchError("a manifest is a JSON list of {\"left\", \"right\", \"expect\"}", file);
  std::size_t number = 0;
  for (const json& entry : list) {
    ++number;
    if (!entry.is_object()) throw BatchError(fmt::format("entry {} is not an object", number), file);
    Case c;
    c.left = text_at(entry, "left", file, number);
    c.right = text_at(entry, "right", file, number);
    c.arguments = {c.left, c.right};
    c.expected = expectation(entry, file, number);
    if (const auto note = entry.find("note"); note != entry.end() && note->is_string()) c.note = *note;
    c.name = short_name(c.left) + "_is_" + short_name(c.right);
    c.source = file.string();
    out.push_back(std::move(c));
  }
}

void read_theorems(const fs::path& file, std::vector<Case>& out) {
  const Module module = load_module(file);
  for (const Claim& claim : module.claims()) {
    if (claim.kind != ClaimKind::theorem) continue;
    Case c;
    const std::string statement = file.string() + ":" + claim.name.text();
    c.name = file.stem().string() + "." + claim.name.text();
    c.arguments = {statement};
    c.left = statement + " (left side)", c.right = statement + " (right side)";
    c.expected = claim.negated ? Expectation::different : Expectation::equal;
    c.note = claim.description;
    std::replace(c.note.begin(), c.note.end(), '\n', ' ');
    c.source = file.string();
    out.push_back(std::move(c));
  }
}

void read_file(const fs::path& file, std::vector<Case>& out) {
  const std::size_t before = out.size();
  if (file.extension() == ".json") return read_manifest(file, out);
  if (file.extension() != ".skn") throw BatchError("a batch is read from .json manifests and .skn files", file);
  read_theorems(file, out);
  if (out.size() == before) throw BatchError("the file has no theorem", file);
}

// Files without theorems may be there to be imported by the others.
void read_folder(const fs::path& folder, std::vector<Case>& out) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto extension = entry.path().extension();
    if (entry.is_regular_file() && (extension == ".json" || extension == ".skn")) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  const std::size_t before = out.size();
  for (const fs::path& f : files) f.extension() == ".json" ? read_manifest(f, out) : read_theorems(f, out);
  if (out.size() == before) throw BatchError("the folder has no manifest and no .skn file with a theorem", folder);
}

// Names become names of folders; the second and later of one name are numbered.
void make_unique(std::vector<Case>& cases) {
  std::map<std::string, int> seen;
  for (Case& c : cases) {
    for (char& x : c.name)
      if (!std::isalnum(static_cast<unsigned char>(x)) && x != '-' && x != '.') x = '_';
    if (c.name.size() > 180) c.name.resize(180);  // with digest and process id still a legal name of a file
    const std::string base = c.name;
    for (int n = seen[base] + 1;; ++n) {
      seen[base] = n;
      if (n == 1) break;
      c.name = fmt::format("{}_{}", base, n);
      if (!seen.count(c.name)) {
        seen[c.name] = 1;
        break;
      }
    }
  }
}

}  // namespace

const char* to_string(Expectation e) { return e == Expectation::equal ? "equal" : "different"; }

std::vector<Case> read_cases(const std::vector<fs::path>& paths) {
  std::vector<Case> out;
  for (const fs::path& path : paths) {
    std::error_code error;
    if (!fs::exists(path, error)) throw BatchError("there is no such file or folder", path);
    fs::is_directory(path, error) ? read_folder(path, out) : read_file(path, out);
  }
  if (out.empty()) throw BatchError("there is nothing to decide", paths.empty() ? fs::path() : paths.front());
  make_unique(out);
  return out;
}

}  // namespace skein
