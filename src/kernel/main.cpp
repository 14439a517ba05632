// skein-kernel: accepts or rejects certificates. It depends on nothing that searches.
#include <cstdio>
#include <cstring>

#include "kernel/ledger.hpp"
#include "kernel/monoidal_folder.hpp"
#include "kernel/solver.hpp"

namespace {

constexpr const char* usage =
    "usage: skein-kernel [--ledger DIR] [--solver CMD] [--json] CERTIFICATE...\n"
    "  --ledger DIR   certificates of the rules that a certificate uses (default: proofs/ledger)\n"
    "  --solver CMD   asked for every ground leaf (default: z3 -in); 'none' rejects certificates that have leaves\n"
    "  --json         one object: accepted, rejected, reasons\n"
    "exit: 0 all accepted, 1 some rejected, 64 wrong usage\n";

std::string quoted(const std::string& s) {
  std::string out = "\"";
  for (char c : s) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 32)
      out += ' ';
    else
      out += c;
  }
  return out + "\"";
}

// The claim in short: names of the arrays and sizes are in the certificate's head.
std::string endpoints(const skein::Theorem& t) {
  std::string out = t.name().text() + "(";
  bool first = true;
  for (const auto& p : t.statement().left.inputs()) {
    out += (first ? "" : ", ") + p.name.text() + "[";
    for (std::size_t i = 0; i < p.axes.size(); ++i) out += (i ? "," : "") + skein::to_string(p.axes[i].size);
    out += "]";
    first = false;
  }
  return out + "), " + std::to_string(t.statement().left.boxes().size()) +
         " boxes == " + std::to_string(t.statement().right.boxes().size()) + " boxes";
}

// A condition's term in short: an array, or how large it is and what it reads.
std::string term(const skein::Diagram& d) {
  if (d.boxes().size() == 1 && d.boxes()[0].op == skein::Op::input) return d.boxes()[0].name.text();
  std::string arrays;
  for (const skein::Box& x : d.boxes())
    if (x.op == skein::Op::input) arrays += (arrays.empty() ? " over " : ", ") + x.name.text();
  return "a term of " + std::to_string(d.boxes().size()) + (d.boxes().size() == 1 ? " box" : " boxes") + arrays;
}

// What the claim assumes, a line each.
std::string assumptions(const skein::Statement& s) {
  std::string out;
  for (const skein::Size& h : s.left.sizes().hypotheses) out += "\n  where " + skein::to_string(h) + " >= 0";
  for (const skein::Condition& c : s.when) out += "\n  when " + term(c.value) + " is " + skein::to_string(c.sign);
  for (const skein::Given& g : s.given) out += "\n  given " + term(g.left) + " == " + term(g.right);
  return out;
}

// Replays a certificate of a monoidal theory; what it imports lies beside it. The result in a line.
std::string replay_theory(const std::string& text, const std::filesystem::path& file) {
  using namespace skein::monoidal;
  const MonoidalReplay r =
      replay_monoidal(text, certificates_in(file.parent_path().empty() ? "." : file.parent_path()));
  const Theory& theory = r.kernel.theory();
  std::string out = "theory " + theory.name.text() + ", " + std::string(name_of(theory.signature->structure())) +
                    ", rules: " + std::to_string(theory.rules.size());
  for (const TheoremPtr& t : r.kernel.theorems()) {
    const Rule& claim = *t->statement();
    out += "\n  " + claim.name().text() + ": " + std::to_string(claim.left().boxes()) +
           (claim.two_way() ? " boxes == " : " boxes => ") + std::to_string(claim.right().boxes()) + " boxes; " +
           std::to_string(t->steps().size()) + " steps";
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  std::string folder = "proofs/ledger", solver = "z3 -in";
  bool json = false;
  std::vector<std::string> files;
  for (int i = 1; i < argc; ++i) {
    const std::string a = argv[i];
    if (a == "--help" || a == "-h") return std::fputs(usage, stdout), 0;
    if (a == "--json")
      json = true;
    else if ((a == "--ledger" || a == "--solver") && i + 1 < argc)
      (a == "--ledger" ? folder : solver) = argv[++i];
    else if (a.size() > 1 && a[0] == '-')
      return std::fputs(usage, stderr), 64;
    else
      files.push_back(a);
  }
  if (files.empty()) return std::fputs(usage, stderr), 64;

  skein::SolverProcess process(solver);
  const skein::LeafOracle oracle = solver == "none" ? skein::LeafOracle() : process.oracle();
  skein::Ledger ledger(folder, oracle);
  std::vector<std::string> accepted, rejected, reasons;
  for (const std::string& f : files) {
    try {
      const std::string text = skein::read_text(f);
      if (skein::monoidal::is_monoidal_certificate(text)) {
        const std::string result = replay_theory(text, f);
        accepted.push_back(f);
        if (!json) std::printf("accepted %s: %s\n", f.c_str(), result.c_str());
        continue;
      }
      const skein::Replay r = skein::replay_certificate(text, ledger.source(), oracle);
      accepted.push_back(f);
      if (!json)
        std::printf("accepted %s: %s; %zu steps, %zu leaves asked%s\n", f.c_str(), endpoints(*r.theorem).c_str(),
                    r.steps, r.leaves, assumptions(r.theorem->statement()).c_str());
    } catch (const std::exception& e) {
      rejected.push_back(f);
      reasons.push_back(f + ": " + e.what());
      if (!json) std::printf("rejected %s\n  %s\n", f.c_str(), e.what());
    }
  }
  if (json) {
    auto list = [](const std::vector<std::string>& l) {
      std::string out = "[";
      for (std::size_t i = 0; i < l.size(); ++i) out += (i ? ", " : "") + quoted(l[i]);
      return out + "]";
    };
    std::printf("{\"accepted\": %s, \"rejected\": %s, \"reasons\": %s}\n", list(accepted).c_str(),
                list(rejected).c_str(), list(reasons).c_str());
  }
  return rejected.empty() ? 0 : 1;
}
