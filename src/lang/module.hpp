#pragma once
// Module: a .skn file after elaboration: its definitions, each a frozen Diagram, and its claims, each an equation of
// two diagrams over one boundary. Definitions of the prelude are visible everywhere and may be redefined.
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/theorem.hpp"
#include "lang/source.hpp"

namespace skein {

// The size |variable| = floor(numerator / denominator) + offset, which is no polynomial: the variable stays free, and
// two hypotheses determine its value.
struct FlooredSize {
  Symbol variable;
  Size numerator, denominator, offset;
};

struct Definition {
  Symbol name;
  std::string description;  // the comment lines directly above
  std::string file;
  int line = 0;
  bool prelude = false;
  Diagram diagram;                      // inputs: the parameters, the weights (named as in a state_dict), the states
  std::vector<Given> given;             // the recurrences of the states: for each its first value, then its next one
  std::vector<Symbol> size_parameters;  // those in the bracket before the parameters
  std::vector<Symbol> size_variables;   // all, in order of declaration
  std::vector<FlooredSize> floored;
};

// A law is a rule that the canonical form decides by itself: a test of it rather than something to be loaded into it.
enum class ClaimKind { axiom, rule, law, theorem };

// A condition on the sign of a scalar expression over the claim's parameters, at all indices: the one output of
// `value`.
struct SignCondition {
  enum Kind { positive, nonnegative, nonzero } kind;
  Diagram value;
};

// An equation of sizes that an axis needs, found where a claim says `when ?`.
struct SizeEquation {
  Size left, right;
  std::optional<Symbol> fresh;  // a size that exists by this equation: |fresh| is a quotient of the other sizes

  friend bool operator==(const SizeEquation&, const SizeEquation&) = default;
};
std::string to_string(const SizeEquation& e);

// What a user says that a state of a fold is: after all steps, or, with the axis of the states first, after any number
// of them. It is proved by induction like any other proposal.
struct StatedInvariant {
  std::string state;  // as it is written, without the axis of its fold
  Diagram closed;     // one output; inputs as in the claim
};

// left == right for all sizes of their context, under the sign conditions. Both sides have the same inputs and the same
// one output "out".
struct Claim {
  ClaimKind kind = ClaimKind::theorem;
  bool negated = false;   // `false rule`, `false law`: there must be a witness against it
  bool oriented = false;  // written with => instead of ==
  Symbol name;
  std::string description;
  std::string file;
  int line = 0;
  Diagram left, right;
  std::vector<SignCondition> when;
  std::vector<Given> given;            // the recurrences of the states of folds, or equations that are assumed
  bool same_calls = true;              // the sides call the same defs in the same order, in every equation
  bool infers = false;                 // when ?: conditions that are missing are to be found
  std::vector<SizeEquation> inferred;  // the sizes are restricted to those for which these hold, in this order
  std::vector<std::pair<Symbol, Size>> named_sizes;  // the names of axes, as sizes in the variables that are left
  std::vector<std::string> hints;                    // the words in by { ... }, one string for each hint
  std::vector<StatedInvariant> invariants = {};
};

class Module {
 public:
  const Definition* find_def(std::string_view name) const;  // a def of the file, of its imports or of the prelude
  const std::vector<std::shared_ptr<const Definition>>& defs() const { return defs_; }  // the file's own, in order
  const std::vector<Claim>& claims() const { return claims_; }                          // the file's own, in order
  std::vector<std::string> def_names() const;                                           // all that find_def finds
  // The def as a diagram; throws std::invalid_argument, with the nearest name, if there is none.
  Diagram instantiate_def(std::string_view name) const;

 private:
  friend class ModuleLoader;
  std::map<std::string, std::shared_ptr<const Definition>, std::less<>> visible_;
  std::vector<std::shared_ptr<const Definition>> defs_;
  std::vector<Claim> claims_;
};

struct ModuleOptions {
  std::vector<std::filesystem::path> search;     // for `import "x.skn"`, after the importing file's own folder
  std::optional<std::filesystem::path> prelude;  // the folder of the prelude; without it, default_prelude()
  bool use_prelude = true;
};

std::filesystem::path default_prelude();
Module load_module(const std::filesystem::path& file, const ModuleOptions& options = {});
Module parse_module(const std::string& text, const std::string& file_name, const ModuleOptions& options = {});

}  // namespace skein
