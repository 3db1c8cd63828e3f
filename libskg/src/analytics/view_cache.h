// ViewCache: the last view of each graph and filter, for the next call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "analytics/graph_view_impl.h"
#include "analytics/view_filter.h"
#include "skg/graph_view.h"

namespace skg::analytics {

// Thread-safe.
class ViewCache {
 public:
  // Views that together hold more are dropped, the least recently used first.
  explicit ViewCache(size_t most_bytes) : most_bytes_(most_bytes) {}

  // Whoever makes a view of this graph and filter holds `making`, so that the
  // next one waits and finds it.
  class Slot {
   public:
    std::timed_mutex making;

   private:
    friend class ViewCache;
    std::optional<GraphView> latest;  // these two are guarded by the cache
    size_t bytes = 0;
  };
  // `graph`: its number, which is never given to another.
  [[nodiscard]] std::shared_ptr<Slot> SlotOf(uint32_t graph,
                                             const ViewFilter& filter);

  // The view that was kept last, if it is still there.
  [[nodiscard]] std::optional<GraphView> Latest(const Slot& slot) const;
  void Keep(const std::shared_ptr<Slot>& slot, const GraphView& view);

  // Gives back the memory of all views that nobody else has: for
  // MemoryBudget::SetReclaim. Takes no lock but the cache's own, which is never
  // held while memory is taken, and lets go of no graph: that waits for the
  // next Keep.
  void Reclaim();
  // Drops everything.
  void Clear();

 private:
  struct Entry {
    uint32_t graph = 0;
    ViewFilter filter;
    std::shared_ptr<Slot> slot;
  };
  using Names = std::vector<std::shared_ptr<const VertexNames>>;
  void Trim(const Slot& but, std::list<Entry>& dropped);

  const size_t most_bytes_;
  mutable std::mutex mutex_;
  std::list<Entry> entries_;  // the most recently used first
  Names names_;               // of views that were reclaimed
};

}  // namespace skg::analytics
