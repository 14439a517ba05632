#pragma once
// Equality by parts: an axis of size a + b is cut at a, and two terms that agree on either part agree on the whole. The
// cut is made with inferences about sums: x[i] == sum over k of (x[k] where k == i), and that sum is cut in two.
#include "rewrite/rewrite.hpp"

namespace skein {

using ProveEqual = std::function<std::optional<Rewrite>(const Ref&, const Ref&)>;

// left == right over the index i of size border + rest, both >= 1, from what `prove` says of the two parts; empty if it
// proves one of them not to its satisfaction. Real terms only.
std::optional<Rewrite> equal_by_parts(Rewriter& w, const Ref& left, const Ref& right, Index i, const Size& border,
                                      const ProveEqual& prove);

}  // namespace skein
