// Imported models reproduce the outputs that PyTorch recorded; broken variants of them do not.
#include "recorded.hpp"

#include <catch2/catch.hpp>

using namespace skein;
using namespace skein::testing;
namespace fs = std::filesystem;

namespace {

const std::string models = SKEIN_SOURCE_DIR "/examples/models";
constexpr double tolerance = 2e-5;

std::vector<std::string> model_names(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".onnx") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

TEST_CASE("an imported model computes what its exporter recorded") {
  const auto names = model_names(models);
  REQUIRE(names.size() >= 15);
  for (const std::string& name : names) {
    INFO(name);
    CHECK(difference_from_record(models + "/" + name + ".onnx", models + "/" + name + ".data") < tolerance);
  }
}

// A wrong variant is told apart on its own witness where it has one, else on the input of the model it was made from.
TEST_CASE("a broken model does not compute what its original recorded") {
  const auto names = model_names(models + "/false");
  REQUIRE(names.size() >= 10);
  for (const std::string& name : names) {
    INFO(name);
    const std::string original = name.substr(0, name.find('.')), own = models + "/false/" + name + ".data";
    const auto inputs = recorded(fs::exists(own) ? own : models + "/" + original + ".data", "input");
    const auto right = run(import_onnx(models + "/" + original + ".onnx"), inputs);
    const auto wrong = run(import_onnx(models + "/false/" + name + ".onnx"), inputs);
    CHECK(relative_difference(right.at(0), wrong.at(0)) > 10 * tolerance);
  }
}

TEST_CASE("one import of a dynamic model holds for all sizes") {
  // Batch entries do not influence one another, so a batch of one is a slice of a batch of two.
  for (const char* name : {"mha_s_nn_dyn", "mha_s_four_dyn"}) {
    INFO(name);
    const Model model = import_onnx(models + "/" + name + ".onnx");
    Array x = recorded(models + "/" + name + ".data", "input").at(0);
    const Array both = run(model, {x}).at(0);
    REQUIRE(x.shape.at(0) == 2);
    x.shape[0] = 1;
    x.data.resize(x.data.size() / 2);
    const Array one = run(model, {x}).at(0);
    CHECK(one.shape == std::vector<std::size_t>{1, both.shape[1], both.shape[2]});
    const Array first{one.shape, {both.data.begin(), both.data.begin() + static_cast<std::ptrdiff_t>(one.data.size())}};
    CHECK(relative_difference(first, one) < 1e-12);
  }
}

// The larger collection beside the repository, where it is present: PyTorch's files and what an optimiser made of them.
TEST_CASE("the whole collection of models computes what was recorded") {
  const fs::path collection = fs::path(SKEIN_SOURCE_DIR) / ".." / "shared" / "models";
  if (!fs::exists(collection)) {
    WARN("the model collection is absent");
    return;
  }
  std::size_t count = 0;
  for (const char* folder : {".", "optimised"})
    for (const std::string& name : model_names((collection / folder).string())) {
      const std::string original = name.substr(0, name.find('.'));
      INFO(name);
      CHECK(difference_from_record((collection / folder / (name + ".onnx")).string(),
                                   (collection / (original + ".data")).string()) < tolerance);
      ++count;
    }
  CHECK(count > 70);
  for (const std::string& name : model_names((collection / "false").string())) {
    INFO(name);
    const Model model = import_onnx((collection / "false" / (name + ".onnx")).string());
    CHECK(validate(model.diagram) == "");
  }
}
