#include "kernel/monoidal_folder.hpp"

#include "kernel/digest.hpp"
#include "kernel/ledger.hpp"

namespace skein::monoidal {

CertificateSource certificates_in(std::filesystem::path folder) {
  auto known = std::make_shared<std::map<std::string, std::string, std::less<>>>();
  return [folder = std::move(folder), known](std::string_view name) {
    if (known->empty()) {
      std::error_code none;
      for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
        if (entry.path().extension() != ".cert" || !entry.is_regular_file()) continue;
        std::string text = read_text(entry.path());
        if (is_monoidal_certificate(text)) known->emplace(digest(text), std::move(text));
      }
    }
    const auto at = known->find(name);
    if (at == known->end())
      throw Rejected("there is no certificate with the digest " + std::string(name.substr(0, 64)) + " in " +
                     folder.string() + ".");
    return at->second;
  };
}

}  // namespace skein::monoidal
