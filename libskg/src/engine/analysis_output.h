// What an analysis must be for its rows to become statements.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "skg/analyze.h"

namespace skg::engine {

// kInvalidArgument, of the field "output": the rows are not single nodes.
[[nodiscard]] absl::Status CheckGivesNodes(std::string_view algorithm,
                                           AnalysisKind kind);

}  // namespace skg::engine
