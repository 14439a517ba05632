#include "kernel/ledger.hpp"

#include <fstream>
#include <sstream>

#include "kernel/text.hpp"

namespace skein {

Ledger::Ledger(std::filesystem::path folder, LeafOracle oracle)
    : folder_(std::move(folder)), oracle_(std::move(oracle)) {
  for (TheoremPtr t : kernel_axioms()) known_.emplace(t->name(), t);
}

std::filesystem::path Ledger::path(Symbol name) const { return folder_ / (text::write(name) + ".cert"); }

void Ledger::add(TheoremPtr t) { known_[t->name()] = t; }

TheoremPtr Ledger::find(Symbol name) {
  if (auto it = known_.find(name); it != known_.end()) return it->second;
  std::error_code ignored;
  if (folder_.empty() || !std::filesystem::is_regular_file(path(name), ignored)) return nullptr;
  if (!open_.insert(name).second) throw Rejected("the theorem " + name.text() + " rests on itself: a cycle of lemmas");
  struct Closing {
    std::set<Symbol>& open;
    Symbol name;
    ~Closing() { open.erase(name); }
  } closing{open_, name};
  try {
    TheoremPtr t = replay_certificate(read_text(path(name)), source(), oracle_).theorem;
    if (t->name() != name) throw Rejected("it claims the name " + t->name().text());
    return known_[name] = t;
  } catch (const Rejected& e) {
    throw Rejected("in the ledger, " + name.text() + ": " + e.what());
  }
}

std::string read_text(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) throw Rejected(path.string() + ": there is no such file");
  if (!std::filesystem::is_regular_file(path, error)) throw Rejected(path.string() + ": this is not a file");
  if (std::filesystem::file_size(path, error) > (256u << 20)) throw Rejected(path.string() + ": the file is too large");
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) throw Rejected(path.string() + ": the file cannot be read");
  return text.str();
}

}  // namespace skein
