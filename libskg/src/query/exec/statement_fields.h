// What statements say, as columns of a batch.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "query/exec/context.h"
#include "query/statement_field.h"
#include "rdf/term_id.h"
#include "storage/read_view.h"

namespace skg::query::exec {

// Not thread-safe.
class StatementFields {
 public:
  explicit StatementFields(const Context& context) : context_(context) {}

  // Appends the field of these rows of `statements`, which are the context's
  // view's. Cost: for kCreated a read for each row that has a record. Errors:
  // kDataLoss, kDeadlineExceeded, kCancelled.
  [[nodiscard]] absl::Status Append(StatementField field,
                                    const storage::StatementBatch& statements,
                                    std::span<const uint32_t> rows,
                                    std::vector<rdf::TermId>* column);

 private:
  [[nodiscard]] absl::StatusOr<uint64_t> Created(
      const storage::StatementBatch& statements, uint32_t row);

  const Context& context_;
  uint32_t reads_ = 0;
};

}  // namespace skg::query::exec
