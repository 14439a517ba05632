#pragma once
// Transport of theorems along a morphism of theories: the derivation is walked through in its own theory, and its image
// in the other one follows it diagram by diagram. Equal images need no step; a rule becomes the theorem or rule that
// stands for it.
#include "kernel/monoidal.hpp"
#include "lang/theory.hpp"
#include "tactics/search.hpp"

namespace skein::monoidal {

// The derivation of the image of `theorem`, whose theory is that of `kernel`. `find` gives rules of the other theory by
// name. Empty if a step has no image, which happens only where rules that stand for others do not follow their form.
std::optional<Meeting> transport(const Theorem& theorem, const Kernel& kernel, const Interpretation& meaning,
                                 const SignaturePtr& to, const std::function<RulePtr(Symbol)>& find);

}  // namespace skein::monoidal
