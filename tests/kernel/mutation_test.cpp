// Certificates with one change: whatever the kernel still accepts must be true, which is checked by numbers.
#include <filesystem>
#include <random>

#include "backend/evaluate.hpp"
#include "backend/sample.hpp"
#include "kernel/support.hpp"
#include "kernel/text.hpp"

using namespace skein;

namespace {

const std::filesystem::path folder = std::filesystem::path(SKEIN_SOURCE_DIR) / "tests/kernel/certificates";

class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : random_(seed) {}

  // One change to one line; the first line, the version, stays.
  std::string operator()(const std::string& certificate) {
    std::vector<std::string> lines = split_lines(certificate);
    switch (below(10)) {
      case 0: std::swap(lines[line(lines)], lines[line(lines)]); break;
      case 1: lines.erase(lines.begin() + static_cast<long>(line(lines))); break;
      case 2: possibly_empty(lines); break;
      case 3: rename_inference(lines[line(lines)]); break;
      case 4: rename_operator(lines[boxes(lines)]); break;
      case 5: swap_ports(lines[boxes(lines)]); break;
      case 6: flip_sign(lines[line(lines)]); break;
      case 7: change_number(lines[boxes(lines)]); break;
      default: change_number(lines[line(lines)]);
    }
    std::string out;
    for (const std::string& l : lines) out += l + "\n";
    return out;
  }

 private:
  std::size_t below(std::size_t n) { return n ? random_() % n : 0; }
  std::size_t line(const std::vector<std::string>& lines) { return 1 + below(lines.size() - 1); }
  std::size_t boxes(const std::vector<std::string>& lines) {
    for (int tries = 0; tries < 200; ++tries)
      if (std::size_t k = line(lines); lines[k].starts_with("box ")) return k;
    return line(lines);
  }

  static std::vector<std::string> split_lines(const std::string& s) {
    std::vector<std::string> lines;
    for (auto l : text::split(s, '\n'))
      if (!l.empty()) lines.emplace_back(l);
    return lines;
  }

  // Another lower bound for a size that occurs: 0 where it was 1.
  void possibly_empty(std::vector<std::string>& lines) {
    std::set<std::string> sizes;
    for (const std::string& l : lines)
      for (std::size_t at = 0; (at = l.find(':', at)) != std::string::npos; ++at) {
        std::size_t to = at + 1;
        while (to < l.size() && std::isalpha(static_cast<unsigned char>(l[to]))) ++to;
        if (to > at + 1) sizes.insert(l.substr(at + 1, to - at - 1));
      }
    if (sizes.empty()) return;
    const std::string name = *std::next(sizes.begin(), static_cast<long>(below(sizes.size())));
    for (std::string& l : lines)
      if (l.starts_with("size " + name + " ")) {
        l = "size " + name + (l.back() == '0' ? " 1" : " 0");
        return;
      }
    lines.insert(lines.begin() + 2, "size " + name + " 0");
  }

  void replace_one(std::string& l, const std::vector<std::string>& words) {
    std::vector<std::pair<std::size_t, std::size_t>> places;
    for (const std::string& w : words)
      for (std::size_t at = 0; (at = l.find(w, at)) != std::string::npos; ++at) {
        const bool starts = at > 0 && (l[at - 1] == ' ' || l[at - 1] == '=');
        const bool ends = at + w.size() == l.size() || l[at + w.size()] == ' ';
        if (starts && ends) places.emplace_back(at, w.size());
      }
    if (places.empty()) return;
    const auto [at, length] = places[below(places.size())];
    l.replace(at, length, words[below(words.size())]);
  }
  void rename_inference(std::string& l) {
    replace_one(l, {"refl",     "sym",       "trans",          "congruence",    "contraction",   "lattice",
                    "evaluate", "push_view", "simplify_view",  "reduce_single", "reduce_unused", "reduce_split",
                    "reindex",  "delta",     "cases_then",     "cases_else",    "cases_same",    "instance",
                    "smt",      "sign_rule", "sign_transport", "hypothesis",    "induction"});
  }
  void rename_operator(std::string& l) {
    static const std::vector<std::vector<std::string>> kinds{{"add", "mul", "max", "min"},
                                                             {"exp", "log", "inv", "sqrt", "erf", "sin", "cos"},
                                                             {"less", "less_equal", "equal"}};
    for (const auto& words : kinds) replace_one(l, words);
  }
  void flip_sign(std::string& l) {
    replace_one(l, {"positive", "nonnegative", "nonzero"});
    std::vector<std::size_t> places;
    for (std::size_t at = 0; at < l.size(); ++at)
      if (l[at] == '-' || (l[at] == '=' && at + 1 < l.size() && std::isdigit(static_cast<unsigned char>(l[at + 1]))))
        places.push_back(at);
    if (places.empty()) return;
    const std::size_t at = places[below(places.size())];
    if (l[at] == '-')
      l[at] = '+';
    else
      l.insert(at + 1, "-");
  }
  void swap_ports(std::string& l) {
    const std::size_t from = l.find(" in="), semicolon = l.find(';', from);
    if (from == std::string::npos || semicolon == std::string::npos) return change_number(l);
    const std::size_t first = from + 4, to = std::min(l.find(' ', first), l.size());
    if (semicolon >= to) return change_number(l);
    const std::size_t end = std::min(l.find(';', semicolon + 1), to);
    const std::string a = l.substr(first, semicolon - first), c = l.substr(semicolon + 1, end - semicolon - 1);
    l.replace(first, end - first, c + ";" + a);
  }
  void change_number(std::string& l) {
    std::vector<std::pair<std::size_t, std::size_t>> numbers;
    for (std::size_t at = 0; at < l.size(); ++at) {
      if (!std::isdigit(static_cast<unsigned char>(l[at]))) continue;
      std::size_t to = at;
      while (to < l.size() && std::isdigit(static_cast<unsigned char>(l[to]))) ++to;
      const bool number = at == 0 || !std::isalnum(static_cast<unsigned char>(l[at - 1]));
      if (number && to - at < 4) numbers.emplace_back(at, to - at);
      at = to;
    }
    if (numbers.empty()) return;
    const auto [at, length] = numbers[below(numbers.size())];
    const int old = std::stoi(l.substr(at, length));
    const int other = below(3) ? old + (below(2) ? 1 : -1) : static_cast<int>(below(6));
    l.replace(at, length, std::to_string(std::max(0, other)));
  }

  std::mt19937_64 random_;
};

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
