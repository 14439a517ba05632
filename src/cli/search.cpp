// skein search: the forms of an architecture that verified rules reach, ranked by cost.
#include "search/search.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/architecture.hpp"
#include "cli/command.hpp"
#include "cli/report.hpp"
#include "cli/supervise.hpp"
#include "lang/printer.hpp"
#include "search/region.hpp"
#include "verify/z3_oracle.hpp"

namespace skein::cli {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr Measure measures[] = {Measure::operations, Measure::bytes, Measure::peak};
constexpr double grace = 5;

struct SearchArguments {
  std::string architecture, sizes, by = "operations", out = "out", ledger, exported;
  int show = 0, top = 10, forms = 3000;
  std::vector<int> compare;
  bool constant_weights = false;
};

Measure to_measure(const std::string& by) {
  for (Measure m : measures)
    if (by == to_string(m)) return m;
  usage_error(fmt::format("--by takes operations, bytes or peak, not \"{}\"", by));
}

// A file that proves itself: the original, the form, and the theorem that they are equal.
std::string exported_text(const Diagram& original, const Diagram& form) {
  return fmt::format("{}\n{}\ntheorem form_is_original: form == original\n", print_diagram(original, "original"),
                     print_diagram(form, "form"));
}

json to_json(const std::map<Symbol, Integer>& sizes) {
  json j = json::object();
  for (const auto& [v, n] : sizes) j[v.text()] = n.get_si();
  return j;
}

json to_json(const Region& r) {
  json j{{"kind", to_string(r.kind)}, {"condition", r.condition}};
  if (r.inside) j["inside"] = to_json(*r.inside);
  if (r.outside) j["outside"] = to_json(*r.outside);
  return j;
}

// Where one form is cheaper than another. A maximum of several formulas is not compared.
json compare(const Cost& a, const Cost& b, const SizeContext& sizes) {
  json j{{"operations", to_json(where_less(a.operations, b.operations, sizes))},
         {"bytes", to_json(where_less(a.bytes, b.bytes, sizes))}};
  if (a.peak.size() <= 1 && b.peak.size() <= 1)
    j["peak"] = to_json(where_less(a.peak.empty() ? Size() : a.peak[0], b.peak.empty() ? Size() : b.peak[0], sizes));
  return j;
}

json report(const Form& f, const Architecture& a, const fs::path& out, std::size_t rank) {
  json j{{"original", f.original()},
         {"moves", f.moves()},
         {"steps", f.steps()},
         {"certificate", nullptr},
         {"certificates", json::array()}};
  for (Measure m : measures) j[to_string(m)] = {{"formula", formula(f.cost(), m)}, {"value", f.value().of(m)}};
  for (std::size_t n = 0; n < f.certificates().size(); ++n) {
    const std::string suffix = f.certificates().size() == 1 ? "" : fmt::format(".{}", n);
    const fs::path file = out / fmt::format("{}.form{}{}.cert", file_stem(a.source), rank, suffix);
    write_file(file, f.certificates()[n]);
    j["certificates"].push_back(file.string());
  }
  if (!j["certificates"].empty()) j["certificate"] = j["certificates"][0];
  const Confirmation& c = f.confirmation();
  j["confirmed"] = {{"instances", c.instances},
                    {"max_abs_error", c.max_abs_error},
                    {"max_rel_error", c.max_rel_error},
                    {"problem", c.problem.empty() ? json() : json(c.problem)}};
  j["text"] = print_diagram(f.diagram(), f.original() ? "original" : "form");
  j["file"] = exported_text(a.diagram, f.diagram());
  return j;
}

void find(const SearchArguments& args, const CommonOptions& common, const Emit& emit) {
  const Architecture a = read_without_folds(args.architecture, "search");
  SearchOptions options;
  options.sizes = parse_sizes(args.sizes);
  options.by = to_measure(args.by);
  options.most_forms = static_cast<std::size_t>(args.forms);
  options.report = static_cast<std::size_t>(args.top);
  options.constant_weights = args.constant_weights;
  options.seed = common.seed;
  options.deadline = std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                                                            std::chrono::duration<double>(common.timeout));
  Z3Oracle z3;
  RuleBook rules(z3.oracle(), args.ledger.empty() ? default_ledger() : fs::path(args.ledger));
  SearchResult r;
  try {
    r = search(a, rules, options);
  } catch (const std::invalid_argument& e) {
    usage_error(e.what());
  }
  const auto original = std::find_if(r.forms.begin(), r.forms.end(), [](const Form& f) { return f.original(); });
  json forms = json::array();
  for (std::size_t k = 0; k < r.forms.size(); ++k) {
    json f = report(r.forms[k], a, args.out, k + 1);
    f["cheaper"] = compare(r.forms[k].cost(), original->cost(), a.diagram.sizes());
    forms.push_back(std::move(f));
  }
  json result{{"architecture", args.architecture},
              {"forms", forms},
              {"reached", r.reached},
              {"complete", r.complete},
              {"by", args.by},
              {"sizes", to_json(r.sizes)}};
  if (!args.compare.empty()) {
    for (int k : args.compare)
      if (k < 1 || static_cast<std::size_t>(k) > r.forms.size())
        usage_error(fmt::format("--compare takes numbers from 1 to {}, not {}", r.forms.size(), k));
    result["compared"] = compare(r.forms[static_cast<std::size_t>(args.compare[0]) - 1].cost(),
                                 r.forms[static_cast<std::size_t>(args.compare[1]) - 1].cost(), a.diagram.sizes());
  }
  emit(to_text(result));
}

// "where q*k < d*v (at d = 4, ...)"
std::string in_words(const json& region) {
  const std::string kind = region.at("kind");
  if (kind == "equal") return "the same";
  if (kind == "always") return "for all sizes";
  if (kind == "never") return "for no sizes";
  std::string text = "where " + region.at("condition").get<std::string>();
  if (!region.contains("inside")) return text;
  std::string at;
  for (const auto& [v, n] : region.at("inside").items())
    at += fmt::format("{}{} = {}", at.empty() ? "" : ", ", v, n.dump());
  return text + ", as at " + at;
}

std::string summary(std::vector<std::string> moves) {
  std::string text;
  for (std::size_t k = 0; k < moves.size();) {
    std::size_t n = k;
    while (n < moves.size() && moves[n] == moves[k]) ++n;
    text += (text.empty() ? "" : ", ") + moves[k] + (n - k > 1 ? fmt::format(" ({} times)", n - k) : "");
    k = n;
  }
  return text;
}

void print_form(const json& f, std::size_t rank, const std::string& by) {
  auto line = [](const std::string& label, const std::string& text) { fmt::print("   {:<12} {}\n", label, text); };
  fmt::print("{}. {}\n", rank, f.at("original") ? "the original" : summary(f.at("moves")));
  for (Measure m : measures) {
    const json& j = f.at(to_string(m));
    const std::string formula = j.at("formula"), value = fmt::format("{:.0f}", j.at("value").get<double>());
    line(to_string(m), formula == value ? value : formula + " = " + value);
  }
  if (f.at("original")) return;
  const json& c = f.at("confirmed");
  line("cheaper",
       fmt::format("in {} than the original {}", by,
                   in_words(f.at("cheaper").contains(by) ? f.at("cheaper").at(by) : f.at("cheaper").at("operations"))));
  for (const json& file : f.at("certificates")) line("certificate", file.get<std::string>());
  line("steps", f.at("steps").dump());
  line("confirmed", fmt::format("{} instances; float32 differs by at most {:.2g} relative", c.at("instances").dump(),
                                c.at("max_rel_error").get<double>()));
  if (c.at("problem").is_string()) line("", c.at("problem").get<std::string>());
}

void print_result(const json& r, const SearchArguments& args) {
  std::string at;
  for (const auto& [v, n] : r.at("sizes").items()) at += fmt::format("{}{} = {}", at.empty() ? "" : ", ", v, n.dump());
  fmt::print("{} form{}{}, ranked by {}{}\n", r.at("reached").dump(), r.at("reached") == 1 ? "" : "s",
             r.at("complete") ? "" : " so far", args.by, at.empty() ? "" : " at " + at);
  std::size_t rank = 0;
  for (const json& f : r.at("forms")) print_form(f, ++rank, args.by);
  if (r.contains("compared"))
    for (const auto& [measure, region] : r.at("compared").items())
      fmt::print("form {} is cheaper than form {} in {} {}\n", args.compare[0], args.compare[1], measure,
                 in_words(region));
}

// The form that --show and --export mean.
const json& chosen(const json& result, int k) {
  const json& forms = result.at("forms");
  if (k < 1 || static_cast<std::size_t>(k) > forms.size())
    usage_error(fmt::format("there is no form {}: {} were reported (--top gives more)", k, forms.size()));
  return forms.at(static_cast<std::size_t>(k) - 1);
}

int run(const SearchArguments& args, const CommonOptions& common) {
  if (args.top < 1 || args.forms < 1) usage_error("--top and --forms take positive numbers");
  json result;
  supervise_to_end(
      {.seconds = common.timeout, .megabytes = common.memory, .grace = grace}, "searching " + args.architecture,
      [&](const Emit& emit) { find(args, common, emit); },
      [&](std::string_view message) { result = json::parse(message); });
  if (!args.exported.empty()) {
    // 3.skn is the third form, whatever is shown; any other name gets the one that is shown, or the first.
    const std::string stem = fs::path(args.exported).stem().string();
    const bool numbered = !stem.empty() && stem.size() < 6 && stem.find_first_not_of("0123456789") == std::string::npos;
    write_file(args.exported, chosen(result, numbered ? std::stoi(stem) : std::max(args.show, 1)).at("file"));
  }
  const bool some_open = std::any_of(result.at("forms").begin(), result.at("forms").end(),
                                     [](const json& f) { return f.at("confirmed").at("instances").get<int>() < 20; });
  for (json& f : result.at("forms")) f.erase("file");
  if (common.json)
    print_json(result);
  else if (args.show > 0)
    fmt::print("{}", chosen(result, args.show).at("text").get<std::string>());
  else
    print_result(result, args);
  return some_open ? not_decided : all_hold;
}

}  // namespace

void add_search(CLI::App& app, Invocation& call) {
  CLI::App* c = app.add_subcommand("search", "Search for cheaper forms of an architecture, each with a certificate");
  auto args = std::make_shared<SearchArguments>();
  c->add_option("ARCHITECTURE", args->architecture, "FILE.skn:NAME, FILE.skn, FILE.onnx or prelude:NAME")->required();
  c->add_option("--sizes", args->sizes,
                fmt::format("sizes to rank by, as q=4096,d=64; those not given are {}", usual_size));
  c->add_option("--by", args->by, "what to rank by: operations, bytes (of intermediate arrays) or peak (memory)")
      ->capture_default_str();
  c->add_option("--top", args->top, "how many forms are certified and reported")->capture_default_str();
  c->add_option("--forms", args->forms, "end the search at this many forms")->capture_default_str();
  c->add_option("--show", args->show, "print only this form, as .skn");
  c->add_option("--export", args->exported,
                "write a form (K of K.skn, else the one shown), the original and their theorem to this .skn file");
  c->add_option("--compare", args->compare, "two forms: for which sizes is the first cheaper?")->expected(2);
  c->add_flag("--constant-weights", args->constant_weights, "what depends on weights alone costs nothing");
  c->add_option("--out", args->out, "folder for certificates")->capture_default_str();
  c->add_option("--ledger", args->ledger, "folder with the certificates of the rules");
  add_common_options(*c, call.common);
  c->callback([&call, args] { call.run = [&call, args] { return run(*args, call.common); }; });
}

}  // namespace skein::cli
