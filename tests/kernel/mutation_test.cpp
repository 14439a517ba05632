// Certificates with one change: whatever the kernel still accepts must be true, which is checked by numbers.
#include <filesystem>
#include <random>

#include "backend/evaluate.hpp"
#include "backend/sample.hpp"
#include "kernel/mutator.hpp"
#include "kernel/support.hpp"

using namespace skein;

namespace {

const std::filesystem::path folder = std::filesystem::path(SKEIN_SOURCE_DIR) / "tests/kernel/certificates";

// The certificate with the digests that its leaves really have, so that a change is not refused for that alone.
std::string consistent(std::string certificate, const TheoremSource& source) {
  for (int leaf = 0; leaf < 50; ++leaf) {
    const std::string why = reason([&] { replay_certificate(certificate, source, z3()); });
    const std::size_t at = why.find("its digest is ");
    if (at == std::string::npos) return certificate;
    std::size_t from = 0;
    for (int line = std::stoi(why.substr(5)); line > 1; --line) from = certificate.find('\n', from) + 1;
    const std::size_t old = certificate.find("leaf=", from);
    if (old == std::string::npos || old > certificate.find('\n', from)) return certificate;
    certificate.replace(old + 5, 64, why.substr(at + 14, 64));
  }
  return certificate;
}

bool reads_out_of_range(const Diagram& d, const Environment& e) {
  const DomainReport r = in_domain(d, e);
  return !r && r.condition == Requirement::in_range;
}

bool satisfies(const Condition& c, const Environment& e) {
  const std::vector<Array> values = evaluate(c.value, e);
  for (double x : values.front().data)
    if (!(c.sign == Sign::positive ? x > 0 : c.sign == Sign::nonnegative ? x >= 0 : x != 0)) return false;
  return true;
}

struct Verdict {
  int instances = 0;
  std::string difference;
};

// Both sides on random instances, small sizes down to the least admissible one included.
Verdict confirm(const Theorem& t, int wanted) {
  const Statement& st = t.statement();
  std::vector<const Diagram*> all{&st.left, &st.right};
  for (const Condition& c : st.when) all.push_back(&c.value);
  Verdict v;
  std::mt19937_64 random(7);
  for (int seed = 0; seed < 40 * wanted && v.instances < wanted; ++seed) {
    try {
      SampleOptions options;
      options.values = seed % 3 ? Values::normal : Values::mixed;
      options.sizes = sample_sizes(all, static_cast<std::uint64_t>(seed));
      if (seed % 4)
        for (auto& [n, value] : options.sizes) {
          const int least = st.left.sizes().lower_bound(n);
          value = least + static_cast<int>(random() % 3);
        }
      bool admissible = true;
      for (const Size& h : st.left.sizes().hypotheses) admissible = admissible && *evaluate(h, options.sizes) >= 0;
      if (!admissible) continue;
      Environment e = sample(all, static_cast<std::uint64_t>(seed), options);
      if (!st.when.empty())
        for (auto& [name, a] : e.inputs)
          if (random() % 2)
            for (double& x : a.data) x = std::abs(x);
      bool usable = true;
      for (const Condition& c : st.when) usable = usable && satisfies(c, e);
      for (const Diagram* d : {&st.left, &st.right}) usable = usable && !reads_out_of_range(*d, e);
      if (!usable) continue;
      const Array l = evaluate(st.left, e).front(), r = evaluate(st.right, e).front();
      ++v.instances;
      if (l.shape != r.shape) v.difference = "shapes differ";
      for (std::size_t k = 0; k < l.data.size() && k < r.data.size(); ++k) {
        const double x = l.data[k], y = r.data[k];
        if (x == y || std::isnan(x) || std::isnan(y) || std::abs(x) > 1e12 || std::abs(y) > 1e12) continue;
        if (std::abs(x - y) > 1e-5 * (1 + std::abs(x) + std::abs(y)))
          v.difference = std::to_string(x) + " and " + std::to_string(y) + " with seed " + std::to_string(seed);
      }
      if (!v.difference.empty()) return v;
    } catch (const EvaluationError&) {
    } catch (const std::invalid_argument&) {
    }
  }
  return v;
}

std::vector<std::filesystem::path> certificates() {
  std::vector<std::filesystem::path> out;
  for (const auto& f : std::filesystem::directory_iterator(folder))
    if (f.path().extension() == ".cert") out.push_back(f.path());
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

TEST_CASE("the certificates to be changed are accepted and true", "[mutation]") {
  Ledger ledger(folder, z3());
  REQUIRE(certificates().size() >= 12);
  for (const auto& f : certificates()) {
    INFO(f.filename().string());
    const TheoremPtr t = replay_certificate(read_text(f), ledger.source(), z3()).theorem;
    const Verdict v = confirm(*t, 20);
    CHECK(v.instances > 0);
    CHECK(v.difference == "");
  }
}

TEST_CASE("a changed certificate is refused, or its theorem holds", "[mutation]") {
  Ledger ledger(folder, z3());
  int accepted = 0, rejected = 0, unconfirmed = 0;
  std::map<std::string, int> reasons;
  const char* scale = std::getenv("SKEIN_MUTATIONS");
  const int each = scale ? std::atoi(scale) : 40;
  for (const auto& f : certificates()) {
    const std::string original = read_text(f);
    Mutator mutate(std::hash<std::string>()(f.filename().string()));
    for (int k = 0; k < each; ++k) {
      std::string mutant = mutate(original);
      for (int more = k % 3; more > 0; --more) mutant = mutate(mutant);
      if (mutant == original) continue;
      mutant = consistent(mutant, ledger.source());
      TheoremPtr t;
      const std::string why = reason([&] { t = replay_certificate(mutant, ledger.source(), z3()).theorem; });
      if (!t) {
        ++rejected;
        ++reasons[why.substr(why.find(": ") + 2)];
        continue;
      }
      ++accepted;
      const Verdict v = confirm(*t, 12);
      unconfirmed += v.instances == 0;
      if (v.difference.empty()) continue;
      FAIL_CHECK(f.filename().string() << " was accepted changed, but differs: " << v.difference << "\n" << mutant);
    }
  }
  WARN("mutants: " << accepted + rejected << ", rejected " << rejected << " for " << reasons.size()
                   << " reasons, accepted " << accepted << " (" << unconfirmed << " of them without an instance)");
  CHECK(accepted + rejected >= (scale ? 0 : 500));
  CHECK(rejected > accepted);
}
