// Real models: names and sizes are checked here, the rules later.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "lang/theory_models.hpp"

namespace skein {

using namespace monoidal;

namespace {

constexpr std::size_t largest_space = 64;  // coordinates on either side of a generator

class Elaborator {
 public:
  Elaborator(const SourceText& source, const TheoryDeclaration& theory, const ModelSyntax& syntax)
      : source_(source), theory_(theory), s_(*theory.signature), syntax_(syntax) {}

  RealModel run() {
    RealModel m{
        Symbol(syntax_.name), syntax_.place.line, syntax_.negated, syntax_.parameters, syntax_.conditions, {}, {}};
    std::set<std::string> names;
    for (const std::string& p : m.parameters)
      if (!names.insert(p).second) source_.fail(syntax_.place, fmt::format("there are two parameters {}", p));
    for (const ModelSyntax::Condition& c : m.conditions) check(c.left, names), check(c.right, names);
    for (const ModelSyntax::Value& v : syntax_.values)
      if (!values_.emplace(v.name, &v).second) source_.fail(v.place, fmt::format("{} has two values", v.name));
    for (std::uint32_t i = 0; i < s_.sorts(); ++i) {
      const ModelSyntax::Value& v = value(s_.sort({i}).text(), "the object");
      if (!v.dimension || *v.dimension < 1 || *v.dimension > largest_space)
        source_.fail(v.place, fmt::format("{} is an object", v.name),
                     fmt::format("the dimension of its space, from 1 to {}", largest_space));
      m.dimension.push_back(v.dimension->get_ui());
    }
    for (std::uint32_t g = 0; g < s_.generators(); ++g) {
      const Generator& box = s_.generator({g});
      const TheoryClaim* def = theory_.find(box.name);
      const bool defined = def && def->kind == TheoryClaim::Kind::definition;
      if (const auto given = values_.find(box.name.text()); defined && given != values_.end())
        source_.fail(given->second->place, fmt::format("{} is a def, which has its value already", box.name.text()));
      m.maps.push_back(defined ? RealModel::Map{} : map(value(box.name.text(), "the generator"), box, m));
    }
    for (const auto& [name, v] : values_)
      if (!used_.count(name)) source_.fail(v->place, fmt::format("the theory has no object or generator {}", name));
    return m;
  }

 private:
  const ModelSyntax::Value& value(const std::string& name, const char* what) {
    const auto at = values_.find(name);
    if (at == values_.end())
      source_.fail(syntax_.place, fmt::format("{} {} has no value in the model {}", what, name, syntax_.name));
    used_.insert(name);
    return *at->second;
  }

  // Every variable is one of `names`.
  void check(const FormulaSyntax& f, const std::set<std::string>& names) const {
    if (f.kind == FormulaSyntax::Kind::variable && !names.count(f.name))
      source_.fail(f.place, fmt::format("there is no variable or parameter {}", f.name));
    for (const FormulaSyntax& part : f.parts) check(part, names);
  }

  RealModel::Map map(const ModelSyntax::Value& v, const Generator& box, const RealModel& m) const {
    const auto size = [&](const Word& w) {
      std::size_t n = 0;
      for (SortId s : w) n += m.dimension[s.id];
      if (n > largest_space)
        source_.fail(v.place, fmt::format("{} has more than {} coordinates on a side", v.name, largest_space));
      return n;
    };
    const std::size_t rows = size(box.outputs), columns = size(box.inputs);
    if (v.dimension)
      source_.fail(v.place, fmt::format("{} is a generator", v.name), "a matrix [...] or a map, as in f(x) = p*x + 1");
    RealModel::Map out{v.variables, {}};
    if (v.function) {
      if (v.variables.size() != columns || v.function->size() != rows)
        source_.fail(v.place,
                     fmt::format("{} takes {} coordinates and has {}, here are {} and {}", v.name, columns, rows,
                                 v.variables.size(), v.function->size()),
                     "one variable for each coordinate of the inputs, and one formula for each of the outputs");
      out.outputs = *v.function;
    } else {
      bool fits = v.matrix.size() == rows;
      for (const auto& row : v.matrix) fits = fits && row.size() == columns;
      if (!fits || columns == 0)
        source_.fail(v.place, fmt::format("the matrix of {} does not have the size of its type", v.name),
                     fmt::format("{} rows of {} entries: rows are coordinates of the outputs, columns of the inputs",
                                 rows, columns));
      for (std::size_t c = 0; c < columns; ++c) out.variables.push_back(fmt::format("#{}", c));  // no name is that
      for (const auto& row : v.matrix) out.outputs.push_back(scalar_product(row, out.variables));
    }
    std::set<std::string> names(m.parameters.begin(), m.parameters.end());
    for (const std::string& x : out.variables)
      if (!names.insert(x).second) source_.fail(v.place, fmt::format("{} stands for two things", x));
    for (const FormulaSyntax& f : out.outputs) check(f, names);
    return out;
  }

  static FormulaSyntax scalar_product(const std::vector<FormulaSyntax>& row,
                                      const std::vector<std::string>& variables) {
    FormulaSyntax sum;
    for (std::size_t c = 0; c < row.size(); ++c) {
      FormulaSyntax x, product;
      x.kind = FormulaSyntax::Kind::variable, x.place = row[c].place, x.name = variables[c];
      product.kind = FormulaSyntax::Kind::product, product.place = row[c].place, product.parts = {row[c], x};
      if (c == 0) {
        sum = std::move(product);
        continue;
      }
      FormulaSyntax both;
      both.kind = FormulaSyntax::Kind::sum, both.place = row[c].place,
      both.parts = {std::move(sum), std::move(product)};
      sum = std::move(both);
    }
    return sum;
  }

  const SourceText& source_;
  const TheoryDeclaration& theory_;
  const Signature& s_;
  const ModelSyntax& syntax_;
  std::map<std::string, const ModelSyntax::Value*> values_;
  std::set<std::string> used_;
};

}  // namespace

RealModel elaborate_real(const SourceText& source, const TheoryDeclaration& theory, const ModelSyntax& m) {
  return Elaborator(source, theory, m).run();
}

}  // namespace skein
