// The first k of many by byte-string key, in memory for k.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/status.h"
#include "query/evaluation.h"
#include "query/polled_sort.h"

namespace skg::query {

// Keys of different entries differ. Not thread-safe.
template <typename Payload>
class TopK {
 public:
  // `evaluation` must outlive this.
  TopK(uint64_t capacity, Evaluation& evaluation)
      : capacity_(capacity), evaluation_(evaluation) {}

  // The greatest key held, once there are `capacity`: what is not below it
  // cannot enter. Null: there is room.
  [[nodiscard]] const std::string* bound() const {
    return entries_.size() < capacity_ ? nullptr : &entries_.front().key;
  }

  // `bytes`: what the payload holds on the heap.
  [[nodiscard]] absl::Status Offer(const std::string& key, Payload payload,
                                   size_t bytes = 0) {
    if (capacity_ == 0) return absl::OkStatus();
    if (entries_.size() >= capacity_) {
      if (key >= entries_.front().key) return absl::OkStatus();
      std::pop_heap(entries_.begin(), entries_.end(), Less);
      evaluation_.memory.Release(Size(entries_.back()));
      entries_.pop_back();
    }
    Entry entry{key, std::move(payload), bytes};
    SKG_RETURN_IF_ERROR(evaluation_.memory.Reserve(Size(entry)));
    entries_.push_back(std::move(entry));
    std::push_heap(entries_.begin(), entries_.end(), Less);
    return absl::OkStatus();
  }

  // Ascending by key, without the first `offset`. Leaves this empty; the
  // account keeps the payloads' bytes.
  [[nodiscard]] absl::StatusOr<std::vector<Payload>> Take(uint64_t offset) {
    SKG_RETURN_IF_ERROR(PolledSort(evaluation_, entries_, Less));
    std::vector<Payload> out;
    if (offset < entries_.size()) out.reserve(entries_.size() - offset);
    for (uint64_t i = offset; i < entries_.size(); ++i) {
      out.push_back(std::move(entries_[i].payload));
    }
    entries_ = {};
    return out;
  }

 private:
  struct Entry {
    std::string key;
    Payload payload;
    size_t bytes;
  };
  static bool Less(const Entry& a, const Entry& b) { return a.key < b.key; }
  // The vector may hold twice what is in it.
  static size_t Size(const Entry& entry) {
    return 2 * sizeof(Entry) + entry.key.size() + entry.bytes;
  }

  uint64_t capacity_;
  Evaluation& evaluation_;
  std::vector<Entry> entries_;  // a heap, the greatest key first
};

}  // namespace skg::query
