// skein prove FILE.skn for the theories of the file.
#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "cli/report.hpp"
#include "cli/supervise.hpp"
#include "cli/theories.hpp"
#include "cli/verdict.hpp"
#include "kernel/monoidal_certificate.hpp"
#include "lang/theory_models.hpp"
#include "lang/theory_printer.hpp"
#include "tactics/real_model.hpp"
#include "tactics/theory_book.hpp"
#include "verify/z3_oracle.hpp"

namespace skein::cli {

namespace fs = std::filesystem;
using nlohmann::json;
using namespace monoidal;

namespace {

constexpr double grace = 2;

json rows_of(const Matrix& m) {
  json rows = json::array();
  for (std::size_t r = 0; r < m.rows; ++r) {
    rows.push_back(json::array());
    for (std::size_t c = 0; c < m.columns; ++c) rows.back().push_back(m.at(r, c).get_str());
  }
  return rows;
}

fs::path write_model(const TheoryDeclaration& theory, const ClaimReport& r, const fs::path& out) {
  const Countermodel& c = *r.countermodel;
  const Signature& s = *theory.signature;
  json j{{"theory", theory.name.text()}, {"claim", r.claim->name().text()}, {"dimensions", json::object()},
         {"boxes", json::object()},      {"left", rows_of(c.left)},         {"right", rows_of(c.right)}};
  for (std::uint32_t i = 0; i < s.sorts(); ++i) j["dimensions"][s.sort({i}).text()] = c.model.dimension[i];
  for (std::uint32_t g = 0; g < s.generators(); ++g)
    j["boxes"][s.generator({g}).name.text()] = rows_of(c.model.boxes[g]);
  const fs::path folder = out / (file_name(theory.name.text() + "." + r.claim->name().text()) + ".witness");
  write_file(folder / "witness.json", to_text(j) + "\n");
  return folder;
}

json to_json(const TheoryDeclaration& theory, const ClaimReport& r, const fs::path& out) {
  const Rule& rule = *r.claim->statement;
  const std::string name = theory.name.text() + "." + rule.name().text();
  const std::string left = print_term(rule.left()), right = print_term(rule.right());
  json j = empty_verdict({name, left, right});
  static constexpr const char* words[] = {"proved", "refuted", "unknown"};
  j["verdict"] = words[static_cast<std::size_t>(r.verdict)];
  j["theory"] = theory.name.text();
  j["claim"] = rule.name().text();
  j["statement"] = fmt::format("in the {} theory {}: {} {} {}", name_of(theory.signature->structure()),
                               theory.name.text(), left, rule.two_way() ? "==" : "=>", right);
  j["expected"] = r.claim->negated ? "refuted" : "proved";
  j["as_expected"] = r.expected();
  j["reason"] = r.reason.empty() ? json() : json(r.reason);
  j["file"] = theory.file;
  j["line"] = r.script.place.line ? r.script.place.line : r.claim->line;
  j["column"] = r.script.place.line ? r.script.place.column : 1;
  j["goal"] = r.script.goal.empty() ? json() : json(r.script.goal);
  j["next"] = r.script.nexts;
  j["found"] = r.script.found;
  j["rests_on"] = json::array();
  for (Symbol s : r.rests_on) j["rests_on"].push_back(s.text());
  j["seconds"]["total"] = r.seconds;
  if (r.theorem) {
    std::size_t rewrites = 0;
    for (const auto& [side, step] : r.theorem->steps()) rewrites += std::holds_alternative<RuleStep>(step);
    j["steps"] = r.theorem->steps().size();
    j["rewrites"] = rewrites;
    j["confirmed"] = {{"instances", r.models}, {"max_abs_error", 0}, {"max_rel_error", 0}};
  }
  if (r.verdict == ClaimReport::Verdict::refuted) {
    j["witness"] = write_model(theory, r, out).string();
    const std::string& named = r.countermodel->name;
    j["model"] = print_model(theory, r.countermodel->model, named.empty() ? "found" : named);
    j["declared_model"] = named.empty() ? json() : json(named);
  }
  return j;
}

// `seconds` are for all rules together.
json to_json(const TheoryDeclaration& theory, const RealModel& m, double seconds) {
  const auto start = std::chrono::steady_clock::now();
  Z3Limits limits;
  const double each = 1000 * seconds / static_cast<double>(theory.claims.size() + 1);
  if (each < limits.milliseconds) limits.milliseconds = static_cast<int>(each);
  const Z3Oracle z3(limits);
  const RealVerdict v = check(theory, m, [&](const std::string& text) {
    const Z3Oracle::Answer a = z3.solve(text);
    return RealAnswer{a.none, a.point};
  });
  json j = empty_verdict({theory.name.text() + "." + m.name.text(), "", ""});
  static constexpr const char* words[] = {"proved", "refuted", "unknown"};
  j["verdict"] = words[static_cast<std::size_t>(v.kind)];
  j["kind"] = "model", j["theory"] = theory.name.text(), j["claim"] = m.name.text();
  const std::string parameters =
      m.parameters.empty() ? "" : fmt::format(" for all values of {}", fmt::join(m.parameters, ", "));
  j["statement"] = fmt::format("the rules of {} hold in the real model {}{}{}", theory.name.text(), m.name.text(),
                               parameters, m.conditions.empty() ? "" : " that satisfy its conditions");
  j["expected"] = m.negated ? "refuted" : "proved";
  j["as_expected"] = j["expected"] == j["verdict"];
  if (v.kind == RealVerdict::Kind::unknown) j["reason"] = v.reason;
  if (v.kind == RealVerdict::Kind::fails) {
    std::string at;
    json where = json::object();
    for (const auto& [name, value] : v.where) {
      at += fmt::format("{}{} = {}", at.empty() ? "" : ", ", name, value.get_str());
      where[name] = value.get_str();
    }
    j["fails"] = {{"rule", v.rule.text()}, {"at", where}, {"left", v.left}, {"right", v.right}};
    j["where"] = fmt::format("{} fails{}{}: {} on the left, {} on the right", v.rule.text(), at.empty() ? "" : " at ",
                             at, v.left, v.right);
  }
  j["rules"] = v.rules;
  j["file"] = theory.file, j["line"] = m.line, j["column"] = 1;
  j["goal"] = nullptr, j["next"] = json::array(), j["found"] = json::array(), j["rests_on"] = json::array();
  j["seconds"]["total"] = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return j;
}

// The theories whose theorems a theory takes over.
void need(const TheoryDeclaration& theory, std::set<const TheoryDeclaration*>& needed) {
  for (const TheoryClaim& c : theory.claims)
    if (c.source && needed.insert(c.source->from.get()).second) need(*c.source->from, needed);
}

// Decides in the child; a message for each verdict, and one for each certificate.
void work(const std::string& name, const std::string& out, const CommonOptions& common, const Emit& emit) {
  const TheoryFile file = load_theories(name);
  if (file.tensors)
    bad_input("a file declares theories or tensors, not both; put the defs and claims into another", name);
  BookOptions options;
  options.seed = common.seed;
  options.seconds = common.timeout;
  TheoryBook book(options);
  std::set<const TheoryDeclaration*> needed;
  for (const TheoryPtr& t : file.own) need(*t, needed);
  for (const TheoryPtr& t : file.imported)
    if (needed.count(t.get())) book.add(t);
  for (const TheoryPtr& t : file.own) {
    const ProvedTheory& proved = book.add(t, [&](const ClaimReport& r) { emit(to_text(to_json(*t, r, out))); });
    for (const RealModel& m : t->real_models) emit(to_text(to_json(*t, m, common.timeout)));
    std::vector<Symbol> wanted;
    for (const ClaimReport& r : proved.reports)
      if (r.theorem) wanted.push_back(r.claim->name());
    if (wanted.empty()) continue;
    const fs::path certificate = fs::path(out) / (file_name(t->name.text()) + ".cert");
    write_file(certificate, write_certificate(proved.kernel, wanted));
    emit(to_text({{"theory", t->name.text()}, {"certificate", certificate.string()}}));
  }
}

std::string indented(const std::string& text) {
  std::string out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) out += "    " + line + "\n";
  return out;
}

std::string plural(const json& n, const char* what) {
  return fmt::format("{} {}{}", n.get<std::size_t>(), what, n == 1 ? "" : "s");
}

bool is_model(const json& r) { return r.value("kind", "") == "model"; }

void print_model(const json& r) {
  fmt::print("# --- {}real model {}\n{}\n", r.at("expected") == "refuted" ? "false " : "",
             r.at("name").get<std::string>(), r.at("statement").get<std::string>());
  if (r.at("verdict") == "proved")
    fmt::print("proved: Z3 finds no values at which one of {} fails\n", plural(r.at("rules"), "rule"));
  else if (r.at("verdict") == "refuted")
    fmt::print("refuted: {}\n", r.at("where").get<std::string>());
  else
    fmt::print("unknown: {}:{}: {}\n", r.at("file").get<std::string>(), r.at("line").dump(),
               r.at("reason").get<std::string>());
}

void print(const json& r, const std::string& argument) {
  if (is_model(r)) return print_model(r);
  fmt::print("# --- {}theorem {}\n", r.at("expected") == "refuted" ? "false " : "", r.at("name").get<std::string>());
  fmt::print("{}\n", r.at("statement").get<std::string>());
  const std::string verdict = r.at("verdict");
  if (verdict == "proved") {
    fmt::print("proved: the rules of {} give it, in every model\n", r.at("theory").get<std::string>());
    print_detail("steps", fmt::format("{}, {}", plural(r.at("steps"), "step"), plural(r.at("rewrites"), "rewrite")));
    if (r.at("confirmed").at("instances") != 0)
      print_detail("confirmed", "holds in " + plural(r.at("confirmed").at("instances"), "model"));
    if (!r.at("found").empty()) {
      std::string script;
      for (const json& line : r.at("found")) script += (script.empty() ? "" : " ; ") + line.get<std::string>();
      print_detail("found", "by { " + script + " }");
    }
  } else if (verdict == "refuted") {
    fmt::print("refuted: the two sides differ in a model of {}\n", r.at("theory").get<std::string>());
    if (r.at("declared_model").is_string())
      print_detail("model", r.at("declared_model").get<std::string>() + ", which the theory declares");
    else
      fmt::print("{}", indented(r.at("model").get<std::string>()));
    print_detail("witness", r.at("witness").get<std::string>());
    print_detail("replay", fmt::format("skein run {} {}:{}", r.at("witness").get<std::string>(), argument,
                                       r.at("name").get<std::string>()));
  } else {
    fmt::print("unknown: {}:{}:{}: {}\n", r.at("file").get<std::string>(), r.at("line").dump(), r.at("column").dump(),
               r.at("reason").is_string() ? r.at("reason").get<std::string>() : "no reason was given");
    if (r.at("goal").is_string()) print_detail("goal", r.at("goal").get<std::string>());
    for (const json& n : r.at("next")) print_detail("next", n.get<std::string>());
  }
}

}  // namespace

bool declares_theories(const std::string& file) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("theory ")) return true;
  return false;
}

std::vector<json> decide_theories(const std::string& file, const std::string& only, const std::string& out,
                                  const CommonOptions& common) {
  std::vector<json> results;
  const auto start = std::chrono::steady_clock::now();
  const auto wanted = [&](const json& r) { return only.empty() || r.at("name") == only || r.at("claim") == only; };
  const Budget budget{.seconds = common.timeout, .megabytes = common.memory, .grace = grace, .per_message = true};
  const Ending ending = supervise(
      budget, "proving " + file, [&](const Emit& emit) { work(file, out, common, emit); },
      [&](std::string_view message) {
        json r = json::parse(message);
        if (r.contains("verdict")) {
          if (!wanted(r)) return;
          if (!common.json) {
            if (!results.empty()) fmt::print("\n");
            print(r, file);
          }
          results.push_back(std::move(r));
          return;
        }
        bool asked = false;
        for (json& earlier : results) {
          if (!earlier.contains("theory") || earlier.at("theory") != r.at("theory") || is_model(earlier)) continue;
          asked = true;
          if (earlier.at("verdict") != "proved") continue;
          earlier["certificate"] = r.at("certificate");
          earlier["certificates"] = {r.at("certificate")};
        }
        if (asked && !common.json)
          fmt::print("\ncertificate of {}: {}\n", r.at("theory").get<std::string>(),
                     r.at("certificate").get<std::string>());
      });
  if (ending == Ending::finished) return results;
  // Without a certificate nothing counts as proved.
  for (json& r : results)
    if (r.at("verdict") == "proved" && r.at("certificate").is_null() && !is_model(r)) {
      r["verdict"] = "unknown", r["as_expected"] = false;
      r["reason"] = "the run ended before its certificate was written";
    }
  json lost = empty_verdict({file, "", ""});
  lost["reason"] = describe(ending, budget);
  lost["expected"] = "proved", lost["as_expected"] = false;
  lost["seconds"]["total"] = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (!common.json) fmt::print("{}unknown: {}: {}\n", results.empty() ? "" : "\n", file, describe(ending, budget));
  results.push_back(std::move(lost));
  return results;
}

}  // namespace skein::cli
