#include "http/graph_directory.h"

#include <mutex>

#include "absl/strings/str_cat.h"

namespace skg::server {

absl::StatusOr<Graph> GraphDirectory::Open(const std::string& tenant,
                                           const std::string& name) {
  // A slash would name another tenant's graph.
  if (name.find('/') != std::string::npos) {
    return absl::InvalidArgumentError(
        "a graph's name holds no slash; it is one of the key's tenant");
  }
  const std::string full = absl::StrCat(tenant, "/", name);
  {
    const std::shared_lock lock(mutex_);
    if (auto found = open_.find(full); found != open_.end()) {
      return found->second;
    }
  }
  auto graph = engine_.OpenGraph(full, {.create = name == "main"});
  if (!graph.ok()) return graph.status();
  const std::unique_lock lock(mutex_);
  return open_.emplace(full, *std::move(graph)).first->second;
}

}  // namespace skg::server
