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
}

void KeepRows(Batch& batch, const std::vector<uint32_t>& rows) {
  if (rows.size() == batch.rows) return;
  for (auto& column : batch.columns) {
    for (size_t i = 0; i < rows.size(); ++i) column[i] = column[rows[i]];
    column.resize(rows.size());
  }
  batch.rows = rows.size();
}

}  // namespace skg::query::exec
