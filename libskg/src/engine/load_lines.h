// N-Triples and N-Quads by several threads, into a bulk load.
#pragma once

#include <cstddef>

#include "absl/status/status.h"
#include "engine/bulk_rows.h"
#include "engine/load_errors.h"
#include "engine/load_input.h"
#include "storage/bulk_load.h"

namespace skg::engine {

// Reads all of `input`, cut behind line ends; pieces are parsed at the same
// time and added in their order. Errors: as LoadRdf, and those of `load`.
// Memory: some MiB a thread, and the longest line.
[[nodiscard]] absl::Status LoadLines(LoadInput& input, bool quads,
                                     const BulkRows& rows, LoadErrors& errors,
                                     storage::BulkLoad& load, size_t threads);

}  // namespace skg::engine
