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
// is cut to the first `keep`, unsorted, in time linear in the buffer. Terms
// compare as their names, by code point; a name is decoded only where an order
// or a tie at the cut needs it. Not thread-safe.
class RowSorter {
 public:
  RowSorter(const storage::ReadView& view, const rdf::NameSpace& names,
            OrderField field, bool descending, uint64_t keep,
            size_t budget_bytes);

  // What it takes to keep so many rows; a budget of less may do for fewer. The
  // least it takes is that of 0.
  [[nodiscard]] static size_t BytesFor(uint64_t keep);

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

  // What is compared, one after the other. The terms count by their names.
  enum class Level : uint8_t {
    kPrimary,
    kField,
    kSubject,
    kPredicate,
    kObject
  };

  absl::StatusOr<uint64_t> Primary(const storage::StatementRow& row) const;
  [[nodiscard]] rdf::TermId TermAt(Level level, const Entry& entry) const;
  // Cuts the buffer to its first `keep_` entries, in any order.
  absl::Status Cut(const Cancellation& cancellation);
  // One step of it: of entries [begin, end), which tie so far, those after the
  // `keep_`-th by this level go; what ties with that one is left in the range.
  absl::Status Narrow(Level level, size_t& begin, size_t& end,
                      const Cancellation& cancellation);
  absl::Status SortByNames(const Cancellation& cancellation);
  void SortByKeys();
  [[nodiscard]] bool KeyBefore(const Entry& a, const Entry& b) const;

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
