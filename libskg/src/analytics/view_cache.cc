#include "analytics/view_cache.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace skg::analytics {
namespace {

// Slots are found by looking at each.
constexpr size_t kMostSlots = 64;

}  // namespace

std::shared_ptr<ViewCache::Slot> ViewCache::SlotOf(uint32_t graph,
                                                   const ViewFilter& filter) {
  const std::lock_guard lock(mutex_);
  const auto at =
      std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
        return entry.graph == graph && entry.filter == filter;
      });
  if (at != entries_.end()) {
    entries_.splice(entries_.begin(), entries_, at);
    return at->slot;
  }
  entries_.push_front({graph, filter, std::make_shared<Slot>()});
  if (entries_.size() > kMostSlots) entries_.pop_back();
  return entries_.front().slot;
}

void ViewCache::Keep(const std::shared_ptr<Slot>& slot) {
  const std::lock_guard lock(mutex_);
  slot->bytes = slot->latest->memory_bytes();
  Trim(slot.get());
  if (slot->bytes > most_bytes_) slot->latest.reset();
}

void ViewCache::Trim(const Slot* but) {
  size_t bytes = 0;
  std::erase_if(entries_, [&](const Entry& entry) {
    if (bytes + entry.slot->bytes <= most_bytes_) {
      bytes += entry.slot->bytes;
      return false;
    }
    return entry.slot.get() != but;
  });
}

void ViewCache::Clear() {
  std::list<Entry> dropped;
  const std::lock_guard lock(mutex_);
  dropped.swap(entries_);
}

}  // namespace skg::analytics
