// RowSet: distinct rows, in the sequence in which they first came.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "query/exec/row_table.h"

namespace skg::query::exec {

// Not thread-safe.
class RowSet {
 public:
  RowSet(size_t columns, MemoryCharge& charge)
      : charge_(charge), rows_(columns, charge) {}

  struct Place {
    size_t row = 0;
    bool is_new = false;
  };
  // The number of the row with these values. Errors: kResourceExhausted.
  [[nodiscard]] absl::StatusOr<Place> Add(const std::vector<rdf::TermId>& row);

  [[nodiscard]] size_t size() const { return rows_.rows(); }
  [[nodiscard]] const RowTable& rows() const { return rows_; }

 private:
  static uint64_t Hash(const std::vector<rdf::TermId>& row);
  absl::Status GrowTo(size_t buckets);

  MemoryCharge& charge_;
  RowTable rows_;
  std::vector<uint64_t> hashes_;   // of each row
  std::vector<uint32_t> buckets_;  // row + 1; open addressing, half full
};

}  // namespace skg::query::exec
