#pragma once
// What the tests of the language share.
#include <catch2/catch.hpp>

#include <filesystem>
#include <string>

#include "diagram/diagram.hpp"
#include "graph/isomorphism.hpp"
#include "lang/module.hpp"
#include "lang/printer.hpp"

namespace skein::testing {

inline ModuleOptions with_prelude() {
  ModuleOptions o;
  o.prelude = std::filesystem::path(SKEIN_SOURCE_DIR) / "rules" / "prelude";
  return o;
}

inline Module parse(const std::string& text) {
  try {
    return parse_module(text, "test.skn", with_prelude());
  } catch (const SourceError& e) {
    FAIL(e.render());
    throw;
  }
}

inline SourceError error_of(const std::string& text) {
  try {
    parse_module(text, "test.skn", with_prelude());
  } catch (const SourceError& e) {
    return e;
  }
  FAIL("accepted: " + text);
  throw 0;
}

// Equality of outputs after interning both diagrams in one builder.
inline bool same(const Diagram& a, const Diagram& b) {
  DiagramBuilder builder;
  const auto x = thaw(builder, a), y = thaw(builder, b);
  if (x.size() != y.size()) return false;
  for (std::size_t k = 0; k < x.size(); ++k) {
    if (x[k].name != y[k].name || x[k].axes.size() != y[k].axes.size()) return false;
    std::map<Index, Index> map;
    for (std::size_t s = 0; s < x[k].axes.size(); ++s) {
      if (!(builder.axis(x[k].axes[s]).size == builder.axis(y[k].axes[s]).size)) return false;
      map[y[k].axes[s]] = x[k].axes[s];
    }
    if (!(x[k].value == builder.rename(y[k].value, map))) return false;
  }
  return true;
}

inline Diagram def(const std::string& text, const std::string& name = "f") { return parse(text).instantiate_def(name); }

// The two texts define the same diagram f.
inline bool same_def(const std::string& a, const std::string& b) { return same(def(a), def(b)); }

// Printed and read back: the same boxes; where a symmetric guard or view leaves the order of its indices open, at least
// isomorphic ones.
inline bool round_trips(const Diagram& d) {
  const Diagram back = def(print_diagram(d, "f"));
  return same(d, back) || find_isomorphism(d, back).has_value();
}

}  // namespace skein::testing
