#include "monoidal/simplify.hpp"

#include "monoidal/normal_form.hpp"
#include "monoidal/valid.hpp"

namespace skein::monoidal {
namespace {

class Simplifier {
 public:
  Simplifier(OpenDiagram& d, std::span<const OrientedRule> rules, std::size_t limit) : d_(d), left_(limit) {
    for (const OrientedRule& r : rules) matchers_.emplace_back(*r.rule, r.direction);
  }

  Simplification run() {
    tidy();
    agenda_ = topological_order(d_);  // later boxes first: what they hang on moves up into their reach
    while (true) {
      while (!agenda_.empty() && out_.finished) {
        const BoxId b = agenda_.back();
        agenda_.pop_back();
        for (const Matcher& m : matchers_)
          if (d_.has(b)) step_at(m, b);
      }
      // Sharing, and paths that are gone, can make a match far away.
      tidy();
      if (!out_.finished || !step_anywhere()) return std::move(out_);
    }
  }

 private:
  void tidy() {
    for (Move& m : normalise(d_)) out_.steps.emplace_back(std::move(m));
  }

  void step_at(const Matcher& m, BoxId b) {
    redex_.reset();
    m.each_at(d_, b, [&](const Redex& r) {
      redex_ = r;
      return false;
    });
    if (redex_) make(m);
  }

  bool step_anywhere() {
    for (const Matcher& m : matchers_) {
      redex_ = m.first(d_);
      if (!redex_) continue;
      make(m);
      return out_.finished;
    }
    return false;
  }

  void make(const Matcher& m) {
    if (left_ == 0) {
      out_.finished = false;
      return;
    }
    --left_;
    ++out_.rewrites;
    const Trace trace = apply(d_, m.rule(), m.direction(), *redex_);
    for (Move& move : redex_->moves) out_.steps.emplace_back(std::move(move));
    out_.steps.emplace_back(RuleStep{m.rule().name(), m.direction(), std::move(redex_->placement)});
    // New boxes last, so that they are looked at first.
    for (NodeId n : trace.nodes) {
      if (const BoxId from = d_.producer(n).box; from != boundary) agenda_.push_back(from);
      for (Port p : d_.consumers(n))
        if (p.box != boundary) agenda_.push_back(p.box);
    }
    agenda_.insert(agenda_.end(), trace.boxes.begin(), trace.boxes.end());
  }

  OpenDiagram& d_;
  std::vector<Matcher> matchers_;
  std::size_t left_;
  std::vector<BoxId> agenda_;
  std::optional<Redex> redex_;
  Simplification out_;
};

}  // namespace

Simplification simplify(OpenDiagram& d, std::span<const OrientedRule> rules, std::size_t limit) {
  return Simplifier(d, rules, limit).run();
}

}  // namespace skein::monoidal
