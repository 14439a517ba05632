// What is read from manifests, theorem files and folders, and what is refused.
#include <catch2/catch.hpp>

#include <set>

#include "batch/cases.hpp"
#include "batch/support.hpp"
#include "lang/source.hpp"

using namespace skein;
using skein::testing::Scratch;
namespace fs = std::filesystem;

namespace {

std::string complaint(const fs::path& path) {
  try {
    read_cases({path});
  } catch (const BatchError& e) {
    CHECK(e.file == path);
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("A manifest's paths are relative to its folder, names of the prelude are not paths") {
  const Scratch s;
  const auto cases = read_cases({s.write("m/pairs.json", R"([
    {"left": "a.onnx", "right": "sub/b.skn:g", "expect": "equal", "note": "n", "kind": "ignored"},
    {"left": "a.onnx", "right": "sub/b.skn:g", "expect": "different"},
    {"left": "prelude:softmax", "right": "stable_softmax"}])")});
  REQUIRE(cases.size() == 3);
  CHECK(cases[0].left == (s / "m/a.onnx").string());
  CHECK(cases[0].arguments == std::vector{cases[0].left, (s / "m/sub/b.skn:g").string()});
  CHECK(cases[0].expected == Expectation::equal);
  CHECK(cases[0].note == "n");
  CHECK(cases[0].name == "a_is_g");
  CHECK(cases[1].expected == Expectation::different);
  CHECK(cases[1].name == "a_is_g_2");
  CHECK(cases[2].arguments == std::vector<std::string>{"prelude:softmax", "stable_softmax"});
  CHECK(cases[2].name == "softmax_is_stable_softmax");
  CHECK_FALSE(cases[2].expected.has_value());
}

TEST_CASE("Theorems of a folder are expected equal, false theorems different; rules and defs are no cases") {
  const Scratch s;
  s.write("t/b.skn", "def f(x) = x + x\ntheorem two(x): f(x) == 2 * x\nfalse theorem three(x): f(x) == 3 * x\n");
  s.write("t/library.skn", "def g(x) = x\n");
  s.write("t/a.json", R"([{"left": "b.skn:f", "right": "library.skn:g"}])");
  s.write("t/notes.txt", "no case");
  const auto cases = read_cases({s / "t"});
  REQUIRE(cases.size() == 3);
  CHECK(cases[0].name == "f_is_g");
  CHECK(cases[1].arguments == std::vector<std::string>{(s / "t/b.skn").string() + ":two"});
  CHECK(cases[1].name == "b.two");
  CHECK(cases[1].expected == Expectation::equal);
  CHECK(cases[2].expected == Expectation::different);
}

TEST_CASE("Names are unique also where one looks like the numbered form of another") {
  const Scratch s;
  const auto cases = read_cases({s.write("m.json", R"([
    {"left": "a", "right": "b"}, {"left": "a", "right": "b_2"}, {"left": "a", "right": "b"}, {"left": "a", "right": "b"}])")});
  std::set<std::string> names;
  for (const Case& c : cases) names.insert(c.name);
  CHECK(names.size() == 4);
}

TEST_CASE("What is no batch is refused with its place") {
  const Scratch s;
  CHECK(complaint(s / "none.json") == "there is no such file or folder");
  CHECK(complaint(s.write("a.json", "[{")) == "the manifest is not JSON");
  CHECK(complaint(s.write("b.json", "{}")).find("is a JSON list") != std::string::npos);
  CHECK(complaint(s.write("c.json", "[3]")) == "entry 1 is not an object");
  CHECK(complaint(s.write("d.json", R"([{"left": "a"}])")) == "entry 1 has no \"right\"");
  CHECK(complaint(s.write("e.json", R"([{"left": "a", "right": 2}])")).find("entry 1") != std::string::npos);
  CHECK(complaint(s.write("f.json", R"([{"left": "a", "right": "b", "expect": "same"}])")).find("\"expect\"") !=
        std::string::npos);
  CHECK(complaint(s.write("g.json", "[]")) == "there is nothing to decide");
  CHECK(complaint(s.write("h.skn", "def f(x) = x\n")) == "the file has no theorem");
  CHECK(complaint(s.write("i.txt", "")).find(".json manifests") != std::string::npos);
  CHECK_THROWS_AS(read_cases({s.write("j.skn", "theorem f(x: x == x\n")}), SourceError);
}
