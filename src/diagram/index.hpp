#pragma once
// IndexExpression: where a view reads along one axis: an integer polynomial in index variables, size variables and
// quotients e div s (floor division by a size; e mod s is e - s*(e div s), so split and merge of axes are inverse by
// polynomial normal form). Index: an index variable; its axis is known to whoever issued it, a box (its local indices)
// or a DiagramBuilder.
#include <functional>
#include <memory>
#include <variant>

#include "diagram/size.hpp"

namespace skein {

struct Index {
  std::uint32_t id = 0;
  friend auto operator<=>(const Index&, const Index&) = default;
};

struct Quotient;

class IndexAtom {
 public:
  IndexAtom(Index i) : value_(i) {}
  IndexAtom(Symbol s) : value_(s) {}
  explicit IndexAtom(Quotient q);

  const Index* index() const { return std::get_if<Index>(&value_); }
  const Symbol* size() const { return std::get_if<Symbol>(&value_); }
  const Quotient* quotient() const;

  friend bool operator==(const IndexAtom& a, const IndexAtom& b) { return (a <=> b) == 0; }
  friend std::strong_ordering operator<=>(const IndexAtom& a, const IndexAtom& b);

 private:
  std::variant<Index, Symbol, std::shared_ptr<const Quotient>> value_;
};

using IndexExpression = Polynomial<IndexAtom, Integer>;

// numerator div denominator, rounded towards minus infinity; the denominator is >= 1 wherever it is used.
struct Quotient {
  IndexExpression numerator;
  Size denominator;
};

IndexExpression index_constant(long n);
IndexExpression index_variable(Index i);
IndexExpression index_size(const Size& s);
IndexExpression floor_divide(const IndexExpression& e, const Size& s);
IndexExpression modulo(const IndexExpression& e, const Size& s);
std::vector<Index> free_indices(const IndexExpression& e);  // in order of first occurrence
IndexExpression substitute(const IndexExpression& e, const std::function<IndexExpression(Index)>& f);
IndexExpression substitute_sizes(const IndexExpression& e, const std::map<Symbol, Size>& map);
std::string to_string(const IndexExpression& e, const std::function<std::string(Index)>& name);
// The value at a point; sizes must be given for every variable that occurs (else std::invalid_argument).
Integer evaluate(const IndexExpression& e, const std::function<Integer(Index)>& index,
                 const std::map<Symbol, Integer>& sizes);

// IndexRanges: 0 <= i < size(i) for each index, under a SizeContext. Every answer `true` is a proof; `false` says
// nothing.
class IndexRanges {
 public:
  IndexRanges(const SizeContext& sizes, std::function<Size(Index)> size_of);
  // e >= 0 for all indices in range and all admissible sizes. `guards` are further expressions known to be >= 0.
  bool nonnegative(const IndexExpression& e, const std::vector<IndexExpression>& guards = {}) const;
  bool within(const IndexExpression& e, const Size& size, const std::vector<IndexExpression>& guards = {}) const;
  // An equal expression (for all indices in range) with quotients resolved as far as the ranges allow.
  IndexExpression simplify(const IndexExpression& e) const;

 private:
  bool nonnegative_at(const IndexExpression& e, int depth) const;
  bool nonnegative_as_rest(const IndexExpression& e, const IndexAtom& quotient, int depth) const;
  IndexExpression resolve(const IndexExpression& numerator, const Size& denominator) const;

  const SizeContext& sizes_;
  std::function<Size(Index)> size_of_;
};

}  // namespace skein
