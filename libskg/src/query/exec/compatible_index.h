// CompatibleIndex: the rows of a table that are compatible with a solution:
// equal on what both bind (SPARQL 1.1 Query, section 18.3).
#pragma once

#include <bit>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "base/status.h"
#include "query/exec/context.h"
#include "query/exec/row_table.h"

namespace skg::query::exec {

// Rows are parted by which of the shared columns they bind; each part has a
// hash table for each set of columns that it is asked by, made when first
// asked. Where everything is bound, as nearly always, that is one hash table.
// Not thread-safe; the table must not change once Build was called.
class CompatibleIndex {
 public:
  // `columns` of the table are those shared with the solutions asked for.
  CompatibleIndex(const RowTable& table, std::vector<size_t> columns,
                  MemoryCharge& charge)
      : table_(table), columns_(std::move(columns)), charge_(charge) {}

  [[nodiscard]] absl::Status Build();

  // Calls visit(row) -> bool for each row that is compatible with `values` (of
  // `columns`, some unbound), in the table's sequence within each part, until
  // it says false. Bit i of `any_of` is column i; unless it is 0, both must
  // bind one of these.
  template <typename Visit>
  [[nodiscard]] absl::Status ForEach(std::span<const rdf::TermId> values,
                                     uint64_t any_of, Visit visit) {
    const uint64_t bound = BoundMask(values);
    for (Part& part : parts_) {
      const uint64_t by = part.bound & bound;
      if (any_of != 0 && (by & any_of) == 0) continue;
      SKG_ASSIGN_OR_RETURN(const Buckets* buckets, BucketsBy(part, by));
      for (uint32_t at = buckets->First(Hash(values, by)); at != kEnd;
           at = buckets->next[at]) {
        SKG_RETURN_IF_ERROR(charge_.context().Tick());
        const uint32_t row = part.rows[at];
        if (!Equal(row, values, by)) continue;
        if (!visit(row)) return absl::OkStatus();
      }
    }
    return absl::OkStatus();
  }

 private:
  static constexpr uint32_t kEnd = UINT32_MAX;
  // Chains of positions in the part's rows, each ascending.
  struct Buckets {
    uint64_t by = 0;
    uint64_t mask = 0;  // buckets are a power of two
    std::vector<uint32_t> first, next;
    [[nodiscard]] uint32_t First(uint64_t hash) const {
      return first[hash & mask];
    }
  };
  struct Part {
    uint64_t bound = 0;
    std::vector<uint32_t> rows;
    std::vector<std::unique_ptr<Buckets>> by;
  };

  static uint64_t BoundMask(std::span<const rdf::TermId> values) {
    uint64_t mask = 0;
    for (size_t i = 0; i < values.size(); ++i) {
      if (values[i].bound()) mask |= uint64_t{1} << i;
    }
    return mask;
  }
  static uint64_t Mix(uint64_t hash, rdf::TermId id) {
    hash = (hash ^ id.bits) * 0x9E3779B97F4A7C15u;
    return hash ^ (hash >> 32);
  }
  static uint64_t Hash(std::span<const rdf::TermId> values, uint64_t by) {
    uint64_t hash = 0;
    for (; by != 0; by &= by - 1)
      hash = Mix(hash, values[static_cast<size_t>(std::countr_zero(by))]);
    return hash;
  }
  [[nodiscard]] uint64_t HashOfRow(uint32_t row, uint64_t by) const {
    uint64_t hash = 0;
    for (; by != 0; by &= by - 1) {
      hash = Mix(
          hash,
          table_.At(row, columns_[static_cast<size_t>(std::countr_zero(by))]));
    }
    return hash;
  }
  [[nodiscard]] bool Equal(uint32_t row, std::span<const rdf::TermId> values,
                           uint64_t by) const {
    for (; by != 0; by &= by - 1) {
      const auto i = static_cast<size_t>(std::countr_zero(by));
      if (table_.At(row, columns_[i]) != values[i]) return false;
    }
    return true;
  }
  absl::StatusOr<const Buckets*> BucketsBy(Part& part, uint64_t by);

  const RowTable& table_;
  const std::vector<size_t> columns_;
  MemoryCharge& charge_;
  std::vector<Part> parts_;
};

}  // namespace skg::query::exec
