#include "query/exec/operator.h"

#include <algorithm>

#include "absl/time/clock.h"
#include "base/status.h"

namespace skg::query::exec {

Operator::Operator(const plan::PlanNode& node, Context& context)
    : node_(node), context_(context), profile_(context.ProfileOf(node)) {
  if (profile_ != nullptr) ++profile_->runs;
}

absl::StatusOr<bool> Operator::Next(Batch& batch) {
  const int64_t begin = profile_ == nullptr ? 0 : absl::GetCurrentTimeNanos();
  absl::StatusOr<bool> more = true;
  do {
    SKG_RETURN_IF_ERROR(context_.Check());
    ResetBatch(batch, node_.schema.size());
    more = Pull(batch);
  } while (more.ok() && *more && batch.rows == 0);
  if (profile_ != nullptr) {
    profile_->nanoseconds += absl::GetCurrentTimeNanos() - begin;
    if (more.ok() && *more) {
      ++profile_->batches;
      profile_->rows += batch.rows;
    }
  }
  return more;
}

void Operator::NoteMemory(const MemoryCharge& charge) {
  if (profile_ != nullptr)
    profile_->most_bytes = std::max(profile_->most_bytes, charge.used());
}

void ResetBatch(Batch& batch, size_t columns) {
  batch.rows = 0;
  batch.columns.resize(columns);
  for (auto& column : batch.columns) column.clear();
  batch.counts.clear();
}

void KeepRows(Batch& batch, const std::vector<uint32_t>& rows) {
  if (rows.size() == batch.rows) return;
  for (auto& column : batch.columns) {
    for (size_t i = 0; i < rows.size(); ++i) column[i] = column[rows[i]];
    column.resize(rows.size());
  }
  if (!batch.counts.empty()) {
    for (size_t i = 0; i < rows.size(); ++i)
      batch.counts[i] = batch.counts[rows[i]];
    batch.counts.resize(rows.size());
  }
  batch.rows = rows.size();
}

void MergeNeighbours(plan::Repeats repeats, Batch& batch) {
  if (repeats == plan::Repeats::kKept || batch.rows < 2) return;
  const bool counted = repeats == plan::Repeats::kCounted;
  if (counted && batch.counts.empty()) batch.counts.assign(batch.rows, 1);
  // begins[i]: where group i of equal rows begins.
  std::vector<uint32_t> begins = {0};
  if (batch.columns.size() == 1) {
    const std::vector<rdf::TermId>& column = batch.columns[0];
    for (size_t row = 1; row < batch.rows; ++row) {
      if (column[row] != column[row - 1])
        begins.push_back(static_cast<uint32_t>(row));
    }
  } else {
    for (size_t row = 1; row < batch.rows; ++row) {
      bool equal = true;
      for (const auto& column : batch.columns)
        equal = equal && column[row] == column[row - 1];
      if (!equal) begins.push_back(static_cast<uint32_t>(row));
    }
  }
  if (begins.size() == batch.rows) return;
  if (counted) {
    for (size_t i = 0; i < begins.size(); ++i) {
      const size_t end = i + 1 < begins.size() ? begins[i + 1] : batch.rows;
      uint64_t sum = 0;
      for (size_t row = begins[i]; row < end; ++row) sum += batch.counts[row];
      batch.counts[begins[i]] = sum;
    }
  } else {
    batch.counts.clear();
  }
  KeepRows(batch, begins);
}

}  // namespace skg::query::exec
