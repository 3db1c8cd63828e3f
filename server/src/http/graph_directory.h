// Open graphs by name, so that a request does not open one.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "skg/engine.h"

namespace skg::server {

// Thread safety: all methods. Must be destroyed before the engine.
class GraphDirectory {
 public:
  explicit GraphDirectory(Engine& engine) : engine_(engine) {}

  // The graph `name` of a tenant. `main` is made when first asked for: a
  // tenant's default graph is there, empty or not.
  // Errors: kNotFound, kInvalidArgument (a malformed name).
  [[nodiscard]] absl::StatusOr<Graph> Open(const std::string& tenant,
                                           const std::string& name);

  // Errors: kAlreadyExists, kInvalidArgument (a malformed name). `main` exists
  // once anything was asked of it.
  [[nodiscard]] absl::Status Create(const std::string& tenant,
                                    const std::string& name);
  // Requests that have the graph already get kNotFound from now on.
  // Errors: kNotFound, kInvalidArgument.
  [[nodiscard]] absl::Status Drop(const std::string& tenant,
                                  const std::string& name);

 private:
  Engine& engine_;
  std::mutex changes_;  // held while a graph is made or dropped
  std::shared_mutex mutex_;
  uint64_t drops_ = 0;  // a graph opened before the last one may be gone
  std::map<std::string, Graph, std::less<>> open_;
};

}  // namespace skg::server
