#include "query/exec/row_table.h"

#include <algorithm>

#include "base/status.h"
#include "query/exec/operator.h"

namespace skg::query::exec {

absl::Status RowTable::Reserve(size_t more) {
  if (rows_ + more <= capacity_) return absl::OkStatus();
  if (rows_ + more > kMostRows) {
    return absl::ResourceExhaustedError(
        "an operator of the query would hold more than 2^32 rows; narrow the "
        "query's patterns");
  }
  const size_t capacity =
      std::max({rows_ + more, capacity_ + capacity_ / 2, size_t{16}});
  // The old columns live until the new ones are filled, one at a time.
  const size_t row = columns_.size() * sizeof(rdf::TermId);
  SKG_RETURN_IF_ERROR(
      charge_.Add((capacity - capacity_) * row + capacity_ * 8));
  for (auto& column : columns_) column.reserve(capacity);
  charge_.Release(capacity_ * 8);
  capacity_ = capacity;
  return absl::OkStatus();
}

absl::Status RowTable::Append(const Batch& batch) {
  SKG_RETURN_IF_ERROR(Reserve(batch.rows));
  for (size_t c = 0; c < columns_.size(); ++c) {
    columns_[c].insert(columns_[c].end(), batch.columns[c].begin(),
                       batch.columns[c].end());
  }
  rows_ += batch.rows;
  return absl::OkStatus();
}

absl::Status RowTable::AppendRow(const Batch& batch, size_t row) {
  SKG_RETURN_IF_ERROR(Reserve(1));
  for (size_t c = 0; c < columns_.size(); ++c)
    columns_[c].push_back(batch.columns[c][row]);
  ++rows_;
  return absl::OkStatus();
}

absl::Status RowTable::AppendRow(const std::vector<rdf::TermId>& row) {
  SKG_RETURN_IF_ERROR(Reserve(1));
  for (size_t c = 0; c < columns_.size(); ++c) columns_[c].push_back(row[c]);
  ++rows_;
  return absl::OkStatus();
}

void RowTable::Clear() {
  for (auto& column : columns_) column.clear();
  rows_ = 0;
}

void RowTable::Keep(const std::vector<uint32_t>& rows) {
  for (auto& column : columns_) {
    for (size_t i = 0; i < rows.size(); ++i) column[i] = column[rows[i]];
    column.resize(rows.size());
  }
  rows_ = rows.size();
}

absl::Status ReadAll(Operator& input, RowTable& table,
                     std::vector<uint64_t>* counts) {
  Batch batch;
  for (;;) {
    SKG_ASSIGN_OR_RETURN(const bool more, input.Next(batch));
    if (!more) return absl::OkStatus();
    SKG_RETURN_IF_ERROR(table.Append(batch));
    if (batch.counts.empty() && counts->empty()) continue;
    const size_t before = counts->capacity();
    counts->resize(table.rows() - batch.rows, 1);
    for (size_t row = 0; row < batch.rows; ++row)
      counts->push_back(batch.CountOf(row));
    SKG_RETURN_IF_ERROR(
        table.charge().Add((counts->capacity() - before) * sizeof(uint64_t)));
  }
}

}  // namespace skg::query::exec
