// skein run WITNESS A B: both sides of a statement at the witness, in floats and in certified enclosures.
#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "backend/enclosure.hpp"
#include "backend/npy.hpp"
#include "cli/architecture.hpp"
#include "cli/report.hpp"
#include "cli/run.hpp"
#include "cli/supervise.hpp"
#include "prove/satisfy.hpp"

namespace skein::cli {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr long precisions[] = {64, 256, 1024};

Environment read_sizes(const fs::path& folder) {
  Environment e;
  const fs::path description = folder / "witness.json";
  std::error_code error;
  if (!fs::exists(description, error)) return e;
  std::ifstream in(description);
  const json j = json::parse(in, nullptr, false);
  if (j.is_discarded() || !j.is_object()) bad_input("this is not a JSON object", description.string());
  if (j.contains("sizes") && j.at("sizes").is_object())
    for (const auto& [v, n] : j.at("sizes").items()) {
      if (!n.is_number_integer()) bad_input("a size is not an integer", description.string());
      e.sizes[Symbol(v)] = Integer(n.get<long>());
    }
  return e;
}

// input_k.npy for input k of the statement; weights that have no file keep their numbers.
void read_point(const fs::path& folder, const Pairing& p, Environment& e) {
  const auto& inputs = p.statement.left.inputs();
  std::error_code error;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    const fs::path file = folder / fmt::format("input_{}.npy", k);
    if (fs::exists(file, error))
      e.inputs[inputs[k].name] = read_npy(file);
    else if (auto it = p.pool.find(inputs[k].name); it != p.pool.end())
      e.inputs[inputs[k].name] = {it->second.shape, it->second.values};
    else
      bad_input(fmt::format("the witness has no {} for the input {}", file.filename().string(), inputs[k].name.text()),
                folder.string());
  }
  infer_sizes(p.statement.left, e);
  infer_sizes(p.statement.right, e);
}

double largest_difference(const std::vector<Array>& a, const std::vector<Array>& b) {
  double most = 0;
  for (std::size_t k = 0; k < a.size() && k < b.size(); ++k)
    for (std::size_t i = 0; i < a[k].data.size() && i < b[k].data.size(); ++i)
      if (const double d = std::abs(a[k].data[i] - b[k].data[i]); d > most) most = d;
  return most;
}

void replay_witness(const RunArguments& args, const Emit& emit) {
  const fs::path folder = args.subjects[0];
  Pairing p = read_pairing({args.subjects.begin() + 1, args.subjects.end()});
  emit(to_text({{"statement", p.text}}));
  Environment e = read_sizes(folder);
  p.statement = at_steps(p.statement, e.sizes, folder.string());
  read_point(folder, p, e);
  const Statement& s = p.statement;
  json j{{"different", false}, {"where", nullptr}, {"precision_bits", nullptr}, {"sizes", json::object()}};
  for (const auto& [v, n] : e.sizes) j["sizes"][v.text()] = n.get_si();
  j["max_abs_difference"] = largest_difference(evaluate(s.left, e), evaluate(s.right, e));
  for (long bits : precisions) {
    const auto separation = disjoint(evaluate_enclosures(s.left, e, bits), evaluate_enclosures(s.right, e, bits));
    if (!separation) continue;
    std::string index;
    for (std::size_t i : separation->index) index += (index.empty() ? "" : ",") + std::to_string(i);
    j["different"] = true;
    j["precision_bits"] = bits;
    j["where"] = fmt::format("{}[{}]: left in {}, right in {}", s.left.outputs()[separation->output].name.text(), index,
                             to_string(separation->left), to_string(separation->right));
    break;
  }
  const DomainReport left = in_domain(s.left, e), right = in_domain(s.right, e);
  j["domain"] = {{"left", left.inside == Truth::yes ? "inside" : left.message},
                 {"right", right.inside == Truth::yes ? "inside" : right.message}};
  if (!equations_hold(s, e)) j["condition_violated"] = true;
  for (const Condition& c : s.when) {
    const std::vector<Array> value = evaluate(c.value, e);
    for (double x : value.at(0).data)
      if (!(c.sign == Sign::positive ? x > 0 : c.sign == Sign::nonnegative ? x >= 0 : x != 0))
        j["condition_violated"] = true;
  }
  emit(to_text(j));
}

}  // namespace

int run_witness(const RunArguments& args, const CommonOptions& common) {
  std::error_code error;
  const std::string& folder = args.subjects[0];
  if (!fs::exists(folder, error)) bad_input("there is no such witness folder", folder);
  if (!fs::is_directory(folder, error)) bad_input("a witness is a folder with input_0.npy, ...", folder);
  json result{{"witness", folder}, {"different", false}};
  supervise_to_end(
      {.seconds = common.timeout, .megabytes = common.memory}, "replaying " + folder,
      [&](const Emit& emit) { replay_witness(args, emit); },
      [&](std::string_view message) {
        const json update = json::parse(message);
        if (update.contains("statement") && !common.json) fmt::print("{}\n", update.at("statement").get<std::string>());
        result.update(update);
      });
  const bool violated = result.value("condition_violated", false);
  const bool shown = result.at("different").get<bool>() && !violated;
  if (common.json) {
    print_json(result);
  } else {
    for (const auto& [v, n] : result.at("sizes").items()) fmt::print("size {} = {}\n", v, n.dump());
    for (const char* side : {"left", "right"})
      if (result.at("domain").at(side) != "inside")
        fmt::print("domain of the {} side: {}\n", side, result.at("domain").at(side).get<std::string>());
    if (violated)
      fmt::print("not a witness: a condition of the statement does not hold at this point\n");
    else if (shown)
      fmt::print("different: {} (enclosures at {} bits)\n", result.at("where").get<std::string>(),
                 result.at("precision_bits").dump());
    else
      fmt::print("not different: the enclosures overlap; floats differ by at most {}\n",
                 result.at("max_abs_difference").dump());
  }
  return shown ? all_hold : some_fail;
}

}  // namespace skein::cli
