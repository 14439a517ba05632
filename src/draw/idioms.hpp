#pragma once
// Idioms: functions of the prelude recognised where they are spelled out. A builder is hash-consed, so a term is the
// softmax of x along n exactly if building softmax[n](x) gives the same wire; a chain of factors or of summands may
// have more of them, which are left over.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "diagram/builder.hpp"

namespace skein {

struct Idiom {
  std::string label;
  Ref argument;
  std::optional<Index> along;  // the axis that it acts along; none for a function of scalars
  bool folds = false;          // the axis ends here
  std::optional<Ref> epsilon;  // the small number of a norm
  std::vector<Ref> left_over;  // the other factors (of a product) or summands (of a sum)
};

class Idioms {
 public:
  explicit Idioms(DiagramBuilder& b) : b_(b), entries_(entries()) {}
  std::optional<Idiom> find(const Ref& term);

 private:
  struct Entry;
  static const std::vector<Entry>& entries();  // read once
  std::optional<Idiom> match(const Entry& e, const Ref& term, const Ref& argument, std::optional<Index> along,
                             const Ref* epsilon);
  std::vector<Ref> subterms(const Ref& term);

  DiagramBuilder& b_;
  const std::vector<Entry>& entries_;
};

}  // namespace skein
