#pragma once
// Certificates of monoidal theories: a theory, its rules and theorems with their steps, as text, one item a line.
// Reading one replays it in a new Kernel. The first line tells the kind of a certificate apart from that of tensor
// theorems.
#include <functional>

#include "kernel/monoidal.hpp"

namespace skein::monoidal {

inline constexpr std::string_view certificate_head = "skein monoidal certificate 1";
inline bool is_monoidal_certificate(std::string_view text) {
  return text.substr(0, certificate_head.size()) == certificate_head;
}

// The theory and all theorems of `k` that are not tainted and that `wanted` (all, if empty) rests on.
std::string write_certificate(const Kernel& k, const std::vector<Symbol>& wanted = {});

// The text of the certificate with a digest; throws if there is none.
using CertificateSource = std::function<std::string(std::string_view digest)>;

struct MonoidalReplay {
  Kernel kernel;
  std::size_t steps = 0;
};
// Throws Rejected with the line, the theorem, the step and the reason.
MonoidalReplay replay_monoidal(std::string_view text, const CertificateSource& source = {});

}  // namespace skein::monoidal
