// One function a workload; each lies in the file of its name.
#pragma once

#include "absl/status/statusor.h"
#include "harness/workload.h"

namespace skg::bench {

[[nodiscard]] absl::StatusOr<Plan> PrepareBatchInsert(const Options& options);
[[nodiscard]] absl::StatusOr<Plan> PrepareSingleInsert(const Options& options);
[[nodiscard]] absl::StatusOr<Plan> PreparePointLookup(const Options& options);
[[nodiscard]] absl::StatusOr<Plan> PreparePrefixScan(const Options& options);
[[nodiscard]] absl::StatusOr<Plan> PrepareQueryApi(const Options& options);
[[nodiscard]] absl::StatusOr<Plan> PrepareScan(const Options& options);
[[nodiscard]] absl::StatusOr<Plan> PrepareLookup(const Options& options);
[[nodiscard]] absl::StatusOr<Plan> PrepareBlockCodec(const Options& options);
[[nodiscard]] absl::StatusOr<Plan> PrepareLargeTransaction(
    const Options& options);
[[nodiscard]] absl::StatusOr<Plan> PrepareHttpPoint(const Options& options);
[[nodiscard]] absl::StatusOr<Plan> PrepareSparql(const Options& options);
[[nodiscard]] absl::StatusOr<Plan> PrepareGraphView(const Options& options);

}  // namespace skg::bench
