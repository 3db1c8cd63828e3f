// The analyses behind Analyze: parameters, a kernel, and its result as rows.
#pragma once

#include <limits>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "analytics/named/parameter_reader.h"
#include "skg/analyze.h"

namespace skg::analytics {

inline constexpr double kUnlimited = std::numeric_limits<double>::infinity();

using AnalysisRun = absl::StatusOr<AnalysisTable> (*)(const GraphView& view,
                                                      ParameterReader& reader,
                                                      const KernelOptions& run);
struct Analysis {
  AnalysisInfo info;
  AnalysisRun run;
};

[[nodiscard]] std::span<const Analysis> CentralityAnalyses();
[[nodiscard]] std::span<const Analysis> StructureAnalyses();
[[nodiscard]] std::span<const Analysis> GroupAnalyses();
[[nodiscard]] std::span<const Analysis> PathAnalyses();

// Most analyses give only the first so many rows.
inline constexpr AnalysisParameter kLimit = {
    "limit", ParameterType::kInteger,        "0", 0, kUnlimited,
    {},      "how many rows at most; 0: all"};

using Summary = decltype(AnalysisTable::summary);

}  // namespace skg::analytics
