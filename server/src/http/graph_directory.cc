#include "http/graph_directory.h"

#include <mutex>

#include "absl/strings/str_cat.h"

namespace skg::server {

namespace {

absl::StatusOr<std::string> FullName(const std::string& tenant,
                                     const std::string& name) {
  // A slash would name another tenant's graph.
  if (name.find('/') == std::string::npos)
    return absl::StrCat(tenant, "/", name);
  return absl::InvalidArgumentError(
      "a graph's name holds no slash; it is one of the key's tenant");
}

}  // namespace

absl::StatusOr<Graph> GraphDirectory::Open(const std::string& tenant,
                                           const std::string& name) {
  const absl::StatusOr<std::string> full = FullName(tenant, name);
  if (!full.ok()) return full.status();
  uint64_t drops = 0;
  {
    const std::shared_lock lock(mutex_);
    drops = drops_;
    if (auto found = open_.find(*full); found != open_.end()) {
      return found->second;
    }
  }
  auto graph = engine_.OpenGraph(*full, {.create = name == "main"});
  if (!graph.ok()) return graph.status();
  const std::unique_lock lock(mutex_);
  if (drops == drops_) open_.emplace(*full, *graph);
  return graph;
}

absl::Status GraphDirectory::Create(const std::string& tenant,
                                    const std::string& name) {
  const absl::StatusOr<std::string> full = FullName(tenant, name);
  if (!full.ok()) return full.status();
  const std::lock_guard lock(changes_);
  const absl::Status there = engine_.OpenGraph(*full).status();
  if (there.ok()) {
    return absl::AlreadyExistsError(absl::StrCat(
        "there is a graph ", name, " already; choose another name"));
  }
  if (!absl::IsNotFound(there)) return there;
  return engine_.OpenGraph(*full, {.create = true}).status();
}

absl::Status GraphDirectory::Drop(const std::string& tenant,
                                  const std::string& name) {
  const absl::StatusOr<std::string> full = FullName(tenant, name);
  if (!full.ok()) return full.status();
  const std::lock_guard changing(changes_);
  const absl::Status dropped = engine_.DropGraph(*full);
  const std::unique_lock lock(mutex_);
  ++drops_;
  open_.erase(*full);
  return dropped;
}

}  // namespace skg::server
