// What Next of every cursor does around fetching its batch.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/status.h"

namespace skg::engine {

// Gives what `fetch` puts into `batch` (cleared first). Of a call that failed
// the batch is empty, and `failed` remembers it: what comes after it could only
// be wrong.
template <typename T, typename Fetch>
[[nodiscard]] absl::StatusOr<bool> NextBatchOrFailure(absl::Status& failed,
                                                      std::vector<T>& batch,
                                                      const Fetch& fetch) {
  batch.clear();
  SKG_RETURN_IF_ERROR(failed);
  absl::StatusOr<bool> more = fetch();
  if (!more.ok()) {
    failed = more.status();
    batch.clear();
  }
  return more;
}

}  // namespace skg::engine
