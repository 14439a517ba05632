// Reading a map file. Its lines become the body of a def whose parameters are the model's arrays and whose results are
// the diagram's, so that the elaborator checks names, ranks and ranges, and errors have their place in the file.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "check/correspondence.hpp"
#include "check/layouts.hpp"
#include "lang/elaboration.hpp"
#include "lang/lexer.hpp"
#include "lang/module.hpp"
#include "lang/parser.hpp"
#include "prove/unify.hpp"

namespace skein {

namespace {

using Kind = Expression::Kind;

constexpr int lines_before = 1;  // of the def around the text of the map

// Arrays of the diagram within the def: a model may use the same names.
std::string local_name(const std::string& name) { return "the diagram's " + name; }

std::string size_text(const Size& s) {
  if (s.is_zero()) return "0";
  std::string out;
  for (const auto& [monomial, coefficient] : s.terms()) {
    if (!out.empty() || coefficient < 0) out += coefficient < 0 ? " - " : " + ";
    out += Integer(abs(coefficient)).get_str();
    for (Symbol v : monomial) out += "*|" + quote_name(v.text()) + "|";
  }
  return out;
}

std::set<Symbol> variables_of(const Size& s) {
  std::set<Symbol> out;
  for (const auto& [monomial, coefficient] : s.terms()) out.insert(monomial.begin(), monomial.end());
  return out;
}

const char* type_text(DType t) { return t == DType::ext ? ": ext" : t == DType::boolean ? ": bool" : ""; }

class MapReader {
 public:
  MapReader(const SourceText& map, const Diagram& diagram, const Diagram& model)
      : map_(map), diagram_(diagram), model_(model), unifier_(diagram, model) {}

  // Errors of the def, at their places in the map.
  template <class F>
  auto placed(F&& run) {
    try {
      return run();
    } catch (const SourceError& e) {
      const int last = static_cast<int>(std::count(map_.text().begin(), map_.text().end(), '\n')) + 1;
      if (e.line - lines_before > last)
        throw SourceError(map_.name(), {last, 1}, "the map ends in the middle of a line", e.expectation, "",
                          map_.line(last));
      const Place at{std::max(e.line - lines_before, 1), e.line > lines_before ? e.column : 1};
      throw SourceError(map_.name(), at, e.message, e.expectation, e.suggestion, map_.line(at.line));
    }
  }

  Correspondence run() {
    return placed([&] {
      read_lines();
      unify();
      elaborate();
      return std::move(result_);
    });
  }

 private:
  // A line of the map: an array of the diagram.
  struct Line {
    Place place;
    const ArraySyntax* left = nullptr;
    const Expression* right = nullptr;
  };

  void read_lines();
  void read_size(const StatementSyntax& s);
  void unify();
  void unify_line(const InputPort& port, const Line& line);
  void equate(const InputPort& port, const InputPort& other);
  void check_determined() const;
  std::map<Symbol, Size> named_sizes() const;
  std::string header() const;
  std::string footer() const;
  std::string line_of(const InputPort& port) const;
  void elaborate();
  void check_shapes(const SourceText& source, const DefSyntax& def) const;
  void check_weight(Symbol name, const Diagram& value) const;
  std::vector<std::string> names_of_diagram() const;

  const SourceText& map_;
  const Diagram& diagram_;
  const Diagram& model_;
  SizeUnifier unifier_;
  std::unique_ptr<SourceText> text_;  // with the def around it
  FileSyntax syntax_;
  std::map<Symbol, Line> lines_;
  std::map<Symbol, long> given_;                  // sizes
  std::map<Symbol, const InputPort*> by_itself_;  // arrays of the diagram that no line speaks of -> the model's
  Correspondence result_;
};

std::vector<std::string> MapReader::names_of_diagram() const {
  std::vector<std::string> names;
  for (const InputPort& p : diagram_.inputs()) names.push_back(p.name.text());
  for (Symbol v : size_variables(diagram_)) names.push_back(v.text());
  return names;
}

void MapReader::read_size(const StatementSyntax& s) {
  const Expression& value = *s.values[0];
  const std::string& name = s.arrays[0].name;
  if (value.kind != Kind::number || value.value.get_den() != 1 || value.value < 1 ||
      !value.value.get_num().fits_sint_p())
    text_->fail(value.place, fmt::format("the size {} is not given as a positive whole number", name),
                fmt::format("{} = NUMBER", name));
  const long n = value.value.get_num().get_si();
  if (!given_.emplace(Symbol(name), n).second) text_->fail(s.place, fmt::format("the size {} is given twice", name));
  unifier_.equate(size_variable(Symbol(name)), size_constant(n), "the size " + name);
}

void MapReader::read_lines() {
  text_ = std::make_unique<SourceText>(map_.name(), "def map() {\n" + map_.text() + "\nreturn 0\n}");
  syntax_ = parse_syntax(*text_);
  if (syntax_.items.size() != 1)
    text_->fail(syntax_.defs.at(1).place, "a map file has no defs", "NAME[indices] = value");
  const std::set<Symbol> sizes = size_variables(diagram_);
  const std::vector<StatementSyntax>& body = syntax_.defs[0].body;
  for (std::size_t k = 0; k + 1 < body.size(); ++k) {
    const StatementSyntax& s = body[k];
    if (s.kind != StatementSyntax::Kind::equation)
      text_->fail(s.place, "this is not a line of a map", "NAME[indices] = value, or SIZE = NUMBER");
    const ArraySyntax& a = s.arrays[0];
    const Symbol name(a.name);
    const InputPort* port = diagram_.find_input(name);
    if (!port && a.axes.empty() && sizes.count(name)) {
      read_size(s);
      continue;
    }
    if (!port)
      text_->fail(a.place, fmt::format("the diagram {} has no input, weight or size {}", diagram_.name.text(), a.name),
                  "", did_you_mean(a.name, names_of_diagram()));
    if (a.axes.size() != port->axes.size())
      text_->fail(a.place,
                  fmt::format("{} has {} axes in the diagram, and {} here", a.name, port->axes.size(), a.axes.size()));
    if (!lines_.emplace(name, Line{s.place, &a, s.values[0].get()}).second)
      text_->fail(a.place, fmt::format("{} has a line already", a.name), "",
                  fmt::format("its first line is {}", lines_.at(name).place.line - lines_before));
  }
}

void MapReader::equate(const InputPort& port, const InputPort& other) {
  const std::string what =
      fmt::format("{} of the diagram, which is {} of the model,", port.name.text(), other.name.text());
  if (port.axes.size() != other.axes.size())
    throw Unpaired(
        fmt::format("{} has {} axes in the diagram and {} in the model", what, port.axes.size(), other.axes.size()));
  for (std::size_t k = 0; k < port.axes.size(); ++k)
    if (!unifier_.equate(port.axes[k].size, other.axes[k].size, fmt::format("axis {} of {}", k, what)))
      throw Unpaired(fmt::format("axis {} of {} has size {} in the diagram and {} in the model", k, what,
                                 to_string(port.axes[k].size), to_string(other.axes[k].size)));
}

// Where a line is a plain read, X[i,j] = A[j,i], the sizes of its axes are those of the model unless they are known to
// be smaller.
void MapReader::unify_line(const InputPort& port, const Line& line) {
  const Expression& e = *line.right;
  const InputPort* array =
      e.kind == Kind::apply && !e.arguments && e.first ? model_.find_input(Symbol(e.name)) : nullptr;
  if (!array || e.first->size() != array->axes.size()) return;
  for (std::size_t k = 0; k < array->axes.size(); ++k) {
    const BracketItem& item = (*e.first)[k];
    if (!item.expression->plain_name()) continue;
    for (std::size_t a = 0; a < port.axes.size(); ++a) {
      const AxisSyntax& axis = line.left->axes[a];
      if (axis.parts.empty() && axis.name == item.expression->name && !port.axes[a].size.is_constant())
        unifier_.equate(port.axes[a].size, array->axes[k].size,
                        fmt::format("the axis {} of {}", axis.name, port.name.text()));
    }
  }
}

void MapReader::unify() {
  std::vector<const InputPort*> inputs;
  for (const InputPort& p : model_.inputs())
    if (p.role == Role::input) inputs.push_back(&p);
  std::vector<std::string> model_names;
  for (const InputPort& p : model_.inputs()) model_names.push_back(p.name.text());
  std::size_t position = 0;
  for (const InputPort& p : diagram_.inputs()) {
    const std::size_t k = p.role == Role::input ? position++ : 0;
    if (lines_.count(p.name)) continue;
    const InputPort* other = nullptr;
    if (p.role == Role::input) {
      if (k >= inputs.size())
        throw Unpaired(
            fmt::format("the diagram's input {} has no counterpart among the {} inputs of the model; a map "
                        "file can say what it is",
                        p.name.text(), inputs.size()));
      other = inputs[k];
    } else {
      other = model_.find_input(p.name);
      if (!other) {
        const std::string hint = did_you_mean(p.name.text(), model_names);
        throw Unpaired(
            fmt::format("the map says nothing of the diagram's weight {}, and the model has no weight of this "
                        "name{}{}",
                        p.name.text(), hint.empty() ? "" : "; ", hint));
      }
    }
    equate(p, *other);
    by_itself_[p.name] = other;
  }
  const auto &l = diagram_.outputs(), &r = model_.outputs();
  if (l.size() != r.size())
    throw Unpaired(fmt::format("the diagram has {} outputs and the model {}", l.size(), r.size()));
  for (std::size_t k = 0; k < l.size(); ++k)
    equate({l[k].name, l[k].axes, DType::real, Role::input}, {r[k].name, r[k].axes, DType::real, Role::input});
  for (const auto& [name, line] : lines_) unify_line(*diagram_.find_input(name), line);
  unifier_.finish();
  result_.sizes = unifier_.left();
  result_.model_sizes = unifier_.right();
  result_.context = unifier_.context();
  check_determined();
  std::map<std::string, Symbol> images;
  for (const auto& [v, image] : result_.model_sizes) {
    const auto [it, fresh] = images.emplace(to_string(image), v);
    if (!fresh)
      result_.notes.push_back(
          fmt::format("only where the model's sizes {} and {} are equal", it->second.text(), v.text()));
    else if (!image.as_atom())
      result_.notes.push_back(fmt::format("only where the model's size {} is {}", v.text(), to_string(image)));
  }
}

void MapReader::check_determined() const {
  std::set<Symbol> known;
  for (const auto& [v, image] : result_.model_sizes) known.merge(variables_of(image));
  for (const auto& [v, image] : result_.sizes)
    for (Symbol unknown : variables_of(image))
      if (!known.count(unknown))
        throw Unpaired(
            fmt::format("the shapes do not tell the size {} of the diagram; a line {} = NUMBER in a map file "
                        "does",
                        unknown.text(), quote_name(unknown.text())));
}

// What the axes of the diagram are called, and the sizes of the model where this is no other size.
std::map<Symbol, Size> MapReader::named_sizes() const {
  std::map<Symbol, Size> out = result_.sizes;
  for (const InputPort& p : diagram_.inputs())
    for (const Axis& a : p.axes)
      if (!a.name.text().empty()) out.emplace(a.name, substitute(a.size, result_.sizes));
  out.insert(result_.model_sizes.begin(), result_.model_sizes.end());
  return out;
}

// The model's arrays with their shapes, and the sizes of the diagram under their names.
std::string MapReader::header() const {
  std::set<Symbol> common;
  for (const auto& [v, image] : result_.model_sizes) common.merge(variables_of(image));
  std::vector<std::string> sizes, names, parameters;
  for (Symbol v : common) sizes.push_back(quote_name(v.text()) + ":axis");
  for (const auto& [v, size] : named_sizes())
    if (!common.count(v)) names.push_back(fmt::format("{}:{}", quote_name(v.text()), size_text(size)));
  if (!names.empty()) parameters.push_back(fmt::format("`the sizes`[{}]", fmt::join(names, ", ")));
  for (const InputPort& p : model_.inputs()) {
    std::vector<std::string> axes;
    for (std::size_t a = 0; a < p.axes.size(); ++a)
      axes.push_back(fmt::format("`axis {} of {}`:{}", a, p.name.text(),
                                 size_text(substitute(p.axes[a].size, result_.model_sizes))));
    parameters.push_back(fmt::format("{}{}{}", quote_name(p.name.text()),
                                     axes.empty() ? "" : fmt::format("[{}]", fmt::join(axes, ", ")),
                                     type_text(p.dtype)));
  }
  std::vector<std::string> results;
  for (const InputPort& p : diagram_.inputs()) {
    std::vector<std::string> axes;
    for (std::size_t a = 0; a < p.axes.size(); ++a)
      axes.push_back(fmt::format("`{}.{}`:{}", p.name.text(), a, size_text(substitute(p.axes[a].size, result_.sizes))));
    results.push_back(quote_name(p.name.text()) + (axes.empty() ? "" : fmt::format("[{}]", fmt::join(axes, ", "))));
  }
  std::string out = fmt::format("def map{}({}) -> {}", sizes.empty() ? "" : fmt::format("[{}]", fmt::join(sizes, ", ")),
                                fmt::join(parameters, ", "), fmt::join(results, ", "));
  std::vector<std::string> conditions;
  for (const Size& h : result_.context.hypotheses) conditions.push_back(size_text(h) + " >= 0");
  return out + (conditions.empty() ? "" : fmt::format(" where {}", fmt::join(conditions, ", "))) + " {\n";
}

std::string MapReader::footer() const {
  std::vector<std::string> values;
  for (const InputPort& p : diagram_.inputs()) {
    std::vector<std::string> axes;
    for (std::size_t a = 0; a < p.axes.size(); ++a) axes.push_back(fmt::format("`{}.{}`", p.name.text(), a));
    const auto it = by_itself_.find(p.name);
    const std::string name = it == by_itself_.end() ? local_name(p.name.text()) : it->second->name.text();
    values.push_back(fmt::format("`{}`{}", name, axes.empty() ? "" : fmt::format("[{}]", fmt::join(axes, ", "))));
  }
  return fmt::format("\nreturn {}\n}}", fmt::join(values, ", "));
}

// The line that is written for an array, or that would say what goes without it.
std::string MapReader::line_of(const InputPort& port) const {
  if (const auto it = lines_.find(port.name); it != lines_.end()) {
    int next = 0;  // where the following statement begins; the def ends with a return
    for (const StatementSyntax& other : syntax_.defs[0].body)
      if (next == 0 && other.place.line > it->second.place.line) next = other.place.line;
    std::string whole;
    for (int n = it->second.place.line; n < next; ++n) {
      std::string line = text_->line(n);
      if (const auto comment = (" " + line).find(" #"); comment != std::string::npos) line.erase(comment);
      line.erase(0, line.find_first_not_of(" \t\r"));
      line.erase(line.find_last_not_of(" \t\r") + 1);
      if (!line.empty()) whole += (whole.empty() ? "" : " ") + line;
    }
    return whole;
  }
  const std::vector<std::string> names = index_names(port);
  std::vector<std::string> axes = names;
  for (std::size_t a = 0; a < axes.size(); ++a)
    if (axes[a] != quote_name(port.axes[a].name.text()))
      axes[a] += ":" + to_string(substitute(port.axes[a].size, result_.sizes));
  auto bracket = [](const std::vector<std::string>& list) {
    return list.empty() ? "" : fmt::format("[{}]", fmt::join(list, ","));
  };
  return quote_name(port.name.text()) + bracket(axes) + " = " + quote_name(by_itself_.at(port.name)->name.text()) +
         bracket(names);
}

void MapReader::elaborate() {
  for (const auto& [v, image] : result_.sizes)
    if (image.is_constant())
      result_.lines.push_back(fmt::format("{} = {}", quote_name(v.text()), to_string(image)));
    else if (!image.as_atom())
      result_.notes.push_back(fmt::format("the size {} of the diagram is {}", v.text(), to_string(image)));
  for (const InputPort& p : diagram_.inputs()) result_.lines.push_back(line_of(p));
  const SourceText source(map_.name(), header() + map_.text() + footer());
  FileSyntax syntax = parse_syntax(source);
  DefSyntax& def = syntax.defs[0];
  std::erase_if(def.body, [&](const StatementSyntax& s) {
    return s.kind == StatementSyntax::Kind::equation && !diagram_.find_input(Symbol(s.arrays[0].name));
  });
  check_shapes(source, def);
  for (StatementSyntax& s : def.body)
    if (s.kind == StatementSyntax::Kind::equation) s.arrays[0].name = local_name(s.arrays[0].name);
  const Module prelude = parse_module("", "prelude");
  Definitions definitions;
  for (const std::string& name : prelude.def_names())
    definitions[name] = std::make_shared<const Definition>(*prelude.find_def(name));
  const Definition made = Elaboration(source, definitions).def(def);
  result_.arrays = made.diagram;
  for (std::size_t k = 0; k < diagram_.inputs().size(); ++k) {
    const InputPort& p = diagram_.inputs()[k];
    if (p.role == Role::weight) check_weight(p.name, with_outputs(made.diagram, {made.diagram.outputs()[k].wire}));
    const DType found = made.diagram.box(made.diagram.outputs()[k].wire).dtype;
    if ((found == DType::boolean) != (p.dtype == DType::boolean) || (found == DType::ext && p.dtype == DType::real))
      throw Unpaired(fmt::format("{} is {} in the diagram, and what the map gives for it is {}", p.name.text(),
                                 p.dtype == DType::boolean ? "bool" : "real", found == DType::ext ? "ext" : "bool"));
  }
}

void MapReader::check_weight(Symbol name, const Diagram& value) const {
  for (const Box& box : value.boxes()) {
    const InputPort* read = box.op == Op::input ? model_.find_input(box.name) : nullptr;
    if (read && read->role == Role::input)
      throw Unpaired(
          fmt::format("the map gives the weight {} in terms of the model's input {}: a weight may depend on "
                      "weights only",
                      name.text(), read->name.text()));
  }
}

// The left side of a line has the axes that the diagram declares.
void MapReader::check_shapes(const SourceText& source, const DefSyntax& def) const {
  std::vector<const ArraySyntax*> arrays;
  for (const ArraySyntax& a : def.parameters) arrays.push_back(&a);
  for (const ArraySyntax& a : def.results) arrays.push_back(&a);
  SizeScope scope(source);
  scope.declare(def.sizes, arrays);
  for (const StatementSyntax& s : def.body) {
    if (s.kind != StatementSyntax::Kind::equation) continue;
    const InputPort& port = *diagram_.find_input(Symbol(s.arrays[0].name));
    for (std::size_t a = 0; a < port.axes.size(); ++a) {
      const AxisSyntax& axis = s.arrays[0].axes[a];
      const Size here = scope.axis(axis).size, wanted = substitute(port.axes[a].size, result_.sizes);
      if (!(here == wanted))
        source.fail(axis.place, fmt::format("axis {} of {} has size {} in the diagram, and {} here", a + 1,
                                            port.name.text(), to_string(wanted), to_string(here)));
    }
  }
}

}  // namespace

Correspondence read_map(const SourceText& map, const Diagram& diagram, const Diagram& model) {
  return MapReader(map, diagram, model).run();
}

}  // namespace skein
