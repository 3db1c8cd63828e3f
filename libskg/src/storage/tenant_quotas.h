// TenantQuotas: the limits of tenants and graphs that a directory remembers,
// and what they hold of them.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/catalog.h"
#include "storage/kv.h"
#include "storage/quota.h"

namespace skg::storage {

// Limits belong to names, so dropping a graph and making it again does not
// lift them. Statements are counted exactly: of a tenant, too, whose graphs
// commit at the same time. (A limit that is set while commits are under way
// binds those that come after.) Bytes are what the store's files and buffers
// take by its own estimate, measured when a commit would go over the limit, but
// not more often than costs a hundredth of the time; in between, what commits
// add is estimated.
// Thread safety: all methods from any thread.
class TenantQuotas final : public QuotaCheck {
 public:
  // Both must outlive it; of the catalog only readers are called, and PutQuota
  // under a lock of its own.
  TenantQuotas(KvStore& kv, Catalog& catalog) : kv_(kv), catalog_(catalog) {}

  // Reads the limits. O(limits).
  [[nodiscard]] absl::Status Load();

  // `graph` empty: of the tenant as a whole. Durable when it returns.
  // kInvalidArgument: a limit above 2^63 - 1.
  [[nodiscard]] absl::Status Set(std::string_view tenant,
                                 std::string_view graph,
                                 const QuotaLimits& limits);
  // Cost: of a tenant O(its graphs). What does not exist holds nothing.
  [[nodiscard]] absl::StatusOr<Quota> Get(std::string_view tenant,
                                          std::string_view graph) const;

  [[nodiscard]] bool Watches(const GraphDescription& graph) override;
  [[nodiscard]] absl::Status Admit(const GraphDescription& graph,
                                   const QuotaGrowth& growth) override;
  void Dropped(const GraphDescription& graph) override;

 private:
  struct Account {
    Account(std::string account_owner, const QuotaLimits& account_limits)
        : owner(std::move(account_owner)), limits(account_limits) {}
    [[nodiscard]] bool of_tenant() const {
      return owner.find('/') == std::string::npos;
    }

    const std::string owner;  // "tenant" or "tenant/graph"
    const QuotaLimits limits;

    std::mutex mutex;
    // Of the tenant's graphs as their writers last told; counted at the first
    // commit.
    bool counted = false;
    uint64_t statements = 0;
    absl::flat_hash_map<uint32_t, uint64_t> of_graph;
    uint64_t bytes = 0;  // measured, and since then estimated
    std::chrono::steady_clock::time_point measure_from;
  };
  using Accounts = std::vector<std::shared_ptr<Account>>;

  // Of the tenant, then of the graph: where there is one.
  [[nodiscard]] Accounts AccountsOf(const GraphDescription& graph) const;
  [[nodiscard]] absl::Status Count(Account& account) const;
  [[nodiscard]] absl::Status CheckStatements(Account& account, uint32_t graph,
                                             const QuotaGrowth& growth) const;
  [[nodiscard]] absl::Status CheckBytes(Account& account,
                                        const QuotaGrowth& growth) const;
  [[nodiscard]] absl::StatusOr<std::vector<uint32_t>> GraphsOf(
      std::string_view owner) const;
  [[nodiscard]] uint64_t MeasureBytes(std::vector<uint32_t> graphs) const;

  KvStore& kv_;
  Catalog& catalog_;
  std::mutex setting_;  // one Set at a time
  std::atomic<size_t> limits_{0};
  mutable std::mutex mutex_;
  absl::flat_hash_map<std::string, std::shared_ptr<Account>> accounts_;
};

}  // namespace skg::storage
