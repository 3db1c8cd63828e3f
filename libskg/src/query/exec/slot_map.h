// SlotMap: a small number for each id, as an index into arrays.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "base/status.h"
#include "query/exec/context.h"

namespace skg::query::exec {

// Ids whose bits lie close together, as the numbers of terms of one kind do,
// need no hashing: their slot is their distance from the least one. Not
// thread-safe; const methods from any thread.
class SlotMap {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  // Slots for these ids, of which `charge` pays.
  [[nodiscard]] absl::Status Build(const std::vector<rdf::TermId>& ids,
                                   MemoryCharge& charge) {
    if (ids.empty()) return absl::OkStatus();
    const auto [least, most] = std::minmax_element(ids.begin(), ids.end());
    base_ = least->bits;
    const uint64_t range = most->bits - least->bits;
    constexpr uint64_t kSparse = 8;  // times as many slots as ids
    if (range < kSparse * ids.size() + 1024 && range < kNone) {
      slots_ = static_cast<uint32_t>(range) + 1;
      return absl::OkStatus();
    }
    return Hash(ids, charge);
  }

  // All slots are below this.
  [[nodiscard]] size_t slots() const { return slots_; }

  // A slot that none but this id has; kNone or an unused slot of one that was
  // not given.
  [[nodiscard]] uint32_t Find(rdf::TermId id) const {
    if (keys_.empty()) {
      const uint64_t distance = id.bits - base_;
      return distance < slots_ ? static_cast<uint32_t>(distance) : kNone;
    }
    for (uint64_t at = HashOf(id) & mask_;; at = (at + 1) & mask_) {
      if (keys_[at] == id) return static_cast<uint32_t>(at);
      if (!keys_[at].bound()) return kNone;
    }
  }

 private:
  static uint64_t HashOf(rdf::TermId id) {
    const uint64_t hash = id.bits * 0x9E3779B97F4A7C15u;
    return hash ^ (hash >> 32);
  }
  absl::Status Hash(const std::vector<rdf::TermId>& ids, MemoryCharge& charge) {
    const size_t slots = std::bit_ceil(2 * ids.size() + 1);
    if (slots >= kNone) {
      return absl::ResourceExhaustedError(
          "a join of the query would hold more than 2^31 rows; narrow the "
          "query's patterns");
    }
    SKG_RETURN_IF_ERROR(charge.Add(slots * sizeof(rdf::TermId)));
    keys_.resize(slots);
    slots_ = static_cast<uint32_t>(slots);
    mask_ = slots - 1;
    for (const rdf::TermId id : ids) {
      SKG_RETURN_IF_ERROR(charge.context().Tick());
      uint64_t at = HashOf(id) & mask_;
      while (keys_[at].bound() && keys_[at] != id) at = (at + 1) & mask_;
      keys_[at] = id;
    }
    return absl::OkStatus();
  }

  uint64_t base_ = 0;
  uint32_t slots_ = 0;
  uint64_t mask_ = 0;
  std::vector<rdf::TermId> keys_;  // empty: by distance
};

}  // namespace skg::query::exec
