// What the log says of commits that ended statements which they did not write:
// those that cleared graphs. For checks.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/container/node_hash_map.h"
#include "absl/status/statusor.h"
#include "storage/clear_marks.h"
#include "storage/graph_log.h"

namespace skg::storage {

// Remembers each commit that it was asked for. Not thread-safe.
class LoggedEnds {
 public:
  // Both must outlive it.
  LoggedEnds(const GraphLog& log, const KvSnapshot* at) : log_(log), at_(at) {}

  // Whether the commit cleared exactly this. Here as below: as far as the log
  // reaches; true of commits before it. Errors: those of the store.
  [[nodiscard]] absl::StatusOr<bool> Cleared(uint64_t commit,
                                             const ClearScope& scope);
  // Whether the commit may have ended a statement without a row of its own: it
  // cleared its graph. (A graph that was restored as of such a commit has the
  // removes one by one.)
  [[nodiscard]] absl::StatusOr<bool> MayHaveEnded(uint64_t commit,
                                                  const StatementKey& key);

 private:
  struct Entry {
    bool logged = true;
    std::vector<ClearScope> clears;
    absl::flat_hash_set<StatementKey> removed;
  };
  [[nodiscard]] absl::StatusOr<const Entry*> Read(uint64_t commit);

  const GraphLog& log_;
  const KvSnapshot* const at_;
  absl::node_hash_map<uint64_t, Entry> entries_;
};

}  // namespace skg::storage
