// What a public Graph holds; shared by its copies and by its views.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "engine/engine_impl.h"
#include "query/plan/statistics_cache.h"
#include "rdf/name.h"
#include "skg/graph.h"
#include "storage/store.h"

namespace skg::engine {

// Thread-safe.
class GraphImpl {
 public:
  GraphImpl(EngineImpl& engine, storage::GraphStore store, rdf::NameSpace names)
      : engine_(engine),
        store_(std::move(store)),
        names_(std::move(names)),
        uuid_(store_.description().uuid.ToString()) {}

  [[nodiscard]] static Graph Wrap(std::shared_ptr<GraphImpl> impl) {
    return Graph(std::move(impl));
  }

  [[nodiscard]] EngineImpl& engine() const { return engine_; }
  [[nodiscard]] storage::GraphStore& store() { return store_; }
  [[nodiscard]] const storage::GraphStore& store() const { return store_; }
  [[nodiscard]] const rdf::NameSpace& names() const { return names_; }
  [[nodiscard]] const std::string& uuid() const { return uuid_; }
  // What the caller chose, else what the engine was opened with.
  [[nodiscard]] Durability DurabilityOf(const CommitOptions& options) const {
    return options.durability.value_or(engine_.durability());
  }

  // The figures last computed, if they are those of this commit: an unchanged
  // graph is scanned once however often it is asked.
  [[nodiscard]] std::optional<GraphStats> CachedStats(uint64_t commit) const {
    const std::lock_guard lock(stats_mutex_);
    if (!stats_ || stats_->first != commit) return std::nullopt;
    return stats_->second;
  }
  void CacheStats(uint64_t commit, const GraphStats& stats) const {
    const std::lock_guard lock(stats_mutex_);
    if (!stats_ || stats_->first <= commit) stats_.emplace(commit, stats);
  }
  // What queries of it have counted, for those to come.
  [[nodiscard]] query::plan::StatisticsCache& query_statistics() const {
    return query_statistics_;
  }

 private:
  EngineImpl& engine_;
  storage::GraphStore store_;
  rdf::NameSpace names_;
  std::string uuid_;
  mutable std::mutex stats_mutex_;
  mutable std::optional<std::pair<uint64_t, GraphStats>> stats_;
  mutable query::plan::StatisticsCache query_statistics_;
};

}  // namespace skg::engine
