// Sort keys: byte strings whose order is the order of rows that a query asks
// for.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "query/evaluation.h"
#include "query/pattern_query.h"
#include "query/term_names.h"
#include "storage/statement_row.h"

namespace skg::query {

// Not thread-safe.
class RowOrder {
 public:
  RowOrder(Evaluation& evaluation, PatternOrder order, bool descending);

  // keys[i] is the key of rows[i]. With a `bound`, a row whose key is certain
  // to be above it gets the empty key, at less cost. Keys of different triples
  // differ. Errors: kDataLoss, kResourceExhausted, kDeadlineExceeded,
  // kCancelled.
  [[nodiscard]] absl::Status Keys(std::span<const storage::StatementRow> rows,
                                  const std::string* bound,
                                  std::vector<std::string>& keys);

 private:
  enum class Part : uint8_t {
    kWeight,
    kCreated,
    kIds,
    kSubject,
    kPredicate,
    kObject
  };
  struct Field {
    Part part;
    bool descending = false;
  };

  absl::Status LoadNames(std::span<const storage::StatementRow> rows,
                         std::span<const size_t> alive, Part part);
  absl::Status AppendPart(const storage::StatementRow& row, Field field,
                          std::string& key);

  Evaluation& evaluation_;
  std::vector<Field> fields_;
  TermNames names_;
};

// The commit that inserted the statement of a row.
[[nodiscard]] absl::StatusOr<uint64_t> CreatedCommit(
    const storage::ReadView& view, const storage::StatementRow& row);

}  // namespace skg::query
