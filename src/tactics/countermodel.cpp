#include "tactics/countermodel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "lang/theory_models.hpp"

namespace skein::monoidal {
namespace {

constexpr std::size_t largest_table = std::size_t{1} << 16;
constexpr std::size_t small_table = 2048;  // where it is done for every theorem

bool all_rules_hold(const TheoryDeclaration& theory, const Model& m) {
  return std::ranges::all_of(theory.claims, [&](const TheoryClaim& c) {
    return c.kind != TheoryClaim::Kind::rule || holds(*c.statement, m, largest_table);
  });
}

}  // namespace

ModelFinder::ModelFinder(TheoryPtr theory, std::uint64_t seed, std::size_t draws)
    : theory_(std::move(theory)), random_(seed), draws_left_(draws) {}

std::optional<Countermodel> ModelFinder::differs(const Rule& claim, const Model& m, const std::string& name) const {
  try {
    Countermodel out{name, m, evaluate(claim.left(), m), evaluate(claim.right(), m)};
    if (out.left == out.right) return std::nullopt;
    return out;
  } catch (const std::length_error&) {  // too wide to be evaluated in this model
    return std::nullopt;
  }
}

std::optional<Model> ModelFinder::draw() {
  const Flavour flavours[] = {Flavour::dense, Flavour::functions, Flavour::small, Flavour::functions};
  const Flavour flavour = flavours[drawn_ % 4];
  const std::size_t largest = 1 + drawn_ / 4 % 3;
  ++drawn_, --draws_left_;
  try {
    Model m = random_model(*theory_->signature, random_, flavour, largest);
    complete_definitions(*theory_, m);
    if (all_rules_hold(*theory_, m)) return m;
  } catch (const std::length_error&) {
  }
  return std::nullopt;
}

std::optional<Countermodel> ModelFinder::refute(const Rule& claim) {
  for (const DeclaredModel& m : theory_->models)
    if (auto c = differs(claim, m.model, m.name.text())) return c;
  for (const Model& m : found_)
    if (auto c = differs(claim, m, "")) return c;
  while (draws_left_ > 0) {
    auto m = draw();
    if (!m) continue;
    auto c = differs(claim, *m, "");
    found_.push_back(std::move(*m));
    if (c) return c;
  }
  return std::nullopt;
}

std::size_t ModelFinder::confirm(const Rule& claim) const {
  std::size_t count = 0;
  const auto check = [&](const Model& m) {
    try {
      if (!holds(claim, m, small_table))
        throw std::logic_error(
            fmt::format("{} is proved in {}, but fails in a model of it", claim.name().text(), theory_->name.text()));
      ++count;
    } catch (const std::length_error&) {
    }
  };
  for (const DeclaredModel& m : theory_->models) check(m.model);
  for (const Model& m : found_) check(m);
  return count;
}

std::string no_refutation(const TheoryDeclaration& theory, const Rule& claim, const Model& m) {
  if (const std::string why = nonconformity(*theory.signature, m); !why.empty()) return why + ".";
  for (const TheoryClaim& c : theory.claims)
    if ((c.kind == TheoryClaim::Kind::rule || c.kind == TheoryClaim::Kind::definition) && !holds(*c.statement, m))
      return fmt::format("{} does not hold in the model.", c.name().text());
  if (holds(claim, m)) return fmt::format("{} holds in the model.", claim.name().text());
  return "";
}

}  // namespace skein::monoidal
