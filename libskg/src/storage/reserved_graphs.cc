#include "storage/reserved_graphs.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace skg::storage {
namespace {

std::string FullName(const GraphDescription& graph) {
  return absl::StrCat(graph.tenant, "/", graph.name);
}

absl::Status NameTaken(const GraphDescription& graph) {
  return absl::AlreadyExistsError(
      absl::StrCat("there is a graph \"", FullName(graph),
                   "\" already; restore under another name, or drop it"));
}

}  // namespace

absl::Status ReservedGraphs::CheckNameIsFree(
    const GraphDescription& graph) const {
  SKG_ASSIGN_OR_RETURN(const auto found,
                       catalog_.Find(graph.tenant, graph.name));
  return found ? NameTaken(graph) : absl::OkStatus();
}

absl::StatusOr<bool> ReservedGraphs::IsTaken(const Uuid& uuid) const {
  if (uuids_.contains(uuid.ToString())) return true;
  SKG_ASSIGN_OR_RETURN(const auto graphs, catalog_.List());
  return std::any_of(
      graphs.begin(), graphs.end(),
      [&](const GraphDescription& other) { return other.uuid == uuid; });
}

absl::StatusOr<GraphDescription> ReservedGraphs::Reserve(
    std::string_view tenant, std::string_view name,
    const GraphFileDescription& saved, RestoreUuid uuid) {
  GraphDescription graph;
  graph.tenant = std::string(tenant);
  graph.name = std::string(name);
  graph.uuid = saved.uuid;
  graph.base_namespace = saved.base_namespace;
  graph.statement_ids = saved.statement_ids;
  SKG_RETURN_IF_ERROR(CheckNameIsFree(graph));
  if (names_.contains(FullName(graph))) return NameTaken(graph);
  SKG_ASSIGN_OR_RETURN(const bool taken, IsTaken(graph.uuid));
  if (taken && uuid == RestoreUuid::kKeep) {
    return absl::AlreadyExistsError(
        absl::StrCat("a graph here has the UUID ", graph.uuid.ToString(),
                     " already; restore with a new one, or drop that graph"));
  }
  if (taken || uuid == RestoreUuid::kNew) graph.uuid = RandomUuid();
  SKG_ASSIGN_OR_RETURN(graph.number, catalog_.Reserve());
  names_.insert(FullName(graph));
  uuids_.insert(graph.uuid.ToString());
  return graph;
}

absl::Status ReservedGraphs::Release(const GraphDescription& graph,
                                     const absl::Status& restored) {
  names_.erase(FullName(graph));
  uuids_.erase(graph.uuid.ToString());
  SKG_RETURN_IF_ERROR(restored);
  // Somebody may have made a graph of that name meanwhile.
  SKG_RETURN_IF_ERROR(CheckNameIsFree(graph));
  return catalog_.Publish(graph);
}

}  // namespace skg::storage
