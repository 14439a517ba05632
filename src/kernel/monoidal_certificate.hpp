#pragma once
// Certificates of monoidal theories: a theory, its rules, and theorems with their steps, as text, one item a line.
// Reading one replays it in a new Kernel; it is accepted only as a whole. The first line tells it from a tensor
// certificate.
//   skein monoidal certificate 1
//   theory NAME STRUCTURE
//   object A                        generator f A B > C, or: deterministic f A B > C
//   rule NAME ==                    or =>; then its two sides, a diagram each
//   import DIGEST                   the theorems of another certificate, whose theory is part of this one
//   theorem NAME ==                 or =>; its two sides, its steps
//   iso PAIRING                     ends the theorem
#include <functional>
#include <string>

#include "kernel/monoidal.hpp"

namespace skein::monoidal {

inline constexpr std::string_view certificate_head = "skein monoidal certificate 1";
inline bool is_monoidal_certificate(std::string_view text) { return text.starts_with(certificate_head); }

// The theory and its theorems, but the tainted ones. `wanted`: only these and what they rest on. Throws Rejected if one
// of them is tainted or unknown.
std::string write_certificate(const Kernel& k, const std::vector<Symbol>& wanted = {});

// The text of the certificate with this digest (kernel/digest.hpp); throws if there is none. The digest is checked.
using CertificateSource = std::function<std::string(std::string_view digest)>;

struct MonoidalReplay {
  Kernel kernel;
  std::size_t steps = 0;
};
// Throws Rejected with the line, the theorem, the step and the reason.
MonoidalReplay replay_monoidal(std::string_view text, const CertificateSource& source = {});

}  // namespace skein::monoidal
