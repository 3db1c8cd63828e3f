// The embedders that an engine knows by name.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "skg/embedder.h"

namespace skg::engine {

// Thread-safe.
class Embedders {
 public:
  using Map = std::map<std::string, std::shared_ptr<Embedder>, std::less<>>;
  explicit Embedders(Map given) : given_(std::move(given)) {}

  // Errors: kNotFound (the message lists those there are), kInvalidArgument (it
  // makes vectors of another dimension).
  [[nodiscard]] absl::StatusOr<std::shared_ptr<Embedder>> Find(
      std::string_view name, uint32_t dimension);

 private:
  const Map given_;
  std::mutex mutex_;
  std::map<uint32_t, std::shared_ptr<Embedder>> hashing_;  // by dimension
};

}  // namespace skg::engine
