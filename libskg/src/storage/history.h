// How far back a graph's past is kept: its horizon, and who may forbid moving
// it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/kv.h"

namespace skg::storage {

struct GraphDescription;

// States before the horizon are not shown any more, and rows whose end is at or
// before it may be dropped. What was written at the horizon is shown.
struct History {
  uint64_t horizon = 0;  // a commit; 0: everything is kept
  // How long a superseded state is kept. Unset: as StoreOptions say; infinite:
  // forever.
  std::optional<absl::Duration> kept_for;
  friend bool operator==(const History&, const History&) = default;
};
[[nodiscard]] std::string EncodeHistory(const History& history);
[[nodiscard]] absl::StatusOr<History> DecodeHistory(std::string_view bytes);
// Of a graph without a row: everything is kept.
[[nodiscard]] absl::StatusOr<History> ReadHistory(const KvStore& kv,
                                                  uint32_t graph,
                                                  const KvSnapshot* snapshot);

// Asked before the past of a graph is forgotten (legal holds). Implemented by
// who keeps the holds. Thread safety: called from any thread.
class HoldCheck {
 public:
  virtual ~HoldCheck() = default;
  // OK: states that ended before `before` may go. Else why not; the caller
  // answers kFailedPrecondition with that text.
  [[nodiscard]] virtual absl::Status MayForget(const GraphDescription& graph,
                                               absl::Time before) = 0;
};

// How much of the log is kept behind the last commit.
struct LogRetention {
  // Entries younger than this stay, and those that a transaction or a follower
  // still needs ...
  absl::Duration kept_for = absl::Hours(7 * 24);
  // ... but never more than so many, and about so many bytes. 0: no cap.
  uint64_t max_commits = 0;
  uint64_t max_bytes = uint64_t{1} << 30;
};

}  // namespace skg::storage
