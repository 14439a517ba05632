// skein run ARCHITECTURE: the outputs at given or random inputs, and whether the point is in the domain.
#include "cli/run.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "backend/enclosure.hpp"
#include "backend/npy.hpp"
#include "backend/sample.hpp"
#include "cli/architecture.hpp"
#include "cli/report.hpp"
#include "cli/supervise.hpp"
#include "cli/theories.hpp"
#include "verify/recurrence.hpp"

namespace skein::cli {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr std::size_t few = 24;                   // elements that are printed in full
constexpr std::size_t certified_work = 1u << 22;  // box points up to which the domain is certified

const char* to_word(Truth t) { return t == Truth::yes ? "yes" : t == Truth::no ? "no" : "unknown"; }

json number(double x) { return std::isfinite(x) ? json(x) : json(fmt::format("{}", x)); }

json summary(Symbol name, const Array& a) {
  json j{{"name", name.text()}, {"shape", a.shape}, {"min", nullptr}, {"max", nullptr}, {"mean", nullptr}};
  if (a.data.empty()) return j;
  double low = a.data[0], high = a.data[0], sum = 0;
  for (double x : a.data) low = std::min(low, x), high = std::max(high, x), sum += x;
  j["min"] = number(low), j["max"] = number(high), j["mean"] = number(sum / static_cast<double>(a.data.size()));
  if (a.data.size() <= few) {
    j["values"] = json::array();
    for (double x : a.data) j["values"].push_back(number(x));
  }
  return j;
}

// The given arrays in boundary order, numbers of the model, and random ones for the rest.
Environment environment(const Architecture& a, const RunArguments& args, std::uint64_t seed) {
  const Diagram& d = a.diagram;
  std::vector<const InputPort*> open;
  Environment e;
  e.sizes = parse_sizes(args.sizes);
  for (const InputPort& p : d.inputs()) {
    if (auto w = a.weights.find(p.name); w != a.weights.end())
      e.inputs[p.name] = {w->second.shape, w->second.values};
    else
      open.push_back(&p);
  }
  if (args.inputs.size() > open.size())
    bad_input(fmt::format("{} arrays are given, but {} takes {}", args.inputs.size(), a.source, open.size()));
  for (std::size_t k = 0; k < args.inputs.size(); ++k) {
    std::error_code error;
    if (!fs::is_regular_file(args.inputs[k], error)) bad_input("there is no such file", args.inputs[k]);
    e.inputs[open[k]->name] = read_npy(args.inputs[k]);
  }
  Environment known = e;
  infer_sizes(d, known);
  SampleOptions options;
  options.sizes = known.sizes;
  Environment out = sample(d, seed, options);
  for (auto& [name, array] : e.inputs) out.inputs[name] = std::move(array);
  infer_sizes(d, out);  // says which shape disagrees
  return out;
}

// With folds unrolled: the number of steps follows from the sizes and arrays given, or is 2.
Architecture unfolded(Architecture a, const RunArguments& args) {
  if (a.given.empty()) return a;
  Environment known;
  known.sizes = parse_sizes(args.sizes);
  std::size_t k = 0;
  for (const InputPort& p : a.diagram.inputs())
    if (p.role != Role::state && !a.weights.count(p.name) && k < args.inputs.size())
      known.inputs[p.name] = read_npy(args.inputs[k++]);
  infer_sizes(a.diagram, known);
  const Statement s{a.diagram, a.diagram, {}, a.given};
  for (Symbol v : step_variables(s)) known.sizes.emplace(v, 2);
  a.diagram = at_steps(s, known.sizes, args.subjects[0]).left;
  return a;
}

DomainReport domain_report(const Diagram& d, const Environment& e, std::size_t elements) {
  if (elements * d.boxes().size() > certified_work) return in_domain(d, e);
  DomainReport r = in_domain_certified(d, e, 128);
  return r.inside == Truth::unknown ? in_domain(d, e) : r;
}

void evaluate_architecture(const RunArguments& args, const CommonOptions& common, const Emit& emit) {
  const Architecture a = unfolded(read_architecture(args.subjects[0]), args);
  const Environment e = environment(a, args, common.seed);
  const std::vector<Array> outputs = evaluate(a.diagram, e, args.float32 ? Precision::float32 : Precision::float64);
  std::size_t elements = 1;
  for (const auto& [name, array] : e.inputs) elements = std::max(elements, array.data.size());
  const DomainReport domain = domain_report(a.diagram, e, elements);

  json j{{"architecture", a.source}, {"precision", args.float32 ? "float32" : "float64"},
         {"sizes", json::object()},  {"inputs", json::array()},
         {"outputs", json::array()}, {"domain", {{"inside", to_word(domain.inside)}, {"message", domain.message}}}};
  for (const auto& [v, n] : e.sizes) j["sizes"][v.text()] = n.get_si();
  for (const InputPort& p : a.diagram.inputs())
    j["inputs"].push_back({{"name", p.name.text()}, {"shape", e.inputs.at(p.name).shape}});
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    json o = summary(a.diagram.outputs()[k].name, outputs[k]);
    if (!args.out.empty()) {
      fs::create_directories(args.out);
      const fs::path file = fs::path(args.out) / fmt::format("output_{}.npy", k);
      write_npy(file, outputs[k], args.float32 ? NpyType::float32 : NpyType::float64);
      o["file"] = file.string();
    }
    j["outputs"].push_back(std::move(o));
  }
  emit(to_text(j));
}

void print_result(const json& j) {
  for (const auto& [v, n] : j.at("sizes").items()) fmt::print("size   {} = {}\n", v, n.dump());
  for (const json& i : j.at("inputs"))
    fmt::print("input  {} {}\n", i.at("name").get<std::string>(), i.at("shape").dump());
  for (const json& o : j.at("outputs")) {
    fmt::print("output {} {}: min {}, max {}, mean {}\n", o.at("name").get<std::string>(), o.at("shape").dump(),
               o.at("min").dump(), o.at("max").dump(), o.at("mean").dump());
    if (o.contains("values")) fmt::print("  {}\n", o.at("values").dump());
    if (o.contains("file")) fmt::print("  written to {}\n", o.at("file").get<std::string>());
  }
  const json& d = j.at("domain");
  if (d.at("inside") == "yes")
    fmt::print("domain: inside\n");
  else
    fmt::print("domain: {}: {}\n", d.at("inside") == "no" ? "outside" : "not decided",
               d.at("message").get<std::string>());
}

}  // namespace

int run_architecture(const RunArguments& args, const CommonOptions& common) {
  json result;
  supervise_to_end(
      {.seconds = common.timeout, .megabytes = common.memory}, "running " + args.subjects[0],
      [&](const Emit& emit) { evaluate_architecture(args, common, emit); },
      [&](std::string_view message) { result = json::parse(message); });
  if (common.json)
    print_json(result);
  else
    print_result(result);
  return all_hold;
}

void add_run(CLI::App& app, Invocation& call) {
  CLI::App* c = app.add_subcommand("run", "Run an architecture, or replay a witness on the two sides it refutes");
  auto args = std::make_shared<RunArguments>();
  c->add_option("SUBJECT", args->subjects,
                "an architecture; or a witness folder and two architectures, or FILE.skn:CLAIM")
      ->required()
      ->expected(1, 3);
  c->add_option("--input", args->inputs, "FILE.npy, for each input in order; the rest is random");
  c->add_option("--sizes", args->sizes, "sizes, as n=3,m=4");
  c->add_option("--out", args->out, "folder to write the outputs to");
  c->add_flag("--float32", args->float32, "round the result of every box to float32");
  add_common_options(*c, call.common);
  c->callback([&call, args] {
    call.run = [&call, args] {
      if (args->subjects.size() == 1) return run_architecture(*args, call.common);
      const std::string& about = args->subjects[1];
      const bool model = args->subjects.size() == 2 && about.rfind(".skn:") != std::string::npos &&
                         declares_theories(about.substr(0, about.rfind(".skn:") + 4));
      return model ? run_model(args->subjects[0], about, call.common) : run_witness(*args, call.common);
    };
  });
}

}  // namespace skein::cli
