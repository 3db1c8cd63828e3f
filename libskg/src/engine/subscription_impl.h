// What a public Subscription holds: a thread that follows a graph's log.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "engine/graph_impl.h"
#include "rdf/term.h"
#include "rdf/term_id.h"
#include "skg/statement.h"
#include "storage/graph_log.h"
#include "storage/store.h"

namespace skg::engine {

// A pattern against logged changes. Its terms may be unknown when it is made
// and come with a later commit. Not thread-safe.
class ChangeFilter {
 public:
  // Errors: kInvalidArgument that carries FieldErrors.
  [[nodiscard]] static absl::StatusOr<ChangeFilter> Make(
      const StatementPattern& pattern, const GraphImpl& graph);
  // Looks up terms that were unknown so far; before each commit's changes.
  [[nodiscard]] absl::Status Refresh(const storage::GraphStore& store);
  // A removal has no weight: it passes by its terms alone.
  [[nodiscard]] bool Matches(const storage::LoggedChange& change) const;
  // What only the record tells: whether the statement holds then.
  [[nodiscard]] bool Holds(const Statement& statement) const;

 private:
  struct Position {
    std::optional<rdf::Term> term;  // unset: matches everything
    rdf::TermId id;                 // unbound: not known yet
    [[nodiscard]] bool Matches(rdf::TermId other) const {
      // The default graph has no id either: unknown is not the same.
      return !term || (id.bound() && id == other);
    }
  };
  Position subject_, predicate_, object_, graph_;
  storage::GraphScope scope_ = storage::GraphScope::kUnion;
  float weight_min_ = 0.0f;
  float weight_max_ = 1.0f;
  std::optional<absl::Time> valid_at_;
};

class SubscriptionImpl {
 public:
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<SubscriptionImpl>> Start(
      std::shared_ptr<const GraphImpl> graph, const StatementPattern& pattern,
      uint64_t after_commit, std::function<void(const Change&)> on_change);
  // Waits for a callback that runs; none runs afterwards.
  ~SubscriptionImpl();
  SubscriptionImpl(const SubscriptionImpl&) = delete;
  SubscriptionImpl& operator=(const SubscriptionImpl&) = delete;

  [[nodiscard]] absl::Status status() const;
  [[nodiscard]] uint64_t position() const {
    return follower_->position.load(std::memory_order_acquire);
  }

 private:
  // Shared with the thread.
  struct Follower {
    Follower(std::shared_ptr<const GraphImpl> g, ChangeFilter f, uint64_t after,
             std::function<void(const Change&)> callback)
        : graph(std::move(g)),
          filter(std::move(f)),
          on_change(std::move(callback)),
          hold(graph->store().HoldLog(after)),
          position(after) {}

    void Run();
    absl::Status Follow();
    absl::Status Deliver(uint64_t commit,
                         std::span<const storage::LoggedChange> changes);
    absl::Status DeliverSome(
        uint64_t commit,
        const std::vector<const storage::LoggedChange*>& changes);

    const std::shared_ptr<const GraphImpl> graph;
    ChangeFilter filter;
    const std::function<void(const Change&)> on_change;
    // Of the log's entries that are still to come; of its thread once it runs.
    std::unique_ptr<storage::LogHold> hold;
    std::atomic<uint64_t> position;
    std::atomic<bool> stop{false};
    mutable std::mutex mutex;
    absl::Status ended;  // guarded by mutex
  };

  explicit SubscriptionImpl(std::shared_ptr<Follower> follower)
      : follower_(std::move(follower)) {}

  std::shared_ptr<Follower> follower_;
  std::thread thread_;
};

}  // namespace skg::engine
