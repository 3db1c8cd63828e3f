// ViewCache: the last view of each graph and filter, for the next call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>

#include "analytics/view_filter.h"
#include "skg/graph_view.h"

namespace skg::analytics {

// Thread-safe.
class ViewCache {
 public:
  // Views that together hold more are dropped, the least recently used first.
  explicit ViewCache(size_t most_bytes) : most_bytes_(most_bytes) {}

  // `graph`: its number, which is never given to another.
  // Whoever makes a view of this graph and filter holds `making`, so that the
  // next one waits and finds it.
  struct Slot {
    std::timed_mutex making;
    std::optional<GraphView> latest;  // guarded by `making`
    size_t bytes = 0;                 // guarded by the cache
  };
  [[nodiscard]] std::shared_ptr<Slot> SlotOf(uint32_t graph,
                                             const ViewFilter& filter);

  // To be called after `latest` of a slot was set, by who holds `making`.
  void Keep(const std::shared_ptr<Slot>& slot);
  // Drops all views that nobody is making.
  void Clear();

 private:
  struct Entry {
    uint32_t graph = 0;
    ViewFilter filter;
    std::shared_ptr<Slot> slot;
  };
  void Trim(const Slot* but);

  const size_t most_bytes_;
  std::mutex mutex_;
  std::list<Entry> entries_;  // the most recently used first
};

}  // namespace skg::analytics
