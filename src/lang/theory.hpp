#pragma once
// TheoryDeclaration: a theory of a .skn file after elaboration: a presentation of a monoidal category by a signature
// and equations, the theorems that are claimed about it, the proofs that are proposed for them, and models of it.
// Nothing is proved here.
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lang/source.hpp"
#include "lang/theory_syntax.hpp"
#include "monoidal/model.hpp"
#include "monoidal/rule.hpp"

namespace skein {

struct FileSyntax;

struct RuleUse {
  Symbol rule;
  monoidal::Direction direction = monoidal::Direction::forward;
};

// A step of a proof as proposed. What it leaves open (where a rule is used) is found by tactics/script.hpp.
struct Tactic {
  enum class Kind {
    rewrite,  // once, by rules[0]
    simp,     // by `rules` until none applies; without rules the normal form of the structure
    refl,     // the two sides are the same diagram
    search,   // at most `depth` rewrites by any rules
    hole,     // show what could come next
  };
  Kind kind = Kind::hole;
  Place place;
  std::vector<RuleUse> rules;
  std::optional<bool> on_left;  // the side it works on; by default left, and both for simp
  unsigned depth = 0;
  std::optional<monoidal::OpenDiagram> target;  // what the side is to become
  bool asks = false;                            // show what the side could become
};

struct TheoryDeclaration;

// A morphism of theories: what stands for the objects, generators and rules of another theory.
struct Interpretation {
  std::shared_ptr<const TheoryDeclaration> from;
  std::vector<monoidal::Word> objects;            // by sort
  std::vector<monoidal::OpenDiagram> generators;  // by generator
  std::map<Symbol, Symbol> rules;                 // its rules and theorems, by the names they have here
};

struct TheoryClaim {
  enum class Kind {
    rule,        // assumed
    definition,  // a def: its generator equals its body; the name is that of the generator
    theorem,
    imported,  // a theorem of `source`, interpreted
  };
  Kind kind = Kind::theorem;
  bool negated = false;  // false theorem: there must be a model in which it does not hold
  monoidal::RulePtr statement;
  std::string description;
  int line = 0;
  std::optional<std::vector<Tactic>> proof;
  std::shared_ptr<const Interpretation> source;
  Symbol original;  // its name in `source`

  Symbol name() const { return statement->name(); }
};

struct DeclaredModel {
  Symbol name;
  int line = 0;
  monoidal::Model model;
};

// An interpretation in real spaces: R^n for an object, A * B as pairs, and for a generator a polynomial map, or a
// matrix that acts on the vector of all inputs. Maps between sets copy and discard, so that it is a model of every
// structure. Whether the rules hold in it for all values of the parameters is decided by tactics/real_model.hpp.
struct RealModel {
  Symbol name;
  int line = 0;
  bool negated = false;  // false real model: some rule must fail
  std::vector<std::string> parameters;
  std::vector<ModelSyntax::Condition> conditions;  // on the parameters
  std::vector<std::size_t> dimension;              // by sort
  struct Map {
    std::vector<std::string> variables;  // one for each coordinate of the inputs
    std::vector<FormulaSyntax> outputs;  // in these and the parameters
  };
  std::vector<Map> maps;  // by generator; empty for that of a def
};

struct TheoryDeclaration {
  Symbol name;
  std::string description;
  std::string file;
  int line = 0;
  std::shared_ptr<monoidal::Signature> signature;
  std::vector<TheoryClaim> claims;    // in the order of the text: a proof may use those before
  std::vector<DeclaredModel> models;  // of all its rules
  std::vector<RealModel> real_models;
  const TheoryClaim* find(Symbol claim) const;
};

using TheoryPtr = std::shared_ptr<const TheoryDeclaration>;

// The theories of a file, and those of the files that it imports.
struct TheoryFile {
  std::vector<TheoryPtr> own, imported;  // in order: a theory imports only earlier ones
  bool tensors = false;                  // the file also has defs or claims of tensors
};

// Throw SourceError with the place and the reason. Imported files are looked for beside the importing one.
TheoryFile load_theories(const std::filesystem::path& file);
TheoryFile parse_theories(const std::string& text, const std::string& file_name);
// The theories of `syntax`, which may import those of `known`; appended to it.
void elaborate_theories(const SourceText& source, const FileSyntax& syntax, std::vector<TheoryPtr>& known);

}  // namespace skein
