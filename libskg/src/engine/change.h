// What commits did to statements, as callers see it.
#pragma once

#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "rdf/name.h"
#include "skg/statement.h"
#include "storage/read_view.h"
#include "storage/versions.h"

namespace skg::engine {

// One change for each version, whole but for removals: see skg::Change. Terms
// and records are never changed, so any later view decodes past versions too.
// Errors: kDataLoss.
[[nodiscard]] absl::StatusOr<std::vector<Change>> DecodeChanges(
    const storage::ReadView& view, const rdf::NameSpace& names,
    std::span<const storage::StatementVersion> versions);

}  // namespace skg::engine
