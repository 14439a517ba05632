#include "batch/content.hpp"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "kernel/certificate.hpp"
#include "kernel/digest.hpp"
#include "kernel/text.hpp"
#include "lang/module.hpp"
#include "lang/parser.hpp"

namespace skein {

namespace fs = std::filesystem;

namespace {

std::optional<std::string> read_bytes(const fs::path& file) {
  std::error_code error;
  if (!fs::is_regular_file(file, error)) return std::nullopt;
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) return std::nullopt;
  return text.str();
}

// The digests of a .skn file and of all that it imports, in the order of the imports. What does not parse imports
// nothing.
class Closure {
 public:
  bool add(const fs::path& file) {
    if (!seen_.insert(fs::weakly_canonical(file).string()).second) return true;
    const auto text = read_bytes(file);
    if (!text) return false;
    digests_ += digest(*text) + "\n";
    try {
      for (const ImportSyntax& import : parse_syntax(SourceText(file.string(), *text)).imports)
        if (import.quoted) {
          digests_ += "import " + import.path + "\n";
          add(file.parent_path() / import.path);
        }
    } catch (const SourceError&) {
      digests_ += "unread\n";
    }
    return true;
  }
  void add_prelude() {
    const fs::path folder = default_prelude();
    std::error_code error;
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder, error))
      if (entry.path().extension() == ".skn") files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    for (const fs::path& f : files) add(f);
  }
  std::string digests() const { return digests_; }

 private:
  std::set<std::string> seen_;
  std::string digests_;
};

std::optional<std::string> architecture(const std::string& argument) {
  if (argument.ends_with(".onnx")) {
    const auto bytes = file_digest(argument);
    return bytes ? std::optional("onnx " + *bytes) : std::nullopt;
  }
  Closure closure;
  closure.add_prelude();
  const auto colon = argument.rfind(".skn:");
  const bool with_name = colon != std::string::npos;
  if (with_name || argument.ends_with(".skn")) {
    if (!closure.add(with_name ? argument.substr(0, colon + 4) : argument)) return std::nullopt;
    return "skn " + digest(closure.digests()) + " " + (with_name ? argument.substr(colon + 5) : "");
  }
  return "prelude " + digest(closure.digests()) + " " + argument;
}

}  // namespace

std::optional<std::string> file_digest(const fs::path& file) {
  const auto bytes = read_bytes(file);
  return bytes ? std::optional(digest(*bytes)) : std::nullopt;
}

std::string folder_digest(const fs::path& folder) {
  std::error_code error;
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder, error))
    if (entry.is_regular_file(error))
      files[entry.path().lexically_relative(folder).string()] = file_digest(entry.path()).value_or("");
  if (files.empty()) return "";
  std::string text;
  for (const auto& [name, bytes] : files) text += bytes + " " + name + "\n";
  return digest(text);
}

std::optional<std::string> content_digest(const Case& c) {
  std::string text = c.arguments.size() == 1 ? "theorem\n" : "pair\n";
  for (const std::string& argument : c.arguments) {
    const auto part = architecture(argument);
    if (!part) return std::nullopt;
    text += *part + "\n";
  }
  return digest(text);
}

RuleSet::RuleSet(const fs::path& ledger) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(ledger, error)) {
    if (entry.path().extension() != ".cert") continue;
    const auto bytes = read_bytes(entry.path());
    if (!bytes) continue;
    Rule rule{digest(*bytes), {}};
    try {
      for (Symbol use : read_head(*bytes).uses) rule.uses.push_back(text::write(use));
    } catch (const Rejected&) {
      // A certificate that does not read rests on nothing, and nothing holds by it: the prover says so.
    }
    rules_[entry.path().stem().string()] = std::move(rule);
  }
  std::string all;
  for (const auto& [name, rule] : rules_) all += rule.digest + " " + name + "\n";
  whole_ = digest(all);
}

std::string RuleSet::digest_of(const std::string& rule) const {
  if (rule == every_rule) return whole_;
  const auto it = rules_.find(rule);
  return it == rules_.end() ? "" : it->second.digest;
}

RuleDigests RuleSet::used_by(const std::vector<std::string>& certificates) const {
  std::vector<std::string> open;
  for (const std::string& certificate : certificates)
    for (Symbol use : read_head(certificate).uses) open.push_back(text::write(use));
  RuleDigests out;
  while (!open.empty()) {
    const std::string name = open.back();
    open.pop_back();
    if (!out.emplace(name, digest_of(name)).second) continue;
    if (const auto it = rules_.find(name); it != rules_.end())
      open.insert(open.end(), it->second.uses.begin(), it->second.uses.end());
  }
  return out;
}

RuleDigests RuleSet::whole() const { return {{every_rule, whole_}}; }

bool RuleSet::agrees(const RuleDigests& recorded) const {
  return std::all_of(recorded.begin(), recorded.end(), [&](const auto& r) { return digest_of(r.first) == r.second; });
}

}  // namespace skein
