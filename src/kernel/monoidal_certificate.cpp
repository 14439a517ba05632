#include "kernel/monoidal_certificate.hpp"

#include <algorithm>
#include <set>

#include "kernel/digest.hpp"
#include "kernel/monoidal_text.hpp"
#include "kernel/text.hpp"

namespace skein::monoidal {
namespace {

constexpr int deepest_import = 32;

using Imported = std::map<std::string, Kernel, std::less<>>;  // by digest, so that each is replayed once

class Reader {
 public:
  Reader(std::string_view text, const CertificateSource& source, Imported& imported, int depth)
      : text_(text), source_(source), imported_(imported), depth_(depth) {}

  MonoidalReplay all() {
    try {
      if (line() != certificate_head) throw Rejected("this is no certificate of a monoidal theory, version 1.");
      read_theory();
      while (at_ < text_.size()) item();
      return {std::move(*kernel_), steps_};
    } catch (const std::runtime_error& e) {
      const std::string where =
          claim_.empty() ? "" : ", theorem " + claim_ + (step_ ? ", step " + std::to_string(step_) : "");
      throw Rejected("line " + std::to_string(line_) + where + ": " + e.what());
    }
  }

 private:
  std::string_view line() {
    if (at_ >= text_.size()) throw Rejected("the certificate ends too early.");
    const std::size_t end = text_.find('\n', at_);
    if (end == std::string_view::npos) throw Rejected("the last line is not complete.");
    ++line_;
    return text_.substr(std::exchange(at_, end + 1), end - at_);
  }
  // The first word of the next line, which stays unread.
  std::string_view peek() const { return text_.substr(at_, text_.find_first_of(" \n", at_) - at_); }
  std::string_view rest(std::string_view word) {
    const std::string_view l = line();
    if (!l.starts_with(word) || l.size() <= word.size() || l[word.size()] != ' ')
      throw Rejected("expected a line '" + std::string(word) + " ...'.");
    return l.substr(word.size() + 1);
  }

  void read_theory() {
    const auto head = tokens_of(rest("theory"));
    if (head.size() != 2) throw Rejected("a theory has a name and a structure.");
    signature_ = std::make_shared<Signature>(structure_named(head[1]));
    while (peek() == "object") signature_->add_sort(text::read_name(rest("object")));
    while (peek() == "generator" || peek() == "deterministic") {
      const bool deterministic = peek() == "deterministic";
      read_generator(tokens_of(rest(peek())), deterministic);
    }
    kernel_.emplace(Theory{text::read_name(head[0]), signature_, {}});
    while (peek() == "rule") kernel_->add_rule(read_statement("rule"));
  }

  void read_generator(const std::vector<std::string_view>& tokens, bool deterministic) {
    const auto arrow = std::ranges::find(tokens, ">");
    if (arrow == tokens.begin() || arrow == tokens.end()) throw Rejected("a generator is written f A B > C.");
    const auto word = [&](auto from, auto to) {
      Word w;
      for (; from != to; ++from) {
        const auto sort = signature_->find_sort(text::read_name(*from));
        if (!sort) throw Rejected("there is no object '" + std::string(from->substr(0, 60)) + "'.");
        w.push_back(*sort);
      }
      return w;
    };
    signature_->add_generator(text::read_name(tokens[0]), word(tokens.begin() + 1, arrow),
                              word(arrow + 1, tokens.end()), deterministic);
  }

  RulePtr read_statement(std::string_view word) {
    const auto head = tokens_of(rest(word));
    if (head.size() != 2 || (head[1] != "==" && head[1] != "=>"))
      throw Rejected("a statement has a name and then == or =>.");
    const OpenDiagram left = read_diagram(signature_, line()), right = read_diagram(signature_, line());
    return std::make_shared<Rule>(text::read_name(head[0]), left, right, head[1] == "==");
  }

  void item() {
    if (peek() == "import") return import(rest("import"));
    if (peek() == "rule") throw Rejected("rules stand before the first import and theorem.");
    const RulePtr claim = read_statement("theorem");
    claim_ = claim->name().text();
    kernel_->open(claim);
    while (peek() != "iso") {
      ++step_;
      const auto [side, step] = read_step(*signature_, line());
      kernel_->step(side, step);
      ++steps_;
    }
    step_ = 0;
    kernel_->conclude(expanded(read_isomorphism(rest("iso"))));
    claim_.clear();
  }

  // A pairing lists the images of what the left side still has.
  Isomorphism expanded(const Isomorphism& i) const {
    const OpenDiagram& left = kernel_->side(Side::left);
    if (i.nodes.size() != left.nodes() || i.boxes.size() != left.boxes())
      throw Rejected("the pairing does not have one entry for each wire and box of the left side.");
    Isomorphism out{std::vector<NodeId>(left.node_bound(), no_node), std::vector<BoxId>(left.box_bound(), no_box)};
    for (std::uint32_t n = 0, k = 0; n < left.node_bound(); ++n)
      if (left.has(NodeId{n})) out.nodes[n] = i.nodes[k++];
    for (std::uint32_t b = 0, k = 0; b < left.box_bound(); ++b)
      if (left.has(BoxId{b})) out.boxes[b] = i.boxes[k++];
    return out;
  }

  void import(std::string_view name) {
    if (!source_ || depth_ >= deepest_import) throw Rejected("certificates cannot be imported here.");
    auto known = imported_.find(name);
    if (known == imported_.end()) {
      const std::string other = source_(name);
      if (digest(other) != name) throw Rejected("the imported certificate does not have the digest it is named by.");
      known = imported_.emplace(name, Reader(other, source_, imported_, depth_ + 1).all().kernel).first;
    }
    kernel_->import(known->second, std::string(name));
  }

  std::string_view text_;
  const CertificateSource& source_;
  Imported& imported_;
  int depth_;
  std::size_t at_ = 0, line_ = 0, step_ = 0, steps_ = 0;
  std::string claim_;
  std::shared_ptr<Signature> signature_;
  std::optional<Kernel> kernel_;
};

}  // namespace

std::string write_certificate(const Kernel& k, const std::vector<Symbol>& wanted) {
  std::set<Symbol> needed(wanted.begin(), wanted.end());
  std::set<Symbol> written;
  const auto& theorems = k.theorems();
  for (auto t = theorems.rbegin(); t != theorems.rend(); ++t) {
    if (wanted.empty() ? (*t)->tainted() : !needed.count((*t)->name())) continue;
    if ((*t)->tainted())
      throw Rejected("the theorem '" + (*t)->name().text() + "' rests on a claim that is not proved.");
    written.insert((*t)->name());
    for (const auto& [side, step] : (*t)->steps())
      if (const auto* r = std::get_if<RuleStep>(&step)) needed.insert(r->rule);
  }
  for (Symbol w : wanted)
    if (!written.count(w)) throw Rejected("there is no theorem '" + w.text() + "'.");

  const Signature& s = *k.theory().signature;
  std::string out = std::string(certificate_head) + "\ntheory " + text::write(k.theory().name) + " " +
                    std::string(name_of(s.structure())) + "\n";
  for (std::uint32_t i = 0; i < s.sorts(); ++i) out += "object " + text::write(s.sort({i})) + "\n";
  for (std::uint32_t i = 0; i < s.generators(); ++i) out += write(s, s.generator({i})) + "\n";
  for (const RulePtr& r : k.theory().rules) out += "rule " + write(*r);
  for (const Kernel::Import& i : k.imports())
    if (wanted.empty() || std::ranges::any_of(i.names, [&](Symbol n) { return needed.count(n) != 0; }))
      out += "import " + i.digest + "\n";
  for (const TheoremPtr& t : theorems) {
    if (!written.count(t->name())) continue;
    out += "theorem " + write(*t->statement());
    for (const auto& [side, step] : t->steps()) out += write(s, side, step) + "\n";
    out += "iso " + write(t->isomorphism()) + "\n";
  }
  return out;
}

MonoidalReplay replay_monoidal(std::string_view text, const CertificateSource& source) {
  Imported imported;
  return Reader(text, source, imported, 0).all();
}

}  // namespace skein::monoidal
