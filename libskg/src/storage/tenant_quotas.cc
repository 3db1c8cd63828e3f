#include "storage/tenant_quotas.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "storage/keys.h"

namespace skg::storage {

namespace {

using Clock = std::chrono::steady_clock;
using Resource = QuotaExceeded::Resource;

constexpr uint64_t kMaxLimit = INT64_MAX;
// Measuring may take this fraction of the time at most ...
constexpr int kMeasureShare = 100;
// ... and is not worth it more often than this.
constexpr Clock::duration kMeasurePause = std::chrono::milliseconds(100);

std::string OwnerOf(std::string_view tenant, std::string_view graph) {
  return graph.empty() ? std::string(tenant)
                       : absl::StrCat(av(tenant), "/", av(graph));
}

std::string Shown(std::string_view owner) {
  return absl::StrCat(
      owner.find('/') == std::string_view::npos ? "tenant \"" : "graph \"",
      av(owner), "\"");
}

// Families whose rows grow with what a graph holds.
bool HoldsData(Family family) {
  return family != Family::kCatalog && family != Family::kTasks &&
         family != Family::kFollowers;
}

}  // namespace

absl::Status TenantQuotas::Load() {
  SKG_ASSIGN_OR_RETURN(const auto quotas, catalog_.Quotas());
  const std::lock_guard lock(mutex_);
  for (const auto& [owner, limits] : quotas)
    accounts_[owner] = std::make_shared<Account>(owner, limits);
  limits_ = accounts_.size();
  return absl::OkStatus();
}

absl::Status TenantQuotas::Set(std::string_view tenant, std::string_view graph,
                               const QuotaLimits& limits) {
  for (const auto& limit : {limits.max_statements, limits.max_bytes}) {
    if (limit.value_or(0) > kMaxLimit) {
      return absl::InvalidArgumentError(absl::StrCat(
          "a quota of ", *limit, "; the greatest one is ", kMaxLimit));
    }
  }
  const std::string owner = OwnerOf(tenant, graph);
  const std::lock_guard setting(setting_);
  SKG_RETURN_IF_ERROR(catalog_.PutQuota(owner, limits));
  const std::lock_guard lock(mutex_);
  if (limits == QuotaLimits{}) {
    accounts_.erase(owner);
  } else {
    accounts_[owner] = std::make_shared<Account>(owner, limits);
  }
  limits_ = accounts_.size();
  return absl::OkStatus();
}

absl::StatusOr<Quota> TenantQuotas::Get(std::string_view tenant,
                                        std::string_view graph) const {
  const std::string owner = OwnerOf(tenant, graph);
  Quota quota;
  if (kv_.read_only()) {
    // Those that are remembered may be older.
    SKG_ASSIGN_OR_RETURN(const auto quotas, catalog_.Quotas());
    for (const auto& [of, limits] : quotas) {
      if (of == owner) quota.limits = limits;
    }
  } else {
    const std::lock_guard lock(mutex_);
    if (const auto it = accounts_.find(owner); it != accounts_.end())
      quota.limits = it->second->limits;
  }
  Account now(owner, quota.limits);
  SKG_RETURN_IF_ERROR(Count(now));
  quota.statements = now.statements;
  SKG_ASSIGN_OR_RETURN(auto graphs, GraphsOf(owner));
  quota.bytes = MeasureBytes(std::move(graphs));
  return quota;
}

TenantQuotas::Accounts TenantQuotas::AccountsOf(
    const GraphDescription& graph) const {
  Accounts accounts;
  if (limits_.load(std::memory_order_acquire) == 0) return accounts;
  const std::lock_guard lock(mutex_);
  for (const std::string& owner :
       {graph.tenant, OwnerOf(graph.tenant, graph.name)}) {
    if (const auto it = accounts_.find(owner); it != accounts_.end())
      accounts.push_back(it->second);
  }
  return accounts;
}

bool TenantQuotas::Watches(const GraphDescription& graph) {
  return !AccountsOf(graph).empty();
}

absl::Status TenantQuotas::Admit(const GraphDescription& graph,
                                 const QuotaGrowth& growth) {
  const Accounts accounts = AccountsOf(graph);
  // In one sequence everywhere: the tenant's before the graph's.
  std::vector<std::unique_lock<std::mutex>> locks;
  for (const auto& account : accounts) {
    locks.emplace_back(account->mutex);
    SKG_RETURN_IF_ERROR(CheckStatements(*account, graph.number, growth));
    SKG_RETURN_IF_ERROR(CheckBytes(*account, growth));
  }
  for (const auto& account : accounts) {
    account->bytes += growth.bytes;
    if (!account->counted) continue;
    account->statements += growth.statements_after - growth.statements_before;
    account->of_graph[graph.number] = growth.statements_after;
  }
  return absl::OkStatus();
}

absl::Status TenantQuotas::CheckStatements(Account& account, uint32_t graph,
                                           const QuotaGrowth& growth) const {
  if (!account.limits.max_statements) return absl::OkStatus();
  if (!account.counted) SKG_RETURN_IF_ERROR(Count(account));
  uint64_t& known = account.of_graph[graph];
  account.statements += growth.statements_before - known;
  known = growth.statements_before;
  if (growth.statements_after <= growth.statements_before)
    return absl::OkStatus();
  const uint64_t wanted = growth.statements_after - growth.statements_before;
  const uint64_t limit = *account.limits.max_statements;
  if (account.statements + wanted <= limit) return absl::OkStatus();
  return QuotaExceededStatus({Shown(account.owner), Resource::kStatements,
                              limit, account.statements, wanted});
}

absl::Status TenantQuotas::CheckBytes(Account& account,
                                      const QuotaGrowth& growth) const {
  if (!account.limits.max_bytes || growth.bytes == 0) return absl::OkStatus();
  const uint64_t limit = *account.limits.max_bytes;
  const auto fits = [&] { return account.bytes + growth.bytes <= limit; };
  const Clock::time_point begin = Clock::now();
  if (const bool never = account.measure_from == Clock::time_point();
      never || (!fits() && begin >= account.measure_from)) {
    SKG_ASSIGN_OR_RETURN(auto graphs, GraphsOf(account.owner));
    account.bytes = MeasureBytes(std::move(graphs));
    const Clock::time_point end = Clock::now();
    account.measure_from =
        end + std::max(kMeasurePause, kMeasureShare * (end - begin));
  }
  if (fits()) return absl::OkStatus();
  return QuotaExceededStatus({Shown(account.owner), Resource::kBytes, limit,
                              account.bytes, growth.bytes});
}

absl::Status TenantQuotas::Count(Account& account) const {
  SKG_ASSIGN_OR_RETURN(const auto graphs, GraphsOf(account.owner));
  account.of_graph.clear();
  account.statements = 0;
  SKG_ASSIGN_OR_RETURN(const auto heads, ReadHeads(kv_, graphs));
  for (size_t i = 0; i < graphs.size(); ++i) {
    if (!heads[i]) continue;
    account.of_graph[graphs[i]] = heads[i]->statements;
    account.statements += heads[i]->statements;
  }
  account.counted = true;
  return absl::OkStatus();
}

void TenantQuotas::Dropped(const GraphDescription& graph) {
  for (const auto& account : AccountsOf(graph)) {
    const std::lock_guard lock(account->mutex);
    const auto it = account->of_graph.find(graph.number);
    if (it == account->of_graph.end()) continue;
    account->statements -= it->second;
    account->of_graph.erase(it);
  }
}

absl::StatusOr<std::vector<uint32_t>> TenantQuotas::GraphsOf(
    std::string_view owner) const {
  const size_t slash = owner.find('/');
  if (slash == std::string_view::npos) return catalog_.GraphsOf(owner);
  SKG_ASSIGN_OR_RETURN(
      const auto graph,
      catalog_.Find(owner.substr(0, slash), owner.substr(slash + 1)));
  std::vector<uint32_t> graphs;
  if (graph) graphs.push_back(graph->number);
  return graphs;
}

// Graphs with neighbouring numbers are measured as one range.
uint64_t TenantQuotas::MeasureBytes(std::vector<uint32_t> graphs) const {
  std::sort(graphs.begin(), graphs.end());
  uint64_t bytes = 0;
  for (size_t i = 0; i < graphs.size();) {
    size_t last = i;
    while (last + 1 < graphs.size() && graphs[last + 1] == graphs[last] + 1)
      ++last;
    const std::string begin = GraphPrefix(graphs[i]);
    const std::string end = PrefixEnd(GraphPrefix(graphs[last]));
    for (size_t f = 0; f < kFamilyCount; ++f) {
      const auto family = static_cast<Family>(f);
      if (HoldsData(family)) bytes += kv_.ApproximateBytes(family, begin, end);
    }
    i = last + 1;
  }
  return bytes;
}

}  // namespace skg::storage
