// Putting the rows of a match in the order a caller asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/cancellation.h"
#include "rdf/name.h"
#include "skg/statement.h"
#include "storage/read_view.h"

namespace skg::engine {

// Takes rows in any order and gives the first `keep` of them back in the order
// asked for. Where `keep` is small it holds few more than that: a full buffer
// is sorted and cut (O(n log keep) in all). Terms compare as their names, by
// code point; a name is decoded only where an order or a tie needs it.
// Not thread-safe.
class RowSorter {
 public:
  RowSorter(const storage::ReadView& view, const rdf::NameSpace& names, OrderField field,
            bool descending, uint64_t keep, size_t budget_bytes);

  // Errors: kResourceExhausted (more rows than the budget holds), kDataLoss.
  [[nodiscard]] absl::Status Add(const std::vector<storage::StatementRow>& rows,
                                 const Cancellation& cancellation);
  [[nodiscard]] absl::StatusOr<std::vector<storage::StatementRow>> Finish(
      const Cancellation& cancellation);

 private:
  struct Entry {
    // What the order compares first, as a number (smaller comes first, also
    // for descending orders); 0 for orders by term.
    uint64_t primary;
    storage::StatementRow row;
  };

  absl::StatusOr<uint64_t> Primary(const storage::StatementRow& row) const;
  // Sorts the buffer and cuts it to `keep_`.
  absl::Status Cut(const Cancellation& cancellation);
  absl::Status SortByNames(const Cancellation& cancellation);
  void SortByKeys();

  const storage::ReadView& view_;
  const rdf::NameSpace& names_;
  OrderField field_;
  bool descending_;
  uint64_t keep_;
  size_t max_entries_;
  size_t cut_at_;
  std::vector<Entry> entries_;
  // Once `keep_` rows are held, a row with a greater primary is not wanted.
  uint64_t worst_primary_ = UINT64_MAX;
};

}  // namespace skg::engine
