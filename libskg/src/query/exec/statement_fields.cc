#include "query/exec/statement_fields.h"

#include "base/status.h"
#include "rdf/inline_value.h"

namespace skg::query::exec {
namespace {

using rdf::TermId;

// A number of the store's own: none of them is too large for an inline id.
absl::StatusOr<TermId> IntegerId(uint64_t value) {
  const auto id = rdf::InlineInteger(static_cast<int64_t>(value));
  if (!id) return absl::DataLossError("a number of a statement is too large");
  return *id;
}

// Weights have few digits in binary, so that doubles hold them exactly.
absl::StatusOr<TermId> WeightId(float weight) {
  const auto id = rdf::InlineDouble(weight);
  if (!id) return absl::DataLossError("the weight of a statement is none");
  return *id;
}

// Appends the ids of numbers; those of neighbours are often equal.
template <typename Number, typename Of, typename Make>
absl::Status AppendNumbers(std::span<const uint32_t> rows, const Of& of,
                           const Make& make, std::vector<TermId>* column) {
  Number last{};
  TermId id;
  for (const uint32_t row : rows) {
    const Number value = of(row);
    if (!id.bound() || value != last) {
      SKG_ASSIGN_OR_RETURN(id, make(value));
      last = value;
    }
    column->push_back(id);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<uint64_t> StatementFields::Created(
    const storage::StatementBatch& statements, uint32_t row) {
  if (statements.has_record[row] == 0) return statements.commit[row];
  // Each of these is a read of its own.
  constexpr uint32_t kReadsPerCheck = 256;
  if (++reads_ % kReadsPerCheck == 0) SKG_RETURN_IF_ERROR(context_.Check());
  SKG_ASSIGN_OR_RETURN(const storage::Record record,
                       context_.view.ReadRecord(statements.Row(row)));
  return record.created_commit;
}

absl::Status StatementFields::Append(StatementField field,
                                     const storage::StatementBatch& statements,
                                     std::span<const uint32_t> rows,
                                     std::vector<TermId>* column) {
  column->reserve(column->size() + rows.size());
  const auto copy = [&](const storage::BatchColumn<TermId>& from) {
    for (const uint32_t row : rows) column->push_back(from[row]);
    return absl::OkStatus();
  };
  switch (field) {
    case StatementField::kSubject:
      return copy(statements.subject);
    case StatementField::kPredicate:
      return copy(statements.predicate);
    case StatementField::kObject:
      return copy(statements.object);
    case StatementField::kGraph:
      return copy(statements.graph);
    case StatementField::kEdge:
      return AppendNumbers<uint64_t>(
          rows, [&](uint32_t row) { return statements.edge[row]; }, IntegerId,
          column);
    case StatementField::kWeight:
      return AppendNumbers<float>(
          rows, [&](uint32_t row) { return statements.weight[row]; }, WeightId,
          column);
    case StatementField::kVersion:
      return AppendNumbers<uint64_t>(
          rows, [&](uint32_t row) { return statements.commit[row]; }, IntegerId,
          column);
    case StatementField::kCreated:
      for (const uint32_t row : rows) {
        SKG_ASSIGN_OR_RETURN(const uint64_t created, Created(statements, row));
        SKG_ASSIGN_OR_RETURN(const TermId id, IntegerId(created));
        column->push_back(id);
      }
      return absl::OkStatus();
    case StatementField::kHasRecord:
      for (const uint32_t row : rows)
        column->push_back(rdf::InlineBoolean(statements.has_record[row] != 0));
      return absl::OkStatus();
  }
  return absl::OkStatus();
}

}  // namespace skg::query::exec
