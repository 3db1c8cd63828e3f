// How many requests a minute a key (or an address) may make.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "absl/time/time.h"
#include "config/settings.h"

namespace skg::server {

struct RateDecision {
  bool allowed = true;
  uint32_t limit = 0;  // 0: no limit applies, and the rest says nothing
  uint32_t remaining = 0;
  absl::Time reset;            // when the full limit is there again
  absl::Duration retry_after;  // where refused
};

// Fixed window (the default): 60 seconds that begin with a client's first
// request; in it the first `limit` pass. Token bucket: `burst` at once, then
// `limit` a minute.
// Memory: at most kMaxClients entries of some 100 bytes; past that those whose
// window is over are forgotten, then arbitrary others.
// Thread safety: all methods.
class RateLimiter {
 public:
  RateLimiter(RateLimitAlgorithm algorithm, uint32_t burst,
              absl::Duration max_retry_after);

  // Counts one request of `client`. A limit of 0 allows everything.
  RateDecision Take(std::string_view client, uint32_t limit, absl::Time now);

  [[nodiscard]] size_t clients() const;

  static constexpr size_t kShards = 16;
  static constexpr size_t kMaxClients = 65536;

 private:
  struct Client {
    absl::Time since;    // window's begin; bucket: when `tokens` was right
    uint32_t taken = 0;  // window
    double tokens = 0;   // bucket
  };
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<std::string, Client, Hash, std::equal_to<>> clients;
    absl::Time next_sweep = absl::InfinitePast();
  };

  static void MakeRoom(Shard& shard, absl::Time now);
  Client& Find(Shard& shard, std::string_view name, absl::Time now);
  RateDecision TakeWindow(Client& client, uint32_t limit, absl::Time now) const;
  RateDecision TakeToken(Client& client, uint32_t limit, absl::Time now) const;

  const RateLimitAlgorithm algorithm_;
  const uint32_t burst_;
  const absl::Duration max_retry_after_;
  std::array<Shard, kShards> shards_;
};

}  // namespace skg::server
