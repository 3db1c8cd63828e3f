// ReservedGraphs: what graphs that are being restored will be.
#pragma once

#include <string>
#include <string_view>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/catalog.h"
#include "storage/graph_file.h"
#include "storage/store.h"

namespace skg::storage {

// Not thread-safe: the Store calls it under its lock.
class ReservedGraphs {
 public:
  explicit ReservedGraphs(Catalog& catalog) : catalog_(catalog) {}

  // A number, and the name and UUID that nothing else gets until Release.
  // kAlreadyExists: there is such a graph, or there will be.
  [[nodiscard]] absl::StatusOr<GraphDescription> Reserve(
      std::string_view tenant, std::string_view name,
      const GraphFileDescription& saved, RestoreUuid uuid);
  // Puts the graph into the catalog if `restored` is OK, durably. Else, or
  // where that fails, its rows are to be deleted.
  [[nodiscard]] absl::Status Release(const GraphDescription& graph,
                                     const absl::Status& restored);

 private:
  [[nodiscard]] absl::Status CheckNameIsFree(
      const GraphDescription& graph) const;
  [[nodiscard]] absl::StatusOr<bool> IsTaken(const Uuid& uuid) const;

  Catalog& catalog_;
  absl::flat_hash_set<std::string> names_, uuids_;
};

}  // namespace skg::storage
