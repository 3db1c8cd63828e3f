#include "auth/rate_limiter.h"

#include <algorithm>
#include <functional>

namespace skg::server {
namespace {

constexpr absl::Duration kWindow = absl::Minutes(1);
constexpr absl::Duration kSweepInterval = absl::Seconds(1);

}  // namespace

RateLimiter::RateLimiter(RateLimitAlgorithm algorithm, uint32_t burst,
                         absl::Duration max_retry_after)
    : algorithm_(algorithm), burst_(burst), max_retry_after_(max_retry_after) {}

RateDecision RateLimiter::Take(std::string_view client, uint32_t limit,
                               absl::Time now) {
  if (limit == 0) return {};
  Shard& shard = shards_[Hash{}(client) % kShards];
  const std::lock_guard lock(shard.mutex);
  Client& found = Find(shard, client, now);
  RateDecision decision = algorithm_ == RateLimitAlgorithm::kFixedWindow
                              ? TakeWindow(found, limit, now)
                              : TakeToken(found, limit, now);
  decision.limit = limit;
  decision.retry_after = std::min(decision.retry_after, max_retry_after_);
  return decision;
}

RateLimiter::Client& RateLimiter::Find(Shard& shard, std::string_view name,
                                       absl::Time now) {
  auto& clients = shard.clients;
  if (auto found = clients.find(name); found != clients.end()) {
    return found->second;
  }
  if (clients.size() >= kMaxClients / kShards) MakeRoom(shard, now);
  Client& added = clients[std::string(name)];
  added.since = now;
  added.tokens = burst_;
  return added;
}

void RateLimiter::MakeRoom(Shard& shard, absl::Time now) {
  // Not for each newcomer: a scan that finds nothing would be paid by all.
  if (now >= shard.next_sweep) {
    // A bucket untouched for a window's length has refilled or nearly so.
    std::erase_if(shard.clients, [&](const auto& entry) {
      return now - entry.second.since >= kWindow;
    });
    shard.next_sweep = now + kSweepInterval;
  }
  // All are in use: forgetting one lets a few requests too many pass, refusing
  // the newcomer would lock strangers out.
  if (shard.clients.size() >= kMaxClients / kShards) {
    shard.clients.erase(shard.clients.begin());
  }
}

RateDecision RateLimiter::TakeWindow(Client& client, uint32_t limit,
                                     absl::Time now) const {
  // A clock that was set back must not lengthen a window.
  if (now - client.since >= kWindow || now < client.since) {
    client.since = now;
    client.taken = 0;
  }
  RateDecision decision;
  decision.reset = client.since + kWindow;
  decision.allowed = client.taken < limit;
  if (decision.allowed) {
    ++client.taken;
  } else {
    decision.retry_after = decision.reset - now;
  }
  decision.remaining = limit - std::min(client.taken, limit);
  return decision;
}

RateDecision RateLimiter::TakeToken(Client& client, uint32_t limit,
                                    absl::Time now) const {
  const double per_second = limit / absl::ToDoubleSeconds(kWindow);
  const double gone = std::max(0.0, absl::ToDoubleSeconds(now - client.since));
  client.tokens = std::min<double>(burst_, client.tokens + gone * per_second);
  client.since = now;
  RateDecision decision;
  decision.allowed = client.tokens >= 1;
  if (decision.allowed) {
    client.tokens -= 1;
  } else {
    decision.retry_after = absl::Seconds((1 - client.tokens) / per_second);
  }
  decision.remaining = static_cast<uint32_t>(client.tokens);
  decision.reset = now + absl::Seconds((burst_ - client.tokens) / per_second);
  return decision;
}

size_t RateLimiter::clients() const {
  size_t sum = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    sum += shard.clients.size();
  }
  return sum;
}

}  // namespace skg::server
