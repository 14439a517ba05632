#include "cli/architecture.hpp"

#include <fmt/format.h>

#include <cctype>
#include <optional>
#include <sstream>

#include "cli/report.hpp"
#include "lang/printer.hpp"
#include "onnx/import.hpp"
#include "verify/recurrence.hpp"
#include "verify/rulebook.hpp"

namespace skein::cli {

namespace fs = std::filesystem;

namespace {

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

void need_file(const std::string& file) {
  std::error_code error;
  if (!fs::exists(file, error)) bad_input("there is no such file", file);
  if (fs::is_directory(file, error)) bad_input("this is a directory, not a file", file);
  if (!fs::is_regular_file(file, error)) bad_input("this is not a regular file", file);
}

// FILE.skn:NAME as its two parts; the name is empty where there is none.
struct Named {
  std::string file, name;
};
std::optional<Named> skn_argument(const std::string& argument) {
  if (ends_with(argument, ".skn")) return Named{argument, ""};
  const auto colon = argument.rfind(':');
  if (colon == std::string::npos || !ends_with(std::string_view(argument).substr(0, colon), ".skn"))
    return std::nullopt;
  return Named{argument.substr(0, colon), argument.substr(colon + 1)};
}

Architecture from_def(const Module& m, const std::string& name, const std::string& source, const std::string& where) {
  const Definition* def = m.find_def(name);
  if (!def) {
    const std::string hint = did_you_mean(name, m.def_names());
    bad_input(fmt::format("there is no def {}{}{}", name, hint.empty() ? "" : "; ", hint), where);
  }
  return {def->diagram, {}, source, def->given};
}

Architecture from_skn(const Named& n, const std::string& source) {
  const Module m = read_module(n.file);
  if (!n.name.empty()) return from_def(m, n.name, source, n.file);
  if (m.defs().size() == 1) return {m.defs().front()->diagram, {}, source, m.defs().front()->given};
  if (m.defs().empty()) bad_input("the file has no def", n.file);
  std::string names;
  for (const auto& d : m.defs()) names += (names.empty() ? "" : ", ") + d->name.text();
  bad_input(fmt::format("the file has {} defs: say which one, as {}:{} (there are {})", m.defs().size(), n.file,
                        m.defs().front()->name.text(), names),
            n.file);
}

Architecture from_onnx(const std::string& file) {
  need_file(file);
  Model model = import_onnx(file);
  Architecture a{std::move(model.diagram), {}, file};
  for (auto& [name, tensor] : model.weights)
    a.weights[name] = {std::vector<std::size_t>(tensor.shape.begin(), tensor.shape.end()), std::move(tensor.values)};
  return a;
}

const char* relation(Sign s) {
  switch (s) {
    case Sign::positive: return "> 0";
    case Sign::nonnegative: return ">= 0";
    case Sign::nonzero: return "!= 0";
  }
  return "";
}

}  // namespace

Module read_module(const std::string& file) {
  need_file(file);
  return load_module(file);
}

Architecture read_architecture(const std::string& argument) {
  if (const auto named = skn_argument(argument)) return from_skn(*named, argument);
  if (ends_with(argument, ".onnx")) return from_onnx(argument);
  constexpr std::string_view prelude = "prelude:";
  std::error_code error;
  if (!argument.starts_with(prelude) && fs::exists(argument, error)) {
    if (fs::is_directory(argument, error)) bad_input("this is a directory, not an architecture", argument);
    bad_input("an architecture is a .skn or an .onnx file", argument);
  }
  const std::string name = argument.starts_with(prelude) ? argument.substr(prelude.size()) : argument;
  if (name.find('/') != std::string::npos || name.find('.') != std::string::npos)
    bad_input("there is no such file", argument);
  const Module m = parse_module("", "prelude");
  if (!m.find_def(name)) {
    const std::string hint = did_you_mean(name, m.def_names());
    bad_input(fmt::format("{} is neither a file nor a def of the prelude{}{}", name, hint.empty() ? "" : "; ", hint));
  }
  return from_def(m, name, argument, "prelude");
}

Statement at_steps(const Statement& s, const std::map<Symbol, Integer>& sizes, const std::string& where) {
  try {
    return unrolled(s, sizes);
  } catch (const std::invalid_argument& e) {
    bad_input(fmt::format("the fold cannot be unrolled: {}", e.what()), where);
  }
}

Architecture read_without_folds(const std::string& argument, const std::string& command) {
  Architecture a = read_architecture(argument);
  if (!a.given.empty())
    bad_input(
        fmt::format("{} has a fold, which skein {} does not take; skein prove, run and batch do", argument, command),
        argument);
  return a;
}

Pairing to_pairing(const Claim& claim) {
  const std::string source = claim.file + ":" + claim.name.text();
  Pairing p = pair({claim.left, {}, source + ", left side"}, {claim.right, {}, source + ", right side"});
  // The claim's own diagrams: its conditions speak of their sizes and inputs.
  p.statement = to_statement(claim);
  p.invariants = claim.invariants;
  std::string conditions = recurrences_text(p.statement);
  for (std::size_t k = 0; k < p.statement.when.size(); ++k) {
    const std::string name = fmt::format("condition_{}", k);
    conditions += fmt::format("{}# holds at all indices: {} {}\n\n", print_diagram(p.statement.when[k].value, name),
                              name, relation(p.statement.when[k].sign));
  }
  for (std::size_t k : hypotheses(p.statement)) {
    const Given& g = p.statement.given[k];
    const std::string left = fmt::format("given_{}_left", k), right = fmt::format("given_{}_right", k);
    conditions += fmt::format("{}\n{}# equal at all indices: {} and {}\n\n", print_diagram(g.left, left),
                              print_diagram(g.right, right), left, right);
  }
  if (const auto at = p.text.rfind("theorem "); at != std::string::npos) p.text.insert(at, conditions);
  return p;
}

Pairing read_pairing(const std::vector<std::string>& arguments) {
  if (arguments.size() == 2) return pair(read_architecture(arguments[0]), read_architecture(arguments[1]));
  const auto named = arguments.size() == 1 ? skn_argument(arguments[0]) : std::nullopt;
  if (!named || named->name.empty()) usage_error("a statement is two architectures, or FILE.skn:CLAIM");
  const Module m = read_module(named->file);
  std::vector<std::string> names;
  for (const Claim& c : m.claims()) {
    if (c.name.text() == named->name) return to_pairing(c);
    names.push_back(c.name.text());
  }
  const std::string hint = did_you_mean(named->name, names);
  bad_input(fmt::format("there is no claim {}{}{}", named->name, hint.empty() ? "" : "; ", hint), named->file);
}

std::string file_stem(const std::string& argument) {
  std::string name = argument;
  if (const auto named = skn_argument(argument); named && !named->name.empty())
    name = named->name;
  else if (named || ends_with(argument, ".onnx"))
    name = fs::path(argument).stem().string();
  else if (argument.starts_with("prelude:"))
    name = argument.substr(8);
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '.') c = '_';
  return name.empty() || name.front() == '.' ? "_" + name : name;
}

std::map<Symbol, Integer> parse_sizes(const std::string& text) {
  std::map<Symbol, Integer> out;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, ',');) {
    const auto equals = part.find('=');
    const std::string number = equals == std::string::npos ? "" : part.substr(equals + 1);
    if (number.empty() || number.size() > 9 || number.find_first_not_of("0123456789") != std::string::npos)
      usage_error(fmt::format("--sizes takes NAME=NUMBER, ..., not \"{}\"", part));
    out[Symbol(part.substr(0, equals))] = Integer(number);
  }
  return out;
}

}  // namespace skein::cli
