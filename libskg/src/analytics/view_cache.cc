#include "analytics/view_cache.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace skg::analytics {
namespace {

// Slots are found by looking at each.
constexpr size_t kMostSlots = 64;

}  // namespace

// What is dropped is destroyed after the lock is given back: a view may be the
// last that holds its graph.

std::shared_ptr<ViewCache::Slot> ViewCache::SlotOf(uint32_t graph,
                                                   const ViewFilter& filter) {
  std::list<Entry> dropped;
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
  if (entries_.size() > kMostSlots)
    dropped.splice(dropped.begin(), entries_, std::prev(entries_.end()));
  return entries_.front().slot;
}

std::optional<GraphView> ViewCache::Latest(const Slot& slot) const {
  const std::lock_guard lock(mutex_);
  return slot.latest;
}

void ViewCache::Keep(const std::shared_ptr<Slot>& slot, const GraphView& view) {
  const size_t bytes = view.memory_bytes();
  if (bytes > most_bytes_) return;
  std::list<Entry> dropped;
  std::optional<GraphView> replaced;
  Names names;
  const std::lock_guard lock(mutex_);
  names.swap(names_);
  replaced.swap(slot->latest);
  slot->latest = view;
  slot->bytes = bytes;
  Trim(*slot, dropped);
}

void ViewCache::Trim(const Slot& but, std::list<Entry>& dropped) {
  size_t bytes = but.bytes;
  for (auto at = entries_.begin(); at != entries_.end();) {
    const auto entry = at++;
    if (entry->slot.get() == &but) continue;
    if (bytes + entry->slot->bytes <= most_bytes_) {
      bytes += entry->slot->bytes;
    } else {
      dropped.splice(dropped.end(), entries_, entry);
    }
  }
}

void ViewCache::Reclaim() {
  std::vector<GraphView> dropped;
  const std::lock_guard lock(mutex_);
  for (const Entry& entry : entries_) {
    std::optional<GraphView>& latest = entry.slot->latest;
    if (!latest) continue;
    names_.push_back(GraphViewImpl::Of(*latest).origin().names);
    dropped.push_back(*std::move(latest));
    latest.reset();
    entry.slot->bytes = 0;
  }
}

void ViewCache::Clear() {
  std::list<Entry> dropped;
  Names names;
  const std::lock_guard lock(mutex_);
  dropped.swap(entries_);
  names.swap(names_);
}

}  // namespace skg::analytics
