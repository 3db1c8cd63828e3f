// What a public DifferenceCursor holds.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "base/cancellation.h"
#include "engine/match.h"
#include "engine/statement_decoder.h"
#include "engine/view_impl.h"
#include "skg/time_travel.h"
#include "storage/diff.h"

namespace skg::engine {

// Not thread-safe.
class DiffImpl {
 public:
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<DiffImpl>> Open(
      std::shared_ptr<const ViewImpl> from, std::shared_ptr<const ViewImpl> to,
      const StatementPattern& pattern, const DiffOptions& options);

  [[nodiscard]] absl::StatusOr<bool> Next(std::vector<Difference>& batch);

 private:
  DiffImpl(std::shared_ptr<const ViewImpl> from,
           std::shared_ptr<const ViewImpl> to, const ResolvedPattern& pattern,
           const DiffOptions& options);

  absl::StatusOr<bool> NextBatch(std::vector<Difference>& batch);

  // Destroyed last.
  const std::shared_ptr<const ViewImpl> from_, to_;
  const ResolvedPattern pattern_;
  const Cancellation cancellation_;
  StatementDecoder decode_before_, decode_after_;
  std::optional<storage::DiffCursor> cursor_;  // unset: nothing differs
  absl::Status failed_;                        // see NextBatchOrFailure
};

}  // namespace skg::engine
