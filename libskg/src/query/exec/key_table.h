// KeyTable: the rows of one input of a join on one variable, by their keys.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "query/exec/operator.h"
#include "query/exec/row_table.h"
#include "query/exec/slot_map.h"

namespace skg::query::exec {

// Thread safety: once it is built, const methods from any thread.
class KeyTable {
 public:
  static constexpr uint32_t kEnd = UINT32_MAX;  // no row

  // For the second input of a join for which IsKeyJoin holds; `context` is that
  // of the thread that builds it, and pays for it.
  KeyTable(const plan::PlanNode& join, Context& context);

  // Takes all rows of `input`. Errors: those of the input, kResourceExhausted.
  [[nodiscard]] absl::Status Build(Operator& input);

  // The rows have no column but the key, or nobody wants another: it only says
  // how many of them each key has.
  [[nodiscard]] bool only_counts() const { return only_counts_; }
  [[nodiscard]] bool empty() const { return slots_.slots() == 0; }
  // only_counts(): the number of solutions with this key.
  [[nodiscard]] uint64_t Sum(rdf::TermId key) const {
    const uint32_t slot = slots_.Find(key);
    return slot == SlotMap::kNone ? 0 : sums_[slot];
  }
  // Else: the rows with this key, as a chain that kEnd ends.
  [[nodiscard]] uint32_t First(rdf::TermId key) const {
    const uint32_t slot = slots_.Find(key);
    return slot == SlotMap::kNone ? kEnd : first_[slot];
  }
  [[nodiscard]] uint32_t Next(uint32_t row) const { return next_[row]; }

  [[nodiscard]] const RowTable& rows() const { return rows_; }
  // How many solutions a row stands for.
  [[nodiscard]] uint64_t CountOf(uint32_t row) const {
    return counts_.empty() ? 1 : counts_[row];
  }
  [[nodiscard]] const MemoryCharge& charge() const { return charge_; }

 private:
  absl::Status BuildSums(const std::vector<rdf::TermId>& keys);
  absl::Status BuildChains(const std::vector<rdf::TermId>& keys);

  MemoryCharge charge_;
  RowTable rows_;
  size_t key_;  // its column
  bool only_counts_;
  std::vector<uint64_t> counts_;  // of the rows; empty: 1 each
  SlotMap slots_;
  std::vector<uint64_t> sums_;          // of each slot,
  std::vector<uint32_t> first_, next_;  // or chains of rows
};

}  // namespace skg::query::exec
