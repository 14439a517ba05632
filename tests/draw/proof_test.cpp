// The phases of a proof begin and end with the sides of its claim, neighbours are drawn differently, every step of the
// kernel is counted once, and the page is legible and the same in every run.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>

#include "draw/derivation.hpp"
#include "draw/page.hpp"
#include "kernel/ledger.hpp"
#include "kernel/solver.hpp"

using namespace skein;

namespace {

const std::filesystem::path folder = std::filesystem::path(SKEIN_SOURCE_DIR) / "proofs" / "ledger";

// A certificate of the ledger, replayed.
Replay replayed(const std::string& name) {
  static SolverProcess solver("z3 -in");
  static Ledger ledger(folder, solver.oracle());
  return replay_certificate(read_text(folder / (name + ".cert")), ledger.source(), solver.oracle());
}

// Some of the ledger: all of it would be half of the time that the tests take.
constexpr std::size_t every = 5;

const std::vector<std::pair<std::string, Replay>>& subjects() {
  static const auto all = [] {
    std::vector<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator(folder))
      if (file.path().extension() == ".cert") names.push_back(file.path().stem());
    std::sort(names.begin(), names.end());
    std::vector<std::pair<std::string, Replay>> out;
    for (std::size_t k = 0; k < names.size(); k += every) out.emplace_back(names[k], replayed(names[k]));
    return out;
  }();
  return all;
}

bool mentions(const ProofPhases& p, const std::string& text) {
  for (const ProofPhase& phase : p.phases)
    for (const std::string& reason : phase.reasons)
      if (reason.find(text) != std::string::npos) return true;
  return false;
}

// The output of d in the arena of k, at the given indices.
Ref value(Kernel& k, const Diagram& d, const std::vector<Index>& axes) {
  const Output o = thaw(k.arena(), d).at(0);
  std::map<Index, Index> same;
  for (std::size_t i = 0; i < axes.size(); ++i) same[o.axes[i]] = axes[i];
  return k.arena().rename(o.value, same);
}

}  // namespace

TEST_CASE("the walk leads from the left side to the right in single inferences") {
  REQUIRE(subjects().size() > 40);
  for (const auto& [name, r] : subjects()) {
    INFO(name);
    const Statement& s = r.theorem->statement();
    const DerivationChain d = read_derivation(*r.kernel, s.left, s.right, *r.conclusion);
    CHECK(d.first == value(*r.kernel, s.left, d.axes));
    REQUIRE(!d.links.empty());
    CHECK(d.links.back().after == value(*r.kernel, s.right, d.axes));
    CHECK(d.steps == r.steps);
    std::size_t counted = 0;
    for (const DerivationLink& link : d.links) {
      counted += link.steps;
      for (const auto& [inference, backwards] : inferences_of(*r.kernel, link)) {
        const Inference rule = r.kernel->step(inference).rule;
        CHECK(rule != Inference::trans);
        CHECK(rule != Inference::congruence);
      }
    }
    CHECK(counted == d.steps);
  }
}

TEST_CASE("with fewer links the walk has the same ends") {
  const Replay r = replayed("attention_stable");
  const Statement& s = r.theorem->statement();
  const DerivationChain whole = read_derivation(*r.kernel, s.left, s.right, *r.conclusion);
  const DerivationChain coarse = read_derivation(*r.kernel, s.left, s.right, *r.conclusion, 4);
  CHECK(whole.links.size() > 10);
  CHECK(coarse.links.size() <= 4);
  CHECK(coarse.steps == whole.steps);
  CHECK(coarse.links.back().after == value(*r.kernel, s.right, coarse.axes));
  REQUIRE(coarse.middle);
  REQUIRE(whole.middle);
  CHECK(coarse.links[*coarse.middle - 1].after.wire == whole.links[*whole.middle - 1].after.wire);
}

TEST_CASE("phases begin and end with the sides of the claim and differ where they are drawn") {
  for (const auto& [name, r] : subjects()) {
    INFO(name);
    const ProofPhases p = read_phases(r);
    const Statement& s = r.theorem->statement();
    REQUIRE(p.diagrams.size() >= 2);
    CHECK(p.diagrams.size() <= 8);
    REQUIRE(p.phases.size() + 1 == p.diagrams.size());
    const DerivationChain d = read_derivation(*r.kernel, s.left, s.right, *r.conclusion);
    CHECK(value(*r.kernel, p.diagrams.front(), d.axes) == value(*r.kernel, s.left, d.axes));
    CHECK(value(*r.kernel, p.diagrams.back(), d.axes) == value(*r.kernel, s.right, d.axes));
    std::size_t steps = 0;
    for (std::size_t k = 0; k < p.phases.size(); ++k) {
      steps += p.phases[k].steps;
      CHECK(!p.phases[k].reasons.empty());
      if (p.phases.size() > 1) CHECK(appearance(sketch(p.diagrams[k])) != appearance(sketch(p.diagrams[k + 1])));
    }
    CHECK(steps == r.steps);
  }
}

TEST_CASE("the stable softmax splits exponentials, inverts and comes to one normal form") {
  const ProofPhases p = read_phases(replayed("attention_stable"));
  CHECK(p.diagrams.size() >= 4);
  CHECK(mentions(p, "exp_add\nexp(a + b) = exp(b) * exp(a)"));
  CHECK(mentions(p, "exp_add\nexp(b) * exp(a) = exp(a + b)"));
  CHECK(mentions(p, "inv_mul"));
  REQUIRE(p.normal_form);
  CHECK(*p.normal_form > 0);
  CHECK(*p.normal_form + 1 < p.diagrams.size());
  CHECK(read_phases(replayed("attention_stable"), 3).diagrams.size() == 3);
}

TEST_CASE("the appearance of a diagram is not its names of axes, but its glyphs") {
  const Diagram stable = replayed("softmax_stable").theorem->statement().left;
  const Diagram plain = replayed("softmax_stable").theorem->statement().right;
  Sketch renamed = sketch(stable);
  for (SketchNode& n : renamed.nodes)
    for (Axis& a : n.local) a.name = Symbol("other");
  CHECK(appearance(renamed) == appearance(sketch(stable)));
  CHECK(appearance(sketch(plain)) != appearance(sketch(stable)));
}

TEST_CASE("no two lines of text on a page overlap, and a page is the same in every run") {
  for (const auto& [name, r] : subjects()) {
    INFO(name);
    const Canvas page = draw_page(read_phases(r));
    const auto& lines = page.lines();
    for (std::size_t i = 0; i < lines.size(); ++i)
      for (std::size_t j = i + 1; j < lines.size(); ++j)
        if (lines[i].box.overlaps(lines[j].box)) FAIL_CHECK(lines[i].text << " overlaps " << lines[j].text);
    CHECK(page.svg(name) == draw_page(read_phases(replayed(name))).svg(name));
  }
}

TEST_CASE("pictures on a page keep to their places") {
  Canvas word, page;
  word.text("word", {100, 100}, Face::plain, 10);
  page.place(word, {0, 0}, 0.5);
  REQUIRE(page.lines().size() == 1);
  CHECK(page.lines()[0].box.x == Approx(0));
  CHECK(page.lines()[0].box.width == Approx(word.lines()[0].box.width / 2));
  CHECK(page.extent().height == Approx(word.extent().height / 2));
}

TEST_CASE("a diagram that nobody could follow is shown by its counts") {
  const Replay r = replayed("softmax_stable");
  ProofPhases p = read_phases(r);
  DiagramBuilder b;
  Ref x = b.input(Symbol("x"), {{size_variable(Symbol("n")), Symbol("n")}});
  const std::vector<Index> axes = x.at;
  for (int k = 0; k < 60; ++k) x = b.add(k % 2 ? Op::exp : Op::sin, {x});
  p.diagrams[1] = freeze(b, Symbol("long"), p.diagrams[0].sizes(), p.diagrams[0].inputs(), {{Symbol("out"), axes, x}});
  CHECK(!legible_sketch(p.diagrams[1]));
  CHECK(legible_sketch(p.diagrams[0]));
  const Canvas page = draw_page(p);
  CHECK(std::any_of(page.lines().begin(), page.lines().end(), [](const auto& l) { return l.text == "60 boxes"; }));
}
