// The texts of benchmarks/sparql/, which the build puts into the program.
#pragma once

#include <span>
#include <string_view>

namespace skg::bench {

struct SparqlText {
  std::string_view name;  // of its file, without the ending
  bool is_update;
  std::string_view text;
};

// In the order of their names.
[[nodiscard]] std::span<const SparqlText> SparqlTexts();

}  // namespace skg::bench
