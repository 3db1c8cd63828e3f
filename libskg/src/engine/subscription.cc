#include <array>
#include <exception>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status.h"
#include "base/strings.h"
#include "engine/change.h"
#include "engine/match.h"
#include "engine/subscription_impl.h"
#include "skg/graph.h"

namespace skg {
namespace engine {
namespace {

// How long a stop may have to wait for a follower that waits for commits.
constexpr absl::Duration kWait = absl::Milliseconds(100);
// Changes decoded at a time: a commit may hold millions.
constexpr size_t kDecodeChanges = 1024;

}  // namespace

absl::StatusOr<ChangeFilter> ChangeFilter::Make(const StatementPattern& pattern,
                                                const GraphImpl& graph) {
  ChangeFilter filter;
  // The checks are those of a match; the terms are remembered in the order in
  // which it asks for them.
  std::vector<rdf::Term> terms;
  SKG_ASSIGN_OR_RETURN(
      const ResolvedPattern resolved,
      ResolvePattern(pattern, graph.names(), [&terms](const rdf::Term& term) {
        terms.push_back(term);
        return absl::StatusOr<rdf::TermId>(rdf::TermId{});
      }));
  filter.scope_ = resolved.scan.scope;
  filter.weight_min_ = pattern.weight_min;
  filter.weight_max_ = pattern.weight_max;
  filter.valid_at_ = pattern.valid_at;
  size_t next = 0;
  if (pattern.subject) filter.subject_.term = terms[next++];
  if (pattern.predicate) filter.predicate_.term = terms[next++];
  if (pattern.object) filter.object_.term = terms[next++];
  if (pattern.graph && !pattern.graph->empty())
    filter.graph_.term = terms[next++];
  return filter;
}

absl::Status ChangeFilter::Refresh(const storage::GraphStore& store) {
  for (Position* position : {&subject_, &predicate_, &object_, &graph_}) {
    if (!position->term || position->id.bound()) continue;
    SKG_ASSIGN_OR_RETURN(position->id, store.Lookup(*position->term));
  }
  return absl::OkStatus();
}

bool ChangeFilter::Matches(const storage::LoggedChange& change) const {
  const storage::StatementKey& key = change.key;
  if (scope_ == storage::GraphScope::kDefault && key.graph.bound())
    return false;
  if (!subject_.Matches(key.subject) || !predicate_.Matches(key.predicate) ||
      !object_.Matches(key.object) || !graph_.Matches(key.graph)) {
    return false;
  }
  if (change.operation == storage::LoggedChange::Operation::kRemove)
    return true;
  return change.weight >= weight_min_ && change.weight <= weight_max_;
}

bool ChangeFilter::Holds(const Statement& statement) const {
  if (!valid_at_) return true;
  return (!statement.valid_from || *statement.valid_from <= *valid_at_) &&
         (!statement.valid_to || *valid_at_ < *statement.valid_to);
}

absl::StatusOr<std::unique_ptr<SubscriptionImpl>> SubscriptionImpl::Start(
    std::shared_ptr<const GraphImpl> graph, const StatementPattern& pattern,
    uint64_t after_commit, std::function<void(const Change&)> on_change) {
  if (!on_change)
    return absl::InvalidArgumentError("on_change is empty; give a function");
  SKG_ASSIGN_OR_RETURN(ChangeFilter filter,
                       ChangeFilter::Make(pattern, *graph));
  const storage::GraphStore& store = graph->store();
  SKG_RETURN_IF_ERROR(store.Latest().status());  // dropped?
  const uint64_t last = store.last_commit();
  if (after_commit > last) {
    return absl::InvalidArgumentError(absl::StrCat(
        "commit ", after_commit, " is not there yet; the last one is ", last));
  }
  // Holds the log before it looks whether that reaches back far enough.
  auto follower = std::make_shared<Follower>(
      graph, std::move(filter), after_commit, std::move(on_change));
  if (after_commit < last)
    SKG_RETURN_IF_ERROR(
        store
            .ReadLog(after_commit + 1,
                     [](std::span<const storage::LoggedChange>) {
                       return absl::OkStatus();
                     })
            .status());

  std::unique_ptr<SubscriptionImpl> subscription(
      new SubscriptionImpl(std::move(follower)));
  try {
    subscription->thread_ =
        std::thread([follower = subscription->follower_] { follower->Run(); });
  } catch (const std::system_error& error) {
    return absl::ResourceExhaustedError(
        absl::StrCat("no thread for another subscription: ", error.what()));
  }
  return subscription;
}

SubscriptionImpl::~SubscriptionImpl() {
  follower_->stop.store(true, std::memory_order_release);
  if (!thread_.joinable()) return;
  if (thread_.get_id() == std::this_thread::get_id()) {
    // Destroyed by its own callback, against the rules: joining would never
    // end. The thread ends by itself once the callback returns.
    thread_.detach();
  } else {
    thread_.join();
  }
}

absl::Status SubscriptionImpl::status() const {
  const std::lock_guard lock(follower_->mutex);
  return follower_->ended;
}

void SubscriptionImpl::Follower::Run() {
  absl::Status reason;
  try {
    reason = Follow();
  } catch (const std::exception& error) {
    reason =
        absl::AbortedError(absl::StrCat("the callback threw: ", error.what()));
  } catch (...) {
    reason = absl::AbortedError("the callback threw");
  }
  hold.reset();
  const std::lock_guard lock(mutex);
  ended = std::move(reason);
}

absl::Status SubscriptionImpl::Follower::Follow() {
  const storage::GraphStore& store = graph->store();
  while (!stop.load(std::memory_order_acquire)) {
    const uint64_t done = position.load(std::memory_order_relaxed);
    if (!store.WaitForCommit(done, absl::Now() + kWait)) {
      if (store.dropped()) return store.Latest().status();
      // Beside a writer in another process, looking for commits can fail.
      if (store.read_only()) SKG_RETURN_IF_ERROR(store.Latest().status());
      continue;
    }
    SKG_RETURN_IF_ERROR(filter.Refresh(store));
    SKG_RETURN_IF_ERROR(
        store
            .ReadLog(done + 1,
                     [&](std::span<const storage::LoggedChange> changes) {
                       return Deliver(done + 1, changes);
                     })
            .status());
    if (!stop.load(std::memory_order_acquire)) {
      position.store(done + 1, std::memory_order_release);
      hold->Advance(done + 1);
    }
  }
  return absl::OkStatus();
}

absl::Status SubscriptionImpl::Follower::Deliver(
    uint64_t commit, std::span<const storage::LoggedChange> changes) {
  std::vector<const storage::LoggedChange*> matching;
  for (const storage::LoggedChange& change : changes) {
    if (!filter.Matches(change)) continue;
    matching.push_back(&change);
    if (matching.size() < kDecodeChanges) continue;
    SKG_RETURN_IF_ERROR(DeliverSome(commit, matching));
    matching.clear();
  }
  return DeliverSome(commit, matching);
}

absl::Status SubscriptionImpl::Follower::DeliverSome(
    uint64_t commit, const std::vector<const storage::LoggedChange*>& changes) {
  if (changes.empty()) return absl::OkStatus();
  // Terms and records are never changed, so the present view decodes past
  // commits too.
  SKG_ASSIGN_OR_RETURN(const storage::ReadView view, graph->store().Latest());
  std::vector<storage::StatementVersion> versions;
  versions.reserve(changes.size());
  for (const storage::LoggedChange* change : changes) {
    storage::StatementVersion& version = versions.emplace_back();
    version.operation = change->operation;
    version.row.key = change->key;
    version.row.commit = commit;
    version.row.weight = change->weight;
    version.row.has_record = change->has_record;
  }
  SKG_ASSIGN_OR_RETURN(const std::vector<Change> told,
                       DecodeChanges(view, graph->names(), versions));
  for (const Change& change : told) {
    if (stop.load(std::memory_order_acquire)) return absl::OkStatus();
    if (change.kind != Change::Kind::kRemoved &&
        !filter.Holds(change.statement)) {
      continue;
    }
    on_change(change);
  }
  return absl::OkStatus();
}

}  // namespace engine

using engine::SubscriptionImpl;

Subscription::Subscription(std::unique_ptr<SubscriptionImpl> impl)
    : impl_(std::move(impl)) {}
Subscription::Subscription(Subscription&&) noexcept = default;
Subscription& Subscription::operator=(Subscription&&) noexcept = default;
Subscription::~Subscription() = default;

absl::Status Subscription::status() const { return impl_->status(); }
uint64_t Subscription::position() const { return impl_->position(); }

}  // namespace skg
