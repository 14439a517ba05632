#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <sstream>

#include "lang/parser.hpp"
#include "lang/theory.hpp"
#include "lang/theory_diagrams.hpp"
#include "lang/theory_models.hpp"
#include "monoidal/algebra.hpp"
#include "monoidal/normal_form.hpp"

namespace skein {

using namespace monoidal;
namespace fs = std::filesystem;

namespace {

std::string without_stop(std::string text) {
  if (text.ends_with('.')) text.pop_back();
  return text;
}

// Errors of the core, at a place of the text.
template <class F>
auto at_place(const SourceText& source, Place place, const F& f) {
  try {
    return f();
  } catch (const IllTyped& e) {
    source.fail(place, without_stop(e.what()));
  }
}

bool deterministic(const OpenDiagram& d) {
  for (std::uint32_t b = 0; b < d.box_bound(); ++b)
    if (d.has(BoxId{b}) && !d.signature().generator(d.generator({b})).deterministic) return false;
  return true;
}

// Structures on one object whose free category has at most one diagram of each type, so that everything is provable.
std::string degeneracy(const std::vector<std::string>& structures) {
  const auto has = [&](std::string_view s) { return std::ranges::find(structures, s) != structures.end(); };
  for (const char* copies : {"cartesian", "markov"})
    for (const char* bends : {"compact", "frobenius"})
      if (has(copies) && has(bends))
        return fmt::format(
            "{} and {} on one object are degenerate: discarding is natural, so that a cap is two discards, "
            "and by the snake equation every two diagrams of one type are equal",
            copies, bends);
  return "a theory has one structure";
}

class Elaborator {
 public:
  Elaborator(const SourceText& source, const TheorySyntax& syntax, const std::vector<TheoryPtr>& known)
      : source_(source), syntax_(syntax), known_(known) {}

  TheoryPtr run() {
    theory_->name = Symbol(syntax_.name);
    theory_->description = syntax_.description;
    theory_->file = source_.name();
    theory_->line = syntax_.place.line;
    theory_->signature = std::make_shared<Signature>(structure());
    for (const TheoryItemSyntax& item : syntax_.items) {
      switch (item.kind) {
        case TheoryItemSyntax::Kind::object: {
          const auto& [place, name] = syntax_.objects[item.number];
          at_place(source_, place, [&, &n = name] { return theory_->signature->add_sort(Symbol(n)); });
          break;
        }
        case TheoryItemSyntax::Kind::generator: generator(syntax_.generators[item.number]); break;
        case TheoryItemSyntax::Kind::equation: equation(syntax_.equations[item.number]); break;
        case TheoryItemSyntax::Kind::import_: import(syntax_.imports[item.number]); break;
        case TheoryItemSyntax::Kind::model: break;  // of all rules: behind them
      }
    }
    std::set<std::string> models;
    for (const ModelSyntax& m : syntax_.models) {
      if (!models.insert(m.name).second) source_.fail(m.place, fmt::format("the model {} is declared twice", m.name));
      if (m.real)
        theory_->real_models.push_back(elaborate_real(source_, *theory_, m));
      else
        theory_->models.push_back({Symbol(m.name), m.place.line, elaborate(source_, *theory_, m)});
    }
    return theory_;
  }

 private:
  Structure structure() const {
    std::vector<std::string> names;
    for (const auto& [place, name] : syntax_.structures) names.push_back(name);
    const auto& [place, first] = syntax_.structures.front();
    if (names.size() > 1)
      source_.fail(syntax_.structures[1].first,
                   fmt::format("the structures {} cannot be combined: {}", fmt::join(names, ", "), degeneracy(names)));
    const std::vector<std::string> supported{"symmetric", "comonoid", "markov", "cartesian"};
    try {
      return structure_named(first);
    } catch (const IllTyped& e) {
      source_.fail(place, without_stop(e.what()), "symmetric, comonoid, markov or cartesian",
                   did_you_mean(first, supported));
    }
  }

  SignaturePtr signature() const { return theory_->signature; }
  OpenDiagram diagram(const DiagramSyntax& d) const { return elaborate(source_, signature(), d); }

  TheoryClaim& add(TheoryClaim::Kind kind, Place place, const std::string& name, const OpenDiagram& left,
                   const OpenDiagram& right, bool two_way) {
    if (const TheoryClaim* other = theory_->find(Symbol(name)))
      source_.fail(place, fmt::format("{} is declared twice", name), "",
                   fmt::format("the rule, def or theorem in line {} has this name", other->line));
    TheoryClaim c;
    c.kind = kind;
    c.line = place.line;
    c.statement =
        at_place(source_, place, [&] { return std::make_shared<const Rule>(Symbol(name), left, right, two_way); });
    theory_->claims.push_back(std::move(c));
    return theory_->claims.back();
  }

  void generator(const GeneratorSyntax& g) {
    const Word inputs = elaborate(source_, *signature(), g.inputs),
               outputs = elaborate(source_, *signature(), g.outputs);
    if (!g.body) {
      at_place(source_, g.place,
               [&] { return theory_->signature->add_generator(Symbol(g.name), inputs, outputs, g.deterministic); });
      return;
    }
    const OpenDiagram body = diagram(*g.body);
    if (body.input_sorts() != inputs || body.output_sorts() != outputs)
      source_.fail(
          g.place,
          fmt::format("the body of {} has the type {} -> {}", g.name, to_string(*signature(), body.input_sorts()),
                      to_string(*signature(), body.output_sorts())),
          fmt::format("{} -> {}, as declared", to_string(*signature(), inputs), to_string(*signature(), outputs)));
    define(g.place, g.name, body).description = g.description;
  }

  // A box that is equal to `body`; as deterministic as that.
  TheoryClaim& define(Place place, const std::string& name, const OpenDiagram& body) {
    const GeneratorId id = at_place(source_, place, [&] {
      return theory_->signature->add_generator(Symbol(name), body.input_sorts(), body.output_sorts(),
                                               signature()->discards() && deterministic(body));
    });
    return add(TheoryClaim::Kind::definition, place, name, monoidal::generator(signature(), id), body, true);
  }

  void equation(const EquationSyntax& e) {
    const OpenDiagram left = diagram(e.left), right = diagram(e.right);
    TheoryClaim& c =
        add(e.theorem ? TheoryClaim::Kind::theorem : TheoryClaim::Kind::rule, e.place, e.name, left, right, e.two_way);
    c.description = e.description;
    c.negated = e.negated;
    if (!e.theorem) refuse_collapse(e.place, *c.statement);
    if (e.proof) {
      c.proof.emplace();
      for (const TacticSyntax& t : *e.proof) c.proof->push_back(tactic(t, c.name()));
    }
  }

  // Where discarding is natural, a rule may say that an output that is an input does not depend on it.
  void refuse_collapse(Place place, const Rule& r) const {
    if (!signature()->discards()) return;
    OpenDiagram left = r.left(), right = r.right();
    normalise(left), normalise(right);
    for (std::size_t k = 0; k < left.outputs().size(); ++k)
      for (const auto& [wire, other] : {std::pair{&left, &right}, std::pair{&right, &left}}) {
        const monoidal::Port from = wire->producer(wire->outputs()[k]);
        if (from.box != boundary) continue;
        const std::vector<bool> inputs = inputs_of(*other, other->outputs()[k]);
        const bool constant = std::ranges::none_of(inputs, [](bool b) { return b; });
        const monoidal::Port there = other->producer(other->outputs()[k]);
        if (constant || (there.box == boundary && there.index != from.index))
          source_.fail(
              place, fmt::format("the rule {} makes {} degenerate: it says that a wire of it does not depend on where "
                                 "it comes from, so that all diagrams into {} would be equal",
                                 r.name().text(), signature()->sort(wire->sort(wire->outputs()[k])).text(),
                                 signature()->sort(wire->sort(wire->outputs()[k])).text()));
      }
  }

  // Which inputs a wire depends on.
  static std::vector<bool> inputs_of(const OpenDiagram& d, NodeId n) {
    std::vector<bool> seen(d.node_bound(), false), inputs(d.inputs().size(), false);
    std::vector<NodeId> open{n};
    while (!open.empty()) {
      const NodeId at = open.back();
      open.pop_back();
      if (seen[at.id]) continue;
      seen[at.id] = true;
      const monoidal::Port from = d.producer(at);
      if (from.box == boundary)
        inputs[from.index] = true;
      else
        for (NodeId s : d.sources(from.box)) open.push_back(s);
    }
    return inputs;
  }

  RuleUse rule_use(const RuleUseSyntax& r, Symbol self) const {
    const TheoryClaim* c = theory_->find(Symbol(r.name));
    if (!c || c->negated || c->name() == self) {
      std::vector<std::string> names;
      for (const TheoryClaim& other : theory_->claims)
        if (!other.negated && other.name() != self) names.push_back(other.name().text());
      source_.fail(r.place,
                   c && c->negated ? fmt::format("{} is claimed to be false", r.name)
                   : c             ? fmt::format("{} cannot be used in its own proof", r.name)
                                   : fmt::format("there is no rule or theorem {} before this one", r.name),
                   "", did_you_mean(r.name, names));
    }
    if (r.backward && !c->statement->two_way())
      source_.fail(r.place, fmt::format("the rule {} goes one way (=>) and cannot be used with <-", r.name));
    return {c->name(), r.backward ? Direction::backward : Direction::forward};
  }

  Tactic tactic(const TacticSyntax& t, Symbol self) const {
    static constexpr std::array kinds{Tactic::Kind::rewrite, Tactic::Kind::simp, Tactic::Kind::refl,
                                      Tactic::Kind::search, Tactic::Kind::hole};
    Tactic out;
    out.kind = kinds[static_cast<std::size_t>(t.kind)];
    out.place = t.place;
    for (const RuleUseSyntax& r : t.rules) out.rules.push_back(rule_use(r, self));
    out.on_left = t.on_left;
    out.depth = t.depth;
    if (t.target) {
      out.target = diagram(*t.target);
      const Rule& claim = *theory_->find(self)->statement;
      if (out.target->input_sorts() != claim.left().input_sorts() ||
          out.target->output_sorts() != claim.left().output_sorts())
        source_.fail(
            t.target->place,
            fmt::format("this diagram has the type {} -> {}", to_string(*signature(), out.target->input_sorts()),
                        to_string(*signature(), out.target->output_sorts())),
            fmt::format("{} -> {}, as the sides of {}", to_string(*signature(), claim.left().input_sorts()),
                        to_string(*signature(), claim.left().output_sorts()), self.text()));
    }
    out.asks = t.asks;
    return out;
  }

  // --- imports
  void import(const TheoryImportSyntax& i) {
    const auto at = std::ranges::find_if(known_, [&](const TheoryPtr& t) { return t->name.text() == i.theory; });
    if (at == known_.end()) {
      std::vector<std::string> names;
      for (const TheoryPtr& t : known_) names.push_back(t->name.text());
      source_.fail(i.place, fmt::format("there is no theory {} above", i.theory), "", did_you_mean(i.theory, names));
    }
    const TheoryDeclaration& from = **at;
    const Signature& theirs = *from.signature;
    if (theirs.structure() > signature()->structure())
      source_.fail(i.place, fmt::format("{} is {}, which is more than {}: its theorems need not hold here", i.theory,
                                        name_of(theirs.structure()), name_of(signature()->structure())));
    auto meaning = std::make_shared<Interpretation>();
    meaning->from = *at;
    std::map<std::string, const TheoryImportSyntax::Binding*> bound;
    for (const auto& b : i.bindings)
      if (!bound.emplace(b.name, &b).second) source_.fail(b.place, fmt::format("{} is given twice", b.name));
    const auto take = [&](Symbol name) -> const TheoryImportSyntax::Binding* {
      const auto it = bound.find(name.text());
      if (it == bound.end()) return nullptr;
      const auto* b = it->second;
      bound.erase(it);
      return b;
    };
    const auto renamed = [&](Symbol name) { return i.prefix.empty() ? name.text() : i.prefix + "." + name.text(); };

    for (std::uint32_t s = 0; s < theirs.sorts(); ++s) {
      const auto* b = take(theirs.sort({s}));
      if (!b) {
        meaning->objects.push_back({at_place(
            source_, i.place, [&] { return theory_->signature->add_sort(Symbol(renamed(theirs.sort({s})))); })});
        continue;
      }
      const auto object = as_object(b->value);
      if (!object) source_.fail(b->value.place, fmt::format("{} is an object of {}", b->name, i.theory), "an object");
      meaning->objects.push_back(elaborate(source_, *signature(), *object));
    }
    const auto word = [&](const Word& w) {
      Word out;
      for (SortId s : w) out.insert(out.end(), meaning->objects[s.id].begin(), meaning->objects[s.id].end());
      return out;
    };
    std::set<Symbol> defs;
    for (const TheoryClaim& c : from.claims)
      if (c.kind == TheoryClaim::Kind::definition) defs.insert(c.name());
    for (std::uint32_t g = 0; g < theirs.generators(); ++g) {
      const Generator& box = theirs.generator({g});
      const Word inputs = word(box.inputs), outputs = word(box.outputs);
      const auto* b = take(box.name);
      const bool needs_deterministic = box.deterministic && theirs.discards();
      if (!b) {
        const GeneratorId id = at_place(source_, i.place, [&] {
          return theory_->signature->add_generator(Symbol(renamed(box.name)), inputs, outputs, needs_deterministic);
        });
        meaning->generators.push_back(monoidal::generator(signature(), id));
        continue;
      }
      if (defs.count(box.name))
        source_.fail(b->place, fmt::format("{} is a def of {}; give what it is made of instead", b->name, i.theory));
      OpenDiagram value = diagram(b->value);
      const auto type = [&](const Word& a, const Word& c) {
        return to_string(*signature(), a) + " -> " + to_string(*signature(), c);
      };
      if (value.input_sorts() != inputs || value.output_sorts() != outputs)
        source_.fail(b->value.place,
                     fmt::format("this diagram has the type {}", type(value.input_sorts(), value.output_sorts())),
                     fmt::format("{} for {}", type(inputs, outputs), b->name));
      if (needs_deterministic && !deterministic(value))
        source_.fail(b->value.place, fmt::format("{} is deterministic, but this diagram is not", b->name));
      meaning->generators.push_back(std::move(value));
    }
    import_claims(i, from, meaning, take, renamed);
    if (!bound.empty())
      source_.fail(bound.begin()->second->place,
                   fmt::format("{} has no object, generator or rule {}", i.theory, bound.begin()->first));
  }

  template <class Take, class Renamed>
  void import_claims(const TheoryImportSyntax& i, const TheoryDeclaration& from,
                     const std::shared_ptr<Interpretation>& meaning, const Take& take, const Renamed& renamed) {
    const auto image = [&](const OpenDiagram& d) {
      return at_place(source_, i.place,
                      [&] { return substitute(d, signature(), meaning->objects, meaning->generators); });
    };
    for (const TheoryClaim& c : from.claims) {
      if (c.negated) continue;
      const std::string name = renamed(c.name());
      const OpenDiagram left = image(c.statement->left()), right = image(c.statement->right());
      const auto* b = c.kind == TheoryClaim::Kind::rule ? take(c.name()) : nullptr;
      std::optional<RuleUse> reason;
      if (b) {
        if (b->value.kind != DiagramSyntax::Kind::name)
          source_.fail(b->value.place, fmt::format("{} is a rule of {}", b->name, i.theory),
                       "the name of a rule or theorem");
        reason = rule_use({b->value.place, b->value.name, false}, Symbol());
      }
      const bool derived = c.kind == TheoryClaim::Kind::theorem || c.kind == TheoryClaim::Kind::imported;
      const auto kind = derived ? TheoryClaim::Kind::imported : reason ? TheoryClaim::Kind::theorem : c.kind;
      TheoryClaim& here = add(kind, i.place, name, left, right, c.statement->two_way());
      here.description = c.description;
      meaning->rules[c.name()] = here.name();
      if (derived) here.source = meaning, here.original = c.name();
      if (kind == TheoryClaim::Kind::rule) refuse_collapse(i.place, *here.statement);
      if (reason) {
        Tactic t;
        t.kind = Tactic::Kind::search;
        t.place = b->value.place;
        t.rules = {*reason};
        t.depth = 1;
        here.proof = std::vector<Tactic>{std::move(t)};
      }
    }
  }

  const SourceText& source_;
  const TheorySyntax& syntax_;
  const std::vector<TheoryPtr>& known_;
  std::shared_ptr<TheoryDeclaration> theory_ = std::make_shared<TheoryDeclaration>();
};

std::string read_text(const fs::path& file) {
  std::error_code error;
  std::ifstream in(file, std::ios::binary);
  if (fs::is_directory(file, error) || !in)
    throw SourceError(file.string(), {1, 1}, "the file cannot be read", "", "", "");
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

class Loader {
 public:
  TheoryFile load(const SourceText& source, const fs::path& file) {
    TheoryFile out;
    const FileSyntax syntax = parse_syntax(source);
    imports(source, syntax, file);
    out.imported = known_;
    elaborate_theories(source, syntax, known_);
    out.own.assign(known_.begin() + static_cast<std::ptrdiff_t>(out.imported.size()), known_.end());
    out.tensors = !syntax.defs.empty() || !syntax.claims.empty();
    return out;
  }

 private:
  void imports(const SourceText& source, const FileSyntax& syntax, const fs::path& file) {
    const std::string key = fs::weakly_canonical(file).string();
    open_.insert(key), done_.insert(key);
    for (const ImportSyntax& i : syntax.imports) {
      if (!i.quoted) continue;
      const fs::path other = file.parent_path() / i.path;
      std::error_code error;
      if (!fs::is_regular_file(other, error))
        source.fail(i.place, fmt::format("the file \"{}\" is not beside this file", i.path));
      const std::string other_key = fs::weakly_canonical(other).string();
      if (open_.count(other_key))
        source.fail(i.place, fmt::format("the import of \"{}\" leads back to this file", i.path));
      if (done_.count(other_key)) continue;
      const SourceText text(other.string(), read_text(other));
      const FileSyntax their = parse_syntax(text);
      imports(text, their, other);
      elaborate_theories(text, their, known_);
    }
    open_.erase(key);
  }

  std::vector<TheoryPtr> known_;
  std::set<std::string> open_, done_;
};

}  // namespace

const TheoryClaim* TheoryDeclaration::find(Symbol claim) const {
  const auto at = std::ranges::find_if(claims, [&](const TheoryClaim& c) { return c.name() == claim; });
  return at == claims.end() ? nullptr : &*at;
}

void elaborate_theories(const SourceText& source, const FileSyntax& syntax, std::vector<TheoryPtr>& known) {
  for (const TheorySyntax& t : syntax.theories) {
    for (const TheoryPtr& other : known)
      if (other->name.text() == t.name)
        source.fail(t.name_place, fmt::format("the theory {} is declared twice", t.name), "",
                    fmt::format("its first declaration is in line {} of {}", other->line, other->file));
    known.push_back(Elaborator(source, t, known).run());
  }
}

TheoryFile load_theories(const fs::path& file) {
  return Loader().load(SourceText(file.string(), read_text(file)), file);
}

TheoryFile parse_theories(const std::string& text, const std::string& file_name) {
  return Loader().load(SourceText(file_name, text), file_name);
}

}  // namespace skein
