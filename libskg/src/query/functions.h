// The names of functions and aggregations, and how many arguments they take.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "query/expression.h"

namespace skg::query {

struct FunctionInfo {
  static constexpr uint8_t kAnyNumber = 255;
  Function function;
  std::string_view name;  // as SPARQL writes it
  uint8_t least, most;    // arguments
};

// In the order of Function.
[[nodiscard]] std::span<const FunctionInfo> Functions();
[[nodiscard]] inline const FunctionInfo& Info(Function function) {
  return Functions()[static_cast<size_t>(function)];
}

// In the order of Aggregation, as SPARQL writes them.
[[nodiscard]] std::span<const std::string_view> AggregationNames();
[[nodiscard]] inline std::string_view Name(Aggregation aggregation) {
  return AggregationNames()[static_cast<size_t>(aggregation)];
}

}  // namespace skg::query
