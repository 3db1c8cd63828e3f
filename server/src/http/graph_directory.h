// Open graphs by name, so that a request does not open one.
#pragma once

#include <functional>
#include <map>
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

 private:
  Engine& engine_;
  std::shared_mutex mutex_;
  std::map<std::string, Graph, std::less<>> open_;
};

}  // namespace skg::server
