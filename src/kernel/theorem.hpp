#pragma once
// Statement: left == right for all sizes of the context and all inputs that satisfy the conditions `when` and the
// equations `given`; the two diagrams have the same inputs and one output with the same axes. Theorem: a statement that
// the kernel derived (or one of its own axioms about real functions). Nobody but the kernel makes one.
#include <memory>

#include "kernel/judgement.hpp"

namespace skein {

struct Condition {
  Sign sign;
  Diagram value;  // one output; inputs as in the statement
};

// An equation between arrays that is assumed to hold at all indices: a hypothesis about weights, or one of the two
// equations by which a recurrence defines the states of a fold.
struct Given {
  Diagram left, right;  // one output each, with the same axes; inputs as in the statement
};

struct Statement {
  Diagram left, right;
  std::vector<Condition> when = {};
  std::vector<Given> given = {};
};

class Theorem {
 public:
  Symbol name() const { return name_; }
  const Statement& statement() const { return statement_; }
  bool axiom() const { return axiom_; }
  const std::string& digest() const { return digest_; }  // of the certificate it was replayed from; empty until written
  std::size_t leaves() const { return leaves_; }

 private:
  friend class Kernel;
  friend class CertificateReader;
  friend std::vector<std::shared_ptr<const Theorem>> kernel_axioms();
  Theorem() = default;
  Symbol name_;
  Statement statement_;
  bool axiom_ = false;
  std::string digest_;
  std::size_t leaves_ = 0;
};

using TheoremPtr = std::shared_ptr<const Theorem>;

// The axioms about real functions that the kernel knows; rules/axioms.skn says the same in the language, with sources.
std::vector<TheoremPtr> kernel_axioms();

}  // namespace skein
