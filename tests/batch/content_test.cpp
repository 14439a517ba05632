// What a verdict depends on, and what it does not.
#include <catch2/catch.hpp>

#include "batch/content.hpp"
#include "batch/support.hpp"

using namespace skein;
using skein::testing::Scratch;
namespace fs = std::filesystem;

namespace {

std::string certificate(const std::string& name, const std::vector<std::string>& uses, const std::string& rest = "") {
  std::string text = "skein-certificate 1\nclaim " + name + "\n";
  for (const std::string& u : uses) text += "use " + u + " 00\n";
  return text + rest;
}

Case pair_of(const std::string& left, const std::string& right) {
  return {"c", {left, right}, left, right, {}, "", ""};
}

}  // namespace

TEST_CASE("Content is the bytes of both files, their order, the def and all imports, but not the place") {
  const Scratch s;
  const auto a = s.write("a.skn", "import \"lib/l.skn\"\ndef f(x) = x\n").string() + ":f";
  const auto b = s.write("b.onnx", "model").string();
  s.write("lib/l.skn", "import \"deep.skn\"\n");
  s.write("lib/deep.skn", "def d(x) = x\n");
  const auto digest = content_digest(pair_of(a, b));
  REQUIRE(digest);
  CHECK(digest != content_digest(pair_of(b, a)));
  CHECK(digest != content_digest(pair_of(a.substr(0, a.size() - 1) + "g", b)));

  fs::copy(s / "a.skn", s / "copy.skn");
  CHECK(digest == content_digest(pair_of((s / "copy.skn").string() + ":f", b)));
  s.write("lib/deep.skn", "def d(x) = x + 1\n");
  CHECK(digest != content_digest(pair_of(a, b)));
  s.write("lib/deep.skn", "def d(x) = x\n");
  CHECK(digest == content_digest(pair_of(a, b)));
  s.write("b.onnx", "other");
  CHECK(digest != content_digest(pair_of(a, b)));
  CHECK_FALSE(content_digest(pair_of(a, (s / "none.onnx").string())));
}

TEST_CASE("A certificate rests on the rules that it names and on those behind them, and on no others") {
  const Scratch s;
  s.write("ledger/top.cert", certificate("top", {"middle", "an_axiom"}));
  s.write("ledger/middle.cert", certificate("middle", {"bottom"}));
  s.write("ledger/bottom.cert", certificate("bottom", {}));
  s.write("ledger/other.cert", certificate("other", {"bottom"}));
  const RuleSet before(s / "ledger");
  const RuleDigests used = before.used_by({certificate("theorem", {"top"})}), all = before.whole();
  CHECK(used.size() == 4);
  CHECK(used.count("other") == 0);
  CHECK(used.at("an_axiom").empty());
  CHECK(before.agrees(used));
  CHECK(before.agrees(all));

  s.write("ledger/other.cert", certificate("other", {"bottom"}, "\n"));
  CHECK(RuleSet(s / "ledger").agrees(used));
  CHECK_FALSE(RuleSet(s / "ledger").agrees(all));
  s.write("ledger/bottom.cert", certificate("bottom", {}, "\n"));
  CHECK_FALSE(RuleSet(s / "ledger").agrees(used));
  s.write("ledger/bottom.cert", certificate("bottom", {}));
  CHECK(RuleSet(s / "ledger").agrees(used));
  fs::remove(s / "ledger/middle.cert");
  CHECK_FALSE(RuleSet(s / "ledger").agrees(used));
}

TEST_CASE("The digest of a folder sees contents and names") {
  const Scratch s;
  CHECK(folder_digest(s / "f").empty());
  s.write("f/a", "1");
  const auto digest = folder_digest(s / "f");
  fs::rename(s / "f/a", s / "f/b");
  CHECK(folder_digest(s / "f") != digest);
  s.write("f/b", "2"), fs::rename(s / "f/b", s / "f/a");
  CHECK(folder_digest(s / "f") != digest);
  s.write("f/a", "1");
  CHECK(folder_digest(s / "f") == digest);
}
