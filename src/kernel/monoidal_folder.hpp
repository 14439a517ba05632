#pragma once
// A folder of certificates of monoidal theories, found by content: what one certificate imports from another.
#include <filesystem>

#include "kernel/monoidal_certificate.hpp"

namespace skein::monoidal {

// Finds the certificates (*.cert) of a folder by digest; the folder is read when the first is asked for.
CertificateSource certificates_in(std::filesystem::path folder);

}  // namespace skein::monoidal
