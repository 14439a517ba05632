// Certificates and models of theories, checked again against the file that they are about.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/report.hpp"
#include "cli/supervise.hpp"
#include "cli/theories.hpp"
#include "kernel/digest.hpp"
#include "kernel/ledger.hpp"
#include "kernel/monoidal_folder.hpp"
#include "lang/theory_printer.hpp"
#include "tactics/countermodel.hpp"

namespace skein::cli {

namespace fs = std::filesystem;
using nlohmann::json;
using namespace monoidal;

namespace {

struct Argument {
  std::string file, name;
};
Argument split(const std::string& argument) {
  const auto colon = argument.rfind(".skn:");
  if (colon == std::string::npos) return {argument, ""};
  return {argument.substr(0, colon + 4), argument.substr(colon + 5)};
}

// A theory as the kernel sees it: its rules and defs.
monoidal::Kernel kernel_of(const TheoryDeclaration& t) {
  monoidal::Kernel k({t.name, t.signature, {}});
  for (const TheoryClaim& c : t.claims)
    if (c.kind == TheoryClaim::Kind::rule || c.kind == TheoryClaim::Kind::definition) k.add_rule(c.statement);
  return k;
}

Matrix read_matrix(const json& rows, const std::string& what, const std::string& file) {
  Matrix m;
  if (!rows.is_array() || rows.empty()) bad_input(what + " has no matrix", file);
  m.rows = rows.size(), m.columns = rows.front().size();
  for (const json& row : rows) {
    if (!row.is_array() || row.size() != m.columns) bad_input(what + " has rows of several lengths", file);
    for (const json& entry : row) {
      Rational q;
      if (!entry.is_string() || entry.get<std::string>().size() > 1000 ||
          q.set_str(entry.get<std::string>(), 10) != 0 || q.get_den() == 0)
        bad_input(what + " has an entry that is no rational number", file);
      q.canonicalize();
      m.entries.push_back(q);
    }
  }
  return m;
}

Model read_model(const TheoryDeclaration& theory, const std::string& folder) {
  const std::string file = (fs::path(folder) / "witness.json").string();
  std::ifstream in(file);
  const json j = json::parse(in, nullptr, false);
  const auto has_object = [&](const char* key) { return j.contains(key) && j.at(key).is_object(); };
  if (j.is_discarded() || !j.is_object() || !has_object("dimensions") || !has_object("boxes"))
    bad_input("this is no witness with a model", file);
  const Signature& s = *theory.signature;
  Model m;
  for (std::uint32_t i = 0; i < s.sorts(); ++i) {
    const json n = j.at("dimensions").value(s.sort({i}).text(), json());
    if (!n.is_number_unsigned() || n.get<std::size_t>() < 1 || n.get<std::size_t>() > 1000)
      bad_input(fmt::format("the object {} has no dimension", s.sort({i}).text()), file);
    m.dimension.push_back(n.get<std::size_t>());
  }
  for (std::uint32_t g = 0; g < s.generators(); ++g) {
    const std::string name = s.generator({g}).name.text();
    m.boxes.push_back(read_matrix(j.at("boxes").value(name, json()), name, file));
  }
  return m;
}

// The first entry at which two different matrices differ.
std::string difference(const Matrix& left, const Matrix& right) {
  std::size_t k = 0;
  while (left.entries[k] == right.entries[k]) ++k;
  return fmt::format("entry ({}, {}) is {} on the left and {} on the right", k / left.columns + 1, k % left.columns + 1,
                     left.entries[k].get_str(), right.entries[k].get_str());
}

json check_model(const std::string& witness, const std::string& argument) {
  const NamedClaim named = find_theory_claim(argument);
  const Rule& claim = *named.claim->statement;
  const Model m = read_model(*named.theory, witness);
  try {
    const std::string why = no_refutation(*named.theory, claim, m);
    json j{{"differs", why.empty()}, {"reason", why.empty() ? json() : json(why)}, {"witness", witness}};
    j["theory"] = named.theory->name.text();
    j["where"] = why.empty() ? json(difference(evaluate(claim.left(), m), evaluate(claim.right(), m))) : json();
    return j;
  } catch (const IllTyped& e) {
    bad_input(e.what(), witness);
  } catch (const std::length_error& e) {
    bad_input(e.what(), witness);
  }
}

}  // namespace

NamedClaim find_theory_claim(const std::string& argument) {
  const auto [file, name] = split(argument);
  const TheoryFile theories = load_theories(file);
  std::vector<std::string> names;
  for (const TheoryPtr& t : theories.own)
    for (const TheoryClaim& c : t->claims) {
      names.push_back(t->name.text() + "." + c.name().text());
      if (names.back() == name || c.name().text() == name) return {t, &c};
    }
  const std::string hint = did_you_mean(name, names);
  bad_input(fmt::format("there is no theorem {}{}{}", name, hint.empty() ? "" : "; ", hint), file);
}

int run_model(const std::string& witness, const std::string& argument, const CommonOptions& common) {
  json result;
  supervise_to_end(
      {.seconds = common.timeout, .megabytes = common.memory}, "replaying " + witness,
      [&](const Emit& emit) { emit(to_text(check_model(witness, argument))); },
      [&](std::string_view message) { result = json::parse(message); });
  const bool differs = result.at("differs");
  if (common.json)
    print_json(result);
  else if (differs)
    fmt::print("{}: all rules of {} hold, but {}\n", witness, result.at("theory").get<std::string>(),
               result.at("where").get<std::string>());
  else
    fmt::print("{} refutes nothing: {}\n", witness, result.at("reason").get<std::string>());
  return differs ? all_hold : some_fail;
}

TheoryReplay replay_theory(const std::string& certificate, const std::string& argument) {
  const auto [file, name] = split(argument);
  const TheoryFile theories = load_theories(file);
  TheoryReplay out;
  try {
    const std::string text = read_text(certificate);
    const fs::path folder = fs::path(certificate).parent_path();
    const MonoidalReplay r = replay_monoidal(text, certificates_in(folder.empty() ? "." : folder));
    out.steps = r.steps;
    const Symbol theory_name = r.kernel.theory().name;
    const auto theory = std::ranges::find_if(theories.own, [&](const TheoryPtr& t) { return t->name == theory_name; });
    if (theory == theories.own.end()) {
      out.reason = fmt::format("it is about the theory {}, which {} does not declare", theory_name.text(), file);
      return out;
    }
    // The theory of the certificate must be part of the declared one; its theorems then are statements there.
    monoidal::Kernel here = kernel_of(**theory);
    here.import(r.kernel, digest(text));
    std::size_t compared = 0;
    for (const TheoryClaim& c : (*theory)->claims) {
      const bool theorem = c.kind == TheoryClaim::Kind::theorem && !c.negated;
      const std::string full = theory_name.text() + "." + c.name().text();
      if (!theorem || (!name.empty() && name != c.name().text() && name != full)) continue;
      const RulePtr proved = here.find(c.name());
      if (!proved || write(*proved) != write(*c.statement)) {
        out.reason = fmt::format("it {} {}", proved ? "proves another statement of the name" : "does not prove", full);
        return out;
      }
      out.statement += fmt::format("{}{}: {} {} {}", compared ? "\n" : "", full, print_term(c.statement->left()),
                                   c.statement->two_way() ? "==" : "=>", print_term(c.statement->right()));
      ++compared;
    }
    if (compared == 0) out.reason = name.empty() ? "the theory has no theorem" : "the file has no theorem " + name;
  } catch (const Rejected& e) {
    out.reason = std::string("the kernel rejects it: ") + e.what();
  }
  return out;
}

}  // namespace skein::cli
