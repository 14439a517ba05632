#include "lang/module.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "lang/elaboration.hpp"
#include "lang/parser.hpp"

namespace skein {
namespace fs = std::filesystem;

namespace {

std::string read_text(const fs::path& file) {
  std::error_code error;
  std::ifstream in(file, std::ios::binary);
  if (fs::is_directory(file, error) || !in)
    throw SourceError(file.string(), {1, 1}, "the file cannot be read", "", "", "");
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

}  // namespace

// Elaborates files into one table of visible definitions, each file once.
class ModuleLoader {
 public:
  explicit ModuleLoader(const ModuleOptions& options) : options_(options) {
    if (options.use_prelude) prelude_ = options.prelude ? *options.prelude : default_prelude();
  }

  Module load(const fs::path& file) { return load(SourceText(file.string(), read_text(file)), file); }

  Module load(const SourceText& source, const fs::path& file) {
    load_prelude();
    elaborate(source, file, Origin::own);
    return std::move(module_);
  }

 private:
  enum class Origin { own, imported, prelude };

  // An undefined name may be the name of a def further down.
  template <class F>
  static auto explain_order(const std::map<std::string, Place>& later, const std::map<std::string, Place>& so_far,
                            F&& run) {
    try {
      return run();
    } catch (const SourceError& error) {
      constexpr std::string_view prefix = "there is no def ";
      if (!error.message.starts_with(prefix)) throw;
      const std::string name = error.message.substr(prefix.size());
      const auto it = later.find(name);
      if (it == later.end()) throw;
      const std::string hint = so_far.count(name) ? fmt::format("a def cannot call itself")
                                                  : fmt::format("the def {} stands in line {}; move it before this use",
                                                                name, it->second.line);
      throw SourceError(error.file, {error.line, error.column}, error.message, error.expectation, hint,
                        error.source_line);
    }
  }

  void load_prelude() {
    std::error_code error;
    if (prelude_.empty() || !fs::is_directory(prelude_, error)) {
      if (options_.prelude && options_.use_prelude)
        throw SourceError(prelude_.string(), {1, 1}, "the folder of the prelude does not exist", "", "", "");
      return;
    }
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(prelude_))
      if (entry.path().extension() == ".skn") files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    std::string texts;
    for (const fs::path& f : files) texts += fs::weakly_canonical(f).string() + "\n" + read_text(f) + "\n";
    // Elaborated once, and again where a file has changed.
    struct Prelude {
      std::string texts;
      std::map<std::string, std::shared_ptr<const Definition>, std::less<>> defs;
      std::set<std::string> loaded;
    };
    static thread_local Prelude last;
    if (last.texts != texts) {
      for (const fs::path& f : files) load_once(f, Origin::prelude);
      last = {texts, module_.visible_, loaded_};
    }
    module_.visible_ = last.defs, loaded_ = last.loaded;
  }

  void load_once(const fs::path& file, Origin origin) {
    if (!loaded_.insert(fs::weakly_canonical(file).string()).second) return;
    elaborate(SourceText(file.string(), read_text(file)), file, origin);
  }

  void import_file(const SourceText& source, const ImportSyntax& import, const fs::path& from, Origin origin) {
    if (!import.quoted) {
      if (import.path != "prelude")
        source.fail(import.place, fmt::format("there is no library {}", import.path),
                    "prelude, or a file between quotes", did_you_mean(import.path, {"prelude"}));
      return;  // in sight anyway
    }
    std::vector<fs::path> folders{from.parent_path()};
    folders.insert(folders.end(), options_.search.begin(), options_.search.end());
    std::error_code error;
    for (const fs::path& folder : folders) {
      const fs::path candidate = folder / import.path;
      if (!fs::is_regular_file(candidate, error)) continue;
      const std::string key = fs::weakly_canonical(candidate).string();
      if (open_.count(key))
        source.fail(import.place, fmt::format("the import of \"{}\" leads back to this file", import.path));
      load_once(candidate, origin == Origin::own ? Origin::imported : origin);
      return;
    }
    source.fail(import.place,
                fmt::format("the file \"{}\" is neither beside this file nor in the search path", import.path));
  }

  void elaborate(const SourceText& source, const fs::path& file, Origin origin) {
    const FileSyntax syntax = parse_syntax(source);
    const std::string key = fs::weakly_canonical(file).string();
    open_.insert(key);
    std::map<std::string, Place> own_defs, own_claims;
    std::map<std::string, Place> later;
    for (const DefSyntax& d : syntax.defs) later.emplace(d.name, d.name_place);
    for (const ItemSyntax& item : syntax.items) {
      switch (item.kind) {
        case ItemSyntax::Kind::import_: import_file(source, syntax.imports[item.number], file, origin); break;
        case ItemSyntax::Kind::def: {
          const DefSyntax& d = syntax.defs[item.number];
          if (auto [it, fresh] = own_defs.emplace(d.name, d.name_place); !fresh)
            source.fail(d.name_place, fmt::format("the def {} is declared twice", d.name), "",
                        fmt::format("its first declaration is in line {}", it->second.line));
          Definition made =
              explain_order(later, own_defs, [&] { return Elaboration(source, module_.visible_).def(d); });
          made.prelude = origin == Origin::prelude;
          auto shared = std::make_shared<const Definition>(std::move(made));
          module_.visible_[d.name] = shared;
          if (origin == Origin::own) module_.defs_.push_back(shared);
          break;
        }
        case ItemSyntax::Kind::claim: {
          const ClaimSyntax& c = syntax.claims[item.number];
          if (auto [it, fresh] = own_claims.emplace(c.name, c.name_place); !fresh)
            source.fail(c.name_place, fmt::format("the claim {} is declared twice", c.name), "",
                        fmt::format("its first declaration is in line {}", it->second.line));
          Claim made = explain_order(later, own_defs, [&] { return elaborate_claim(source, module_.visible_, c); });
          if (origin == Origin::own) module_.claims_.push_back(std::move(made));
          break;
        }
        case ItemSyntax::Kind::theory: break;  // no tensors: load_theories reads them
      }
    }
    open_.erase(key);
  }

  const ModuleOptions& options_;
  fs::path prelude_;
  std::set<std::string> loaded_, open_;
  Module module_;
};

const Definition* Module::find_def(std::string_view name) const {
  auto it = visible_.find(name);
  return it == visible_.end() ? nullptr : it->second.get();
}

std::vector<std::string> Module::def_names() const {
  std::vector<std::string> out;
  for (const auto& [name, def] : visible_) out.push_back(name);
  return out;
}

Diagram Module::instantiate_def(std::string_view name) const {
  if (const Definition* def = find_def(name)) return def->diagram;
  const std::string hint = did_you_mean(name, def_names());
  throw std::invalid_argument(fmt::format("there is no def {}{}", name, hint.empty() ? "" : "; " + hint));
}

fs::path default_prelude() {
  if (const char* set = std::getenv("SKEIN_PRELUDE")) return set;
  return fs::path(SKEIN_SOURCE_DIR) / "rules" / "prelude";
}

Module load_module(const fs::path& file, const ModuleOptions& options) { return ModuleLoader(options).load(file); }

Module parse_module(const std::string& text, const std::string& file_name, const ModuleOptions& options) {
  return ModuleLoader(options).load(SourceText(file_name, text), file_name);
}

}  // namespace skein
