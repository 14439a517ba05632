#include "lang/theory_models.hpp"

#include <fmt/format.h>

#include <map>
#include <set>

#include "lang/lexer.hpp"

namespace skein {

using namespace monoidal;

namespace {

bool modular(Structure s) { return s == Structure::symmetric || s == Structure::comonoid; }

class Elaborator {
 public:
  Elaborator(const SourceText& source, const TheoryDeclaration& theory, const ModelSyntax& syntax)
      : source_(source), theory_(theory), s_(*theory.signature), syntax_(syntax) {}

  Model run() {
    try {
      read();
    } catch (const std::length_error& e) {
      source_.fail(syntax_.place, e.what());
    }
    return std::move(model_);
  }

 private:
  void read() {
    for (const ModelSyntax::Value& v : syntax_.values)
      if (!values_.emplace(v.name, &v).second) source_.fail(v.place, fmt::format("{} has two values", v.name));
    for (std::uint32_t i = 0; i < s_.sorts(); ++i) {
      const ModelSyntax::Value& v = value(s_.sort({i}).text(), "the object");
      if (!v.dimension || *v.dimension < 1)
        source_.fail(v.place, fmt::format("{} is an object", v.name), "the number of its basis elements, at least 1");
      model_.dimension.push_back(v.dimension->get_ui());
    }
    std::set<Symbol> defs;
    for (const TheoryClaim& c : theory_.claims)
      if (c.kind == TheoryClaim::Kind::definition) defs.insert(c.name());
    for (std::uint32_t g = 0; g < s_.generators(); ++g) {
      const Generator& box = s_.generator({g});
      Matrix matrix{size_of(box.outputs, model_), size_of(box.inputs, model_), {}};
      if (matrix.rows > largest_matrix / matrix.columns)
        source_.fail(syntax_.place,
                     fmt::format("the matrix of {} has more than {} entries", box.name.text(), largest_matrix));
      if (defs.count(box.name)) {
        if (const auto given = values_.find(box.name.text()); given != values_.end())
          source_.fail(given->second->place, fmt::format("{} is a def, which has its value already", box.name.text()));
        matrix.entries.assign(matrix.rows * matrix.columns, Rational(0));
      } else {
        fill(value(box.name.text(), "the generator"), box, matrix);
      }
      model_.boxes.push_back(std::move(matrix));
    }
    for (const auto& [name, v] : values_)
      if (!used_.count(name)) source_.fail(v->place, fmt::format("the theory has no object or generator {}", name));
    complete_definitions(theory_, model_);
    if (const std::string why = nonconformity(s_, model_); !why.empty()) source_.fail(syntax_.place, why);
    for (const TheoryClaim& c : theory_.claims)
      if (c.kind == TheoryClaim::Kind::rule && !holds(*c.statement, model_))
        source_.fail(syntax_.place,
                     fmt::format("the rule {} does not hold in the model {}", c.name().text(), syntax_.name));
  }

  const ModelSyntax::Value& value(const std::string& name, const char* what) {
    const auto at = values_.find(name);
    if (at == values_.end())
      source_.fail(syntax_.place, fmt::format("{} {} has no value in the model {}", what, name, syntax_.name));
    used_.insert(name);
    return *at->second;
  }

  void fill(const ModelSyntax::Value& v, const Generator& box, Matrix& matrix) {
    if (v.dimension)
      source_.fail(v.place, fmt::format("{} is a generator", v.name),
                   "a matrix [...] or a function, as in f(x) = x + 1");
    if (v.function) return fill_function(v, box, matrix);
    bool fits = v.matrix.size() == matrix.rows;
    for (const auto& row : v.matrix) fits = fits && row.size() == matrix.columns;
    if (!fits)
      source_.fail(v.place, fmt::format("the matrix of {} does not have the size of its type", v.name),
                   fmt::format("{} rows of {} entries: rows are outputs, columns inputs", matrix.rows, matrix.columns));
    for (const auto& row : v.matrix)
      for (const FormulaSyntax& entry : row) {
        const Rational& q = entry.number;
        if (modular(s_.structure()) && q.get_den() % model_modulus == 0)
          source_.fail(v.place, fmt::format("the entry {} has no residue modulo {}", q.get_str(), model_modulus));
        matrix.entries.push_back(modular(s_.structure()) ? monoidal::residue(q) : q);
      }
  }

  void fill_function(const ModelSyntax::Value& v, const Generator& box, Matrix& matrix) {
    if (v.variables.size() != box.inputs.size())
      source_.fail(v.place,
                   fmt::format("{} takes {} variables, here are {}", v.name, box.inputs.size(), v.variables.size()));
    if (v.function->size() != box.outputs.size())
      source_.fail(v.place,
                   fmt::format("{} has {} outputs, here are {}", v.name, box.outputs.size(), v.function->size()),
                   box.outputs.empty() ? "() for no output" : "one formula for each output, separated by commas");
    matrix.entries.assign(matrix.rows * matrix.columns, Rational(0));
    for (std::size_t column = 0; column < matrix.columns; ++column) {
      std::map<std::string, Integer> at;
      std::size_t rest = column;
      for (std::size_t i = box.inputs.size(); i-- > 0;) {
        const std::size_t n = model_.dimension[box.inputs[i].id];
        if (!at.emplace(v.variables[i], static_cast<unsigned long>(rest % n)).second)
          source_.fail(v.place, fmt::format("there are two variables {}", v.variables[i]));
        rest /= n;
      }
      std::size_t row = 0;
      for (std::size_t i = 0; i < box.outputs.size(); ++i) {
        const unsigned long n = model_.dimension[box.outputs[i].id];
        row = row * n + mpz_fdiv_ui(evaluate((*v.function)[i], at).get_mpz_t(), n);
      }
      matrix.entries[row * matrix.columns + column] = 1;
    }
  }

  Integer evaluate(const FormulaSyntax& f, const std::map<std::string, Integer>& at) const {
    Integer out = f.number.get_num();
    switch (f.kind) {
      case FormulaSyntax::Kind::number: break;
      case FormulaSyntax::Kind::variable: {
        const auto x = at.find(f.name);
        if (x == at.end()) source_.fail(f.place, fmt::format("there is no variable {}", f.name));
        return x->second;
      }
      case FormulaSyntax::Kind::sum: out = evaluate(f.parts[0], at) + evaluate(f.parts[1], at); break;
      case FormulaSyntax::Kind::difference: out = evaluate(f.parts[0], at) - evaluate(f.parts[1], at); break;
      case FormulaSyntax::Kind::product: out = evaluate(f.parts[0], at) * evaluate(f.parts[1], at); break;
    }
    if (mpz_sizeinbase(out.get_mpz_t(), 2) > 4096)
      source_.fail(f.place, "the value of the formula is out of proportion");
    return out;
  }

  const SourceText& source_;
  const TheoryDeclaration& theory_;
  const Signature& s_;
  const ModelSyntax& syntax_;
  std::map<std::string, const ModelSyntax::Value*> values_;
  std::set<std::string> used_;
  Model model_;
};

}  // namespace

Model elaborate(const SourceText& source, const TheoryDeclaration& theory, const ModelSyntax& m) {
  return Elaborator(source, theory, m).run();
}

std::string nonconformity(const Signature& s, const Model& m) {
  if (modular(s.structure())) return "";
  for (std::uint32_t g = 0; g < s.generators(); ++g) {
    const Generator& box = s.generator({g});
    const Matrix& matrix = m.boxes[g];
    for (std::size_t c = 0; c < matrix.columns; ++c) {
      Rational sum = 0;
      bool sharp = true, negative = false;
      for (std::size_t r = 0; r < matrix.rows; ++r) {
        const Rational& q = matrix.at(r, c);
        sum += q, negative = negative || q < 0, sharp = sharp && (q == 0 || q == 1);
      }
      if (sum != 1 || negative)
        return fmt::format(
            "the matrix of {} is not stochastic: its column {} must consist of probabilities that sum to 1",
            box.name.text(), c + 1);
      if (box.deterministic && !sharp)
        return fmt::format("the matrix of {} is not a function, but the generator is deterministic", box.name.text());
    }
  }
  return "";
}

void complete_definitions(const TheoryDeclaration& theory, Model& m) {
  for (const TheoryClaim& c : theory.claims)
    if (c.kind == TheoryClaim::Kind::definition)
      m.boxes[c.statement->left().generator({0}).id] = evaluate(c.statement->right(), m);
}

std::string print_model(const TheoryDeclaration& theory, const Model& m, const std::string& name) {
  const Signature& s = *theory.signature;
  std::string out = fmt::format("model {} {{\n", quote_name(name));
  for (std::uint32_t i = 0; i < s.sorts(); ++i) out += fmt::format("  {} = {}\n", s.sort({i}).text(), m.dimension[i]);
  for (std::uint32_t g = 0; g < s.generators(); ++g) {
    const TheoryClaim* def = theory.find(s.generator({g}).name);
    if (def && def->kind == TheoryClaim::Kind::definition) continue;
    out += fmt::format("  {} = [", s.generator({g}).name.text());
    for (std::size_t r = 0; r < m.boxes[g].rows; ++r) {
      if (r) out += ";";
      for (std::size_t c = 0; c < m.boxes[g].columns; ++c) {
        Rational q = m.boxes[g].at(r, c);
        if (modular(s.structure()) && q > model_modulus / 2) q -= model_modulus;
        out += (r || c ? " " : "") + q.get_str();
      }
    }
    out += "]\n";
  }
  return out + "}\n";
}

}  // namespace skein
