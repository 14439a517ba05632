#include "kernel/text.hpp"

#include <cctype>

namespace skein::text {
namespace {

[[noreturn]] void bad(const std::string& what, std::string_view t) {
  throw Rejected("malformed " + what + ": '" + std::string(t.substr(0, 60)) + "'");
}

bool plain(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.'; }

template <class Atom, class F>
std::string polynomial(const Polynomial<Atom, Integer>& p, F&& atom) {
  if (p.is_zero()) return "0";
  std::string out;
  for (const auto& [m, c] : p.terms()) {
    if (!out.empty() && c > 0) out += "+";
    if (c == -1 && !m.empty())
      out += "-";
    else if (c != 1 || m.empty())
      out += c.get_str() + (m.empty() ? "" : "*");
    for (std::size_t i = 0; i < m.size(); ++i) out += (i ? "*" : "") + atom(m[i]);
  }
  return out;
}

class Reader {
 public:
  Reader(std::string_view t, const std::vector<Index>* indices) : t_(t), indices_(indices) {}

  IndexExpression all() {
    IndexExpression e = sum(0);
    if (at_ != t_.size()) bad("expression", t_);
    return e;
  }

 private:
  char peek() const { return at_ < t_.size() ? t_[at_] : '\0'; }

  IndexExpression sum(int depth) {
    if (depth > 50) bad("expression", t_);
    IndexExpression e;
    bool first = true;
    while (first || peek() == '+' || peek() == '-') {
      bool minus = false;
      if (peek() == '-')
        minus = true, ++at_;
      else if (peek() == '+' && !first)
        ++at_;
      first = false;
      IndexExpression product = factor(depth);
      int factors = 0;
      while (peek() == '*') {
        ++at_;
        if (++factors > 64) bad("expression", t_);
        product = product * factor(depth);
      }
      if (minus)
        e -= product;
      else
        e += product;
    }
    return e;
  }

  IndexExpression factor(int depth) {
    const char c = peek();
    if (std::isdigit(static_cast<unsigned char>(c))) return IndexExpression::constant(Integer(std::string(digits())));
    if (c == '$' && indices_) {
      ++at_;
      const std::uint32_t n = read_number(digits());
      if (n >= indices_->size()) bad("index", t_);
      return index_variable((*indices_)[n]);
    }
    if (c == '{' && indices_) {
      ++at_;
      IndexExpression numerator = sum(depth + 1);
      if (peek() != '/') bad("quotient", t_);
      const std::size_t from = ++at_;
      while (peek() != '}' && peek() != '\0') ++at_;
      Size denominator = read_size(t_.substr(from, at_ - from));
      if (peek() != '}' || denominator.is_zero()) bad("quotient", t_);
      ++at_;
      return floor_divide(numerator, denominator);
    }
    const std::size_t from = at_;
    while (plain(peek()) || peek() == '%') ++at_;
    if (from == at_) bad("expression", t_);
    return index_size(size_variable(read_name(t_.substr(from, at_ - from))));
  }

  std::string_view digits() {
    const std::size_t from = at_;
    while (std::isdigit(static_cast<unsigned char>(peek()))) ++at_;
    if (from == at_ || at_ - from > longest_number) bad("number", t_);
    return t_.substr(from, at_ - from);
  }

  std::string_view t_;
  const std::vector<Index>* indices_;
  std::size_t at_ = 0;
};

}  // namespace

std::string write(Symbol s) {
  static const char* hex = "0123456789ABCDEF";
  std::string out;
  for (char c : s.text())
    if (plain(c) && !(out.empty() && std::isdigit(static_cast<unsigned char>(c))))
      out += c;
    else
      out += std::string("%") + hex[static_cast<unsigned char>(c) >> 4] + hex[c & 15];
  return out.empty() ? "%" : out;
}

std::string write(const Size& s) {
  return polynomial(s, [](Symbol v) { return write(v); });
}

std::string write(const IndexExpression& e, const std::function<std::uint32_t(Index)>& number) {
  return polynomial(e, [&](const IndexAtom& a) -> std::string {
    if (const Index* i = a.index()) return "$" + std::to_string(number(*i));
    if (const Symbol* s = a.size()) return write(*s);
    return "{" + write(a.quotient()->numerator, number) + "/" + write(a.quotient()->denominator) + "}";
  });
}

std::string write(const Axis& a) { return write(a.name) + ":" + write(a.size); }

Symbol read_name(std::string_view t) {
  if (t == "%") return Symbol();
  std::string out;
  for (std::size_t i = 0; i < t.size(); ++i) {
    if (plain(t[i])) {
      out += t[i];
    } else if (t[i] == '%' && i + 2 < t.size() && std::isxdigit(static_cast<unsigned char>(t[i + 1])) &&
               std::isxdigit(static_cast<unsigned char>(t[i + 2]))) {
      out += static_cast<char>(std::stoi(std::string(t.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      bad("name", t);
    }
  }
  if (out.empty()) bad("name", t);
  return Symbol(out);
}

Size read_size(std::string_view t) {
  Size s;
  const IndexExpression e = Reader(t, nullptr).all();
  for (const auto& [m, c] : e.terms()) {
    Size::Monomial mono;
    for (const IndexAtom& a : m) {
      if (!a.size()) bad("size", t);
      mono.push_back(*a.size());
    }
    s += Size::term(c, mono);
  }
  return s;
}

Axis read_axis(std::string_view t) {
  auto colon = t.find(':');
  if (colon == std::string_view::npos) bad("axis", t);
  return {read_size(t.substr(colon + 1)), read_name(t.substr(0, colon))};
}

IndexExpression read_index(std::string_view t, const std::vector<Index>& indices) { return Reader(t, &indices).all(); }

Rational read_rational(std::string_view t) {
  auto digits = [&](std::string_view d) {
    if (d.empty() || d.size() > longest_number) bad("number", t);
    for (char c : d)
      if (!std::isdigit(static_cast<unsigned char>(c))) bad("number", t);
    return Integer(std::string(d));
  };
  const bool minus = !t.empty() && t[0] == '-';
  std::string_view body = minus ? t.substr(1) : t;
  auto slash = body.find('/');
  Rational q(digits(body.substr(0, slash)));
  if (slash != std::string_view::npos) {
    Integer d = digits(body.substr(slash + 1));
    if (d == 0) bad("number", t);
    q = Rational(q.get_num(), d);
    q.canonicalize();
  }
  return minus ? Rational(-q) : q;
}

std::uint32_t read_number(std::string_view t) {
  if (t.empty() || t.size() > 9) bad("number", t);
  std::uint32_t n = 0;
  for (char c : t) {
    if (!std::isdigit(static_cast<unsigned char>(c))) bad("number", t);
    n = n * 10 + static_cast<std::uint32_t>(c - '0');
  }
  return n;
}

std::vector<std::string_view> split(std::string_view t, char separator) {
  std::vector<std::string_view> out;
  if (t.empty()) return out;
  for (std::size_t from = 0;;) {
    std::size_t to = t.find(separator, from);
    out.push_back(t.substr(from, to == std::string_view::npos ? to : to - from));
    if (to == std::string_view::npos) return out;
    from = to + 1;
  }
}

}  // namespace skein::text
