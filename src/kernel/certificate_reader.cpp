#include "kernel/certificate.hpp"
#include "kernel/digest.hpp"
#include "kernel/inferences.hpp"
#include "kernel/text.hpp"

namespace skein {

using text::read_number;
using text::split;

namespace {
constexpr std::string_view first_line = "skein-certificate 1";
}

// A friend of Theorem: it is what gives a theorem the digest of its certificate.
class CertificateReader {
 public:
  CertificateReader(std::string_view text, const TheoremSource& source, const LeafOracle& oracle)
      : text_(text), source_(source), oracle_(oracle) {}

  Replay replay() {
    lines([&](std::string_view line, std::size_t number) {
      if (number == 1 || !line.empty()) read(line, number);
      return true;
    });
    if (!result_.theorem) throw Rejected("the certificate ends without a conclusion");
    return result_;
  }

  // The lines up to the first step.
  Statement claim() {
    static const std::set<std::string_view> of_claims{"claim", "size",  "where", "array", "box",
                                                      "left",  "right", "when",  "given"};
    lines([&](std::string_view line, std::size_t number) {
      const std::string_view key = line.substr(0, line.find(' '));
      if (number > 1 && !of_claims.count(key) && !line.empty() && key != "use") return false;
      if (number == 1 || of_claims.count(key)) read(line, number);
      return true;
    });
    if (!left_ || !right_) throw Rejected("the claim is incomplete");
    return statement();
  }

 private:
  struct Line {
    std::vector<std::string_view> words;                     // up to the first key=value
    std::map<std::string_view, std::string_view> arguments;  // key=value
    std::vector<std::string_view> conclusion;                // after =>
  };

  // Calls f on each line until it returns false; whatever is wrong is told with the number of the line.
  template <class F>
  void lines(F&& f) {
    std::size_t number = 0;
    try {
      for (std::string_view line : split(text_, '\n'))
        if (!f(line, ++number)) return;
    } catch (const Rejected& e) {
      throw Rejected("line " + std::to_string(number) + ": " + e.what());
    } catch (const IllTyped& e) {
      throw Rejected("line " + std::to_string(number) + ": " + e.what());
    } catch (const std::out_of_range&) {
      throw Rejected("line " + std::to_string(number) + ": a number that names nothing");
    } catch (const std::invalid_argument& e) {
      throw Rejected("line " + std::to_string(number) + ": " + e.what());
    }
  }

  static Line parse(std::string_view line) {
    Line l;
    bool after = false;
    for (std::string_view w : split(line, ' ')) {
      if (w == "=>")
        after = true;
      else if (after)
        l.conclusion.push_back(w);
      else if (auto eq = w.find('='); eq != std::string_view::npos) {
        if (!l.arguments.emplace(w.substr(0, eq), w.substr(eq + 1)).second) reject("an argument is given twice");
      } else {
        l.words.push_back(w);
      }
    }
    if (l.words.empty()) reject("a line without a keyword");
    return l;
  }

  void need(bool condition, const char* what) const {
    if (!condition) reject(what);
  }

  std::string_view word(const Line& l, std::size_t i) const {
    need(i < l.words.size(), "a word is missing");
    return l.words[i];
  }

  void read(std::string_view raw, std::size_t number) {
    if (number == 1) {
      need(raw == first_line, "this is not a skein certificate of version 1");
      return;
    }
    need(!result_.theorem, "a line after the conclusion");
    const Line l = parse(raw);
    const std::string_view key = l.words[0];
    if (key == "claim") {
      need(name_.empty(), "a claim is named twice");
      name_ = text::read_name(word(l, 1));
      need(!name_.empty(), "a claim without a name");
    } else if (key == "size") {
      need(!kernel_, "sizes come first");
      const auto lower = read_number(word(l, 2));
      need(lower <= 1, "the lower bound of a size is 0 or 1");
      need(context_.lower.emplace(text::read_name(word(l, 1)), lower).second, "a size is declared twice");
    } else if (key == "where") {
      need(!kernel_, "sizes come first");
      context_.hypotheses.push_back(text::read_size(word(l, 1)));
    } else {
      if (!kernel_) kernel_ = std::make_shared<Kernel>(context_, oracle_);
      if (key == "use")
        use(l);
      else if (key == "array")
        array(l);
      else if (key == "box")
        box(l);
      else if (key == "left" || key == "right" || key == "when")
        side(l);
      else if (key == "given")
        given(l);
      else if (key == "induction")
        induction(l);
      else if (key == "conclude")
        conclude(l);
      else
        step(l);
    }
  }

  void use(const Line& l) {
    const Symbol name = text::read_name(word(l, 1));
    need(name != name_, "a theorem cannot use itself");
    TheoremPtr t = source_ ? source_(name) : nullptr;
    if (!t) reject("the theorem " + name.text() + " is not in the ledger");
    if (word(l, 2) != (t->axiom() ? "axiom" : t->digest()))
      reject("the ledger has another theorem of the name " + name.text());
    kernel_->admit(std::move(t));
  }

  static DType dtype(std::string_view t) {
    if (t == "real") return DType::real;
    if (t == "ext") return DType::ext;
    if (t == "bool") return DType::boolean;
    reject("unknown type of scalars");
  }

  static Role role(std::string_view t) {
    if (t == "input") return Role::input;
    if (t == "weight") return Role::weight;
    if (t == "state") return Role::state;
    reject("an array is an input, a weight or a state");
  }

  static std::vector<Axis> axes(std::string_view t) {
    std::vector<Axis> out;
    for (std::string_view a : split(t, ',')) out.push_back(text::read_axis(a));
    return out;
  }

  void array(const Line& l) {
    std::string_view shape = word(l, 4);
    need(shape.size() >= 2 && shape.front() == '[' && shape.back() == ']', "the axes of an array stand in brackets");
    inputs_.push_back(
        {text::read_name(word(l, 1)), axes(shape.substr(1, shape.size() - 2)), dtype(word(l, 2)), role(word(l, 3))});
    for (std::size_t i = 0; i + 1 < inputs_.size(); ++i)
      need(inputs_[i].name != inputs_.back().name, "an array is declared twice");
  }

  static std::string_view argument(const Line& l, std::string_view key) {
    auto it = l.arguments.find(key);
    return it == l.arguments.end() ? std::string_view() : it->second;
  }

  // "12(0,3)" as a wire number and positions.
  static std::pair<std::uint32_t, std::vector<std::uint32_t>> application(std::string_view t) {
    auto open = t.find('(');
    if (open == std::string_view::npos || t.back() != ')') reject("a term is written as wire(index,...)");
    std::vector<std::uint32_t> at;
    for (std::string_view n : split(t.substr(open + 1, t.size() - open - 2), ',')) at.push_back(read_number(n));
    return {read_number(t.substr(0, open)), at};
  }

  Ref term(std::string_view t, const std::vector<Index>& indices) const {
    auto [w, positions] = application(t);
    Ref r{wires_.at(w), {}};
    for (auto p : positions) r.at.push_back(indices.at(p));
    return r;
  }

  std::vector<Index> line_indices(const Line& l) {
    std::vector<Index> out;
    for (const Axis& a : axes(argument(l, "i"))) out.push_back(kernel_->arena().fresh(a));
    return out;
  }

  void box(const Line& l) {
    DiagramBuilder& b = kernel_->arena();
    need(read_number(word(l, 1)) == wires_.size(), "boxes are numbered in order");
    const OpInfo* op = find_op(word(l, 2));
    if (!op) reject("unknown operator " + std::string(word(l, 2)));
    std::vector<Index> degree, local, bound;
    for (const Axis& a : axes(argument(l, "degree"))) degree.push_back(b.fresh(a));
    for (const Axis& a : axes(argument(l, "bound"))) bound.push_back(b.fresh(a));
    local = degree;
    local.insert(local.end(), bound.begin(), bound.end());
    std::vector<IndexExpression> index;
    for (std::string_view e : split(argument(l, "x"), ';')) index.push_back(text::read_index(e, local));
    auto inputs = split(argument(l, "in"), ';');
    Ref made;
    if (op->op == Op::input) {
      std::vector<Axis> shape;
      for (Index i : degree) shape.push_back(b.axis(i));
      made = b.input(text::read_name(argument(l, "name")), shape, dtype(argument(l, "type")));
      made.at = degree;
    } else if (op->op == Op::view) {
      need(inputs.size() == 1, "a view has one input");
      made = b.view(wires_.at(application(inputs[0]).first), index);
    } else {
      Box shape;
      shape.op = op->op;
      shape.index = index;
      if (op->op == Op::reduce) {
        const OpInfo* fold = find_op(argument(l, "fold"));
        need(fold != nullptr, "a reduction names its fold");
        shape.fold = fold->op;
      }
      if (op->op == Op::literal) shape.value = text::read_rational(argument(l, "value"));
      if (op->op == Op::size_value) shape.size = text::read_size(argument(l, "size"));
      if (op->op == Op::opaque) {
        shape.name = text::read_name(argument(l, "name"));
        shape.noise = read_number(argument(l, "noise"));
        shape.deterministic = shape.noise == 0;
      }
      std::vector<Ref> in;
      for (std::string_view t : inputs) in.push_back(term(t, local));
      made = b.make(shape, in, bound);
    }
    // Axes, inputs and bound indices are named by position, so the box must stand in the arena as it is written.
    need(made.at == degree, "a box is not in canonical form");
    wires_.push_back(made.wire);
  }

  Diagram frozen(Symbol output, const std::vector<Index>& axes, const Ref& value) const {
    return freeze(kernel_->arena(), name_, context_, inputs_, {{output, axes, value}});
  }

  void given(const Line& l) {
    const auto indices = line_indices(l);
    const auto terms = split(argument(l, "t"), ';');
    need(terms.size() == 2, "a given equation has two sides");
    const Ref left = term(terms[0], indices), right = term(terms[1], indices);
    const Symbol output = text::read_name(word(l, 1));
    kernel_->assume_equal(left, right);
    given_.push_back({frozen(output, indices, left), frozen(output, indices, right)});
  }

  Statement statement() const { return {*left_, *right_, when_, given_}; }

  void side(const Line& l) {
    const auto indices = line_indices(l);
    const bool condition = l.words[0] == "when";
    const Ref value = term(argument(l, "t"), indices);
    Diagram d = frozen(text::read_name(word(l, condition ? 2 : 1)), indices, value);
    if (!condition) {
      std::optional<Diagram>& claimed = l.words[0] == "left" ? left_ : right_;
      need(!claimed, "a side of the claim is given twice");
      claimed = d;
      return;
    }
    need(given_.empty(), "signs come before equations");
    const Sign sign = read_sign(word(l, 1));
    kernel_->assume_sign(value, sign);
    when_.push_back({sign, d});
  }

  static Sign read_sign(std::string_view t) {
    for (Sign s : {Sign::positive, Sign::nonnegative, Sign::nonzero})
      if (t == to_string(s)) return s;
    reject("unknown sign");
  }

  void induction(const Line& l) {
    const auto indices = line_indices(l);
    const auto terms = split(argument(l, "t"), ';');
    need(terms.size() % 2 == 0, "a goal of an induction has two sides");
    std::vector<Kernel::Goal> goals;
    for (std::size_t k = 0; k < terms.size(); k += 2)
      goals.push_back({term(terms[k], indices), term(terms[k + 1], indices)});
    std::vector<std::uint32_t> conditions;
    for (std::string_view c : split(argument(l, "n"), ',')) conditions.push_back(read_number(c));
    need(kernel_->open_induction(goals, text::read_name(word(l, 2)), conditions) == read_number(word(l, 1)),
         "inductions are numbered in order");
  }

  void step(const Line& l) {
    const std::string_view id = l.words[0];
    need(id.size() > 1 && (id[0] == 'e' || id[0] == 's'), "unknown keyword");
    const bool is_equation = id[0] == 'e';
    need(read_number(id.substr(1)) == (is_equation ? equations_.size() : signs_.size()), "steps are numbered in order");
    const Inference* rule = find_inference(word(l, 1));
    if (!rule) reject("unknown inference " + std::string(word(l, 1)));
    const auto indices = line_indices(l);
    Step s;
    s.rule = *rule;
    for (std::string_view t : split(argument(l, "t"), ';')) s.terms.push_back(term(t, indices));
    for (std::string_view t : split(argument(l, "e"), ',')) s.equations.push_back(equations_.at(read_number(t)));
    for (std::string_view t : split(argument(l, "s"), ',')) s.signs.push_back(signs_.at(read_number(t)));
    for (std::string_view t : split(argument(l, "n"), ',')) s.numbers.push_back(read_number(t));
    for (std::string_view t : split(argument(l, "z"), ',')) s.sizes.push_back(text::read_size(t));
    for (std::string_view t : split(argument(l, "b"), ',')) s.indices.push_back(indices.at(read_number(t)));
    for (std::string_view t : split(argument(l, "x"), ';')) s.index.push_back(text::read_index(t, indices));
    for (std::string_view t : split(argument(l, "m"), ',')) s.names.push_back(text::read_name(t));
    for (std::string_view t : split(argument(l, "f"), ';')) {
      need(t.size() >= 2 && t.front() == '(' && t.back() == ')', "a list stands in parentheses");
      s.formals.emplace_back();
      for (std::string_view n : split(t.substr(1, t.size() - 2), ','))
        s.formals.back().push_back(indices.at(read_number(n)));
    }
    for (std::string_view t : split(argument(l, "k"), ';')) {
      need(t.size() >= 2 && t.front() == '(' && t.back() == ')', "a list stands in parentheses");
      s.farkas.emplace_back();
      for (std::string_view q : split(t.substr(1, t.size() - 2), ','))
        s.farkas.back().push_back(text::read_rational(q));
    }
    if (auto g = argument(l, "g"); !g.empty()) s.sign = read_sign(g);
    if (s.rule == Inference::smt || s.rule == Inference::sign_smt) {
      if (const std::string have = digest(kernel_->leaf_text(s)); have != argument(l, "leaf"))
        reject("the leaf is not the one that the certificate names, its digest is " + have);
    }
    ++result_.steps;
    if (is_equation) {
      equations_.push_back(kernel_->prove(s));
      check(l, kernel_->equation(equations_.back()));
    } else {
      signs_.push_back(kernel_->prove_sign(s));
      need(l.conclusion.size() == 1 && wires_.at(read_number(l.conclusion[0])) == kernel_->fact(signs_.back()).wire,
           "the conclusion is not the one that is stated");
    }
  }

  void check(const Line& l, const Equation& have) {
    DiagramBuilder& b = kernel_->arena();
    need(l.conclusion.size() == 2 || l.conclusion.size() == 3, "an equation is stated as two terms");
    Ref lhs = b.at_fresh(wires_.at(read_number(l.conclusion[0])));
    auto [rhs, positions] = application(l.conclusion[1]);
    std::vector<Index> context = lhs.at;
    if (l.conclusion.size() == 3)
      for (std::string_view z : split(l.conclusion[2], ',')) context.push_back(b.fresh({text::read_size(z), Symbol()}));
    Ref chosen{wires_.at(rhs), {}};
    for (auto p : positions) chosen.at.push_back(context.at(p));
    const Equation want = Inferences(*kernel_).close(lhs, chosen, context);
    need(want.lhs == have.lhs && want.rhs == have.rhs && want.rhs_at == have.rhs_at && want.extra == have.extra,
         "the conclusion is not the one that is stated");
  }

  void conclude(const Line& l) {
    std::string_view id = word(l, 1);
    need(id.size() > 1 && id[0] == 'e', "a conclusion names an equation");
    need(!name_.empty() && left_ && right_, "the claim is incomplete");
    result_.conclusion = equations_.at(read_number(id.substr(1)));
    TheoremPtr t = kernel_->conclude(name_, statement(), *result_.conclusion);
    auto stamped = std::shared_ptr<Theorem>(new Theorem(*t));
    stamped->digest_ = digest(text_);
    result_.theorem = stamped;
    result_.leaves = kernel_->leaves();
    result_.kernel = kernel_;
  }

  std::string_view text_;
  const TheoremSource& source_;
  const LeafOracle& oracle_;
  Symbol name_;
  SizeContext context_;
  std::shared_ptr<Kernel> kernel_;
  std::vector<InputPort> inputs_;
  std::vector<WireId> wires_;  // by number in the certificate
  std::optional<Diagram> left_, right_;
  std::vector<Condition> when_;
  std::vector<Given> given_;
  std::vector<EquationId> equations_;
  std::vector<SignId> signs_;
  Replay result_;
};

namespace {

// The certificates that stand one after another in a text: those of the lemmas, then that of the claim.
std::vector<std::string_view> sections(std::string_view text) {
  std::vector<std::string_view> out;
  std::size_t start = 0;
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
    const std::string_view rest = text.substr(at + 1);
    if (!rest.starts_with(first_line) || (rest.size() > first_line.size() && rest[first_line.size()] != '\n')) continue;
    out.push_back(text.substr(start, at + 1 - start));
    start = at + 1;
  }
  out.push_back(text.substr(start));
  return out;
}

}  // namespace

Replay replay_certificate(std::string_view text, const TheoremSource& source, const LeafOracle& oracle) {
  std::map<Symbol, TheoremPtr> lemmas;
  const TheoremSource with_lemmas = [&](Symbol name) {
    const auto it = lemmas.find(name);
    return it != lemmas.end() ? it->second : source ? source(name) : nullptr;
  };
  const std::vector<std::string_view> all = sections(text);
  std::size_t steps = 0, leaves = 0;
  for (std::size_t k = 0;; ++k) {
    Replay r;
    try {
      r = CertificateReader(all[k], with_lemmas, oracle).replay();
    } catch (const Rejected& e) {
      if (all.size() == 1) throw;
      throw Rejected(text::write(read_head(all[k]).name) + ", " + e.what());
    }
    r.steps = steps += r.steps;
    r.leaves = leaves += r.leaves;
    r.lemmas = k;
    if (k + 1 == all.size()) return r;
    const Symbol name = r.theorem->name();
    if (!lemmas.emplace(name, r.theorem).second) throw Rejected("two lemmas are called " + name.text());
  }
}

Statement read_claim(std::string_view text) {
  const TheoremSource nothing;
  const LeafOracle nobody;
  return CertificateReader(sections(text).back(), nothing, nobody).claim();
}

CertificateHead read_head(std::string_view text) {
  CertificateHead h;
  std::set<Symbol> lemmas;
  for (std::string_view section : sections(text)) {
    if (!h.name.empty()) lemmas.insert(h.name);
    for (std::string_view line : split(section, '\n')) {
      auto words = split(line, ' ');
      if (words.size() >= 2 && words[0] == "claim") h.name = text::read_name(words[1]);
      if (words.size() >= 3 && words[0] == "use") h.uses.push_back(text::read_name(words[1]));
      if (!words.empty() && (words[0] == "box" || words[0] == "left")) break;
    }
  }
  std::erase_if(h.uses, [&](Symbol name) { return lemmas.count(name) > 0; });
  return h;
}

}  // namespace skein
