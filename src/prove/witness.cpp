// The folder form of a witness: witness.json beside input_k.npy, k = position among the inputs of the statement.
#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "backend/npy.hpp"
#include "prove/instances.hpp"
#include "prove/refute.hpp"

namespace skein {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int format_version = 1;

// JSON has no infinities: they and NaN are strings.
Json number(double x) {
  if (std::isfinite(x)) return x;
  return std::isnan(x) ? "nan" : x < 0 ? "-inf" : "inf";
}

double number(const Json& j) {
  if (j.is_number()) return j.get<double>();
  const auto text = j.get<std::string>();
  if (text == "-inf") return -HUGE_VAL;
  if (text == "inf") return HUGE_VAL;
  if (text == "nan") return std::nan("");
  throw std::runtime_error(fmt::format("'{}' is no number", text));
}

Json to_json(const WeightArray& w) {
  Json values = Json::array();
  for (double x : w.values) values.push_back(number(x));
  return {{"shape", w.shape}, {"values", std::move(values)}};
}

WeightArray from_json(const Json& j) {
  WeightArray w{j.at("shape").get<std::vector<std::size_t>>(), {}};
  for (const Json& x : j.at("values")) w.values.push_back(number(x));
  std::size_t count = 1;
  for (std::size_t n : w.shape)
    if (__builtin_mul_overflow(count, n, &count)) throw std::runtime_error("an output has an impossible shape");
  if (count != w.values.size()) throw std::runtime_error("an output has a shape that does not fit its values");
  return w;
}

// The narrower type where it loses nothing.
NpyType npy_type(const WeightArray& w) {
  for (double x : w.values)
    if (static_cast<double>(static_cast<float>(x)) != x) return NpyType::float64;
  return NpyType::float32;
}

}  // namespace

void write_witness(const Witness& w, const Statement& s, const fs::path& folder) {
  const fs::path target = folder.has_filename() ? folder : folder.parent_path();  // without a trailing slash
  fs::path aside = target, old = target;
  aside += ".part";
  old += ".old";
  fs::remove_all(aside);
  fs::create_directories(aside);

  Json j;
  j["version"] = format_version;
  j["sizes"] = Json::object();
  for (const auto& [v, n] : w.sizes) j["sizes"][v.text()] = n;
  j["where"] = w.where;
  j["gap"] = w.gap;
  j["inputs"] = Json::array();
  for (std::size_t k = 0; k < s.left.inputs().size(); ++k) {
    const InputPort& p = s.left.inputs()[k];
    if (p.role == Role::state) continue;  // it follows from the others
    const WeightArray& a = w.inputs.at(p.name);
    const std::string file = fmt::format("input_{}.npy", k);
    write_npy(aside / file, to_array(a), npy_type(a));
    j["inputs"].push_back({{"name", p.name.text()},
                           {"role", p.role == Role::weight ? "weight" : "input"},
                           {"shape", a.shape},
                           {"file", file}});
  }
  j["outputs"] = Json::array();
  for (std::size_t k = 0; k < s.left.outputs().size(); ++k)
    j["outputs"].push_back({{"name", s.left.outputs()[k].name.text()},
                            {"left", to_json(w.left.at(k))},
                            {"right", to_json(w.right.at(k))}});
  std::ofstream out(aside / "witness.json", std::ios::binary | std::ios::trunc);
  out << j.dump(1, ' ', false, Json::error_handler_t::replace) << '\n';
  out.close();
  if (!out) throw std::runtime_error((aside / "witness.json").string() + " cannot be written");

  // Only a witness is replaced: nobody's other files are.
  if (fs::exists(target)) {
    if (!fs::exists(target / "witness.json") && !(fs::is_directory(target) && fs::is_empty(target)))
      throw std::runtime_error(target.string() + " exists and is no witness; it is left as it is");
    fs::remove_all(old);
    fs::rename(target, old);
  }
  fs::rename(aside, target);
  fs::remove_all(old);
}

Witness read_witness(const fs::path& folder) {
  const fs::path file = folder / "witness.json";
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error(file.string() + " cannot be read");
  try {
    const Json j = Json::parse(in);
    if (j.at("version").get<int>() != format_version)
      throw std::runtime_error("it has a version that is not known here");
    Witness w;
    for (const auto& [name, n] : j.at("sizes").items()) w.sizes[Symbol(name)] = n.get<long>();
    w.where = j.at("where").get<std::string>();
    w.gap = j.at("gap").get<double>();
    for (const Json& input : j.at("inputs")) {
      const fs::path name = input.at("file").get<std::string>();
      if (name != name.filename())
        throw std::runtime_error(fmt::format("it names the file {} outside of its folder", name.string()));
      const Array a = read_npy(folder / name);
      if (a.shape != input.at("shape").get<std::vector<std::size_t>>())
        throw std::runtime_error(fmt::format("{} has another shape than it announces", name.string()));
      w.inputs[Symbol(input.at("name").get<std::string>())] = to_weights(a);
    }
    for (const Json& output : j.at("outputs")) {
      w.left.push_back(from_json(output.at("left")));
      w.right.push_back(from_json(output.at("right")));
    }
    return w;
  } catch (const std::exception& e) {  // of the JSON library, of the NPY reader, of the checks above
    throw std::runtime_error(fmt::format("{} is no witness: {}", file.string(), e.what()));
  }
}

}  // namespace skein
