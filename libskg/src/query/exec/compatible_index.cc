#include "query/exec/compatible_index.h"

#include <algorithm>
#include <utility>

namespace skg::query::exec {

absl::Status CompatibleIndex::Build() {
  if (columns_.size() > 64) {
    return absl::InvalidArgumentError(
        "a join of the query shares more than 64 variables; split the query");
  }
  SKG_RETURN_IF_ERROR(charge_.Add(table_.rows() * sizeof(uint32_t)));
  Part* part = nullptr;
  for (size_t row = 0; row < table_.rows(); ++row) {
    SKG_RETURN_IF_ERROR(charge_.context().Tick());
    uint64_t bound = 0;
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (table_.At(row, columns_[i]).bound()) bound |= uint64_t{1} << i;
    }
    if (part == nullptr || part->bound != bound) {
      const auto found =
          std::find_if(parts_.begin(), parts_.end(),
                       [&](const Part& p) { return p.bound == bound; });
      if (found == parts_.end()) {
        parts_.emplace_back().bound = bound;
        part = &parts_.back();
        if (parts_.size() == 1) part->rows.reserve(table_.rows());
      } else {
        part = &*found;
      }
    }
    part->rows.push_back(static_cast<uint32_t>(row));
  }
  return absl::OkStatus();
}

absl::StatusOr<const CompatibleIndex::Buckets*> CompatibleIndex::BucketsBy(
    Part& part, uint64_t by) {
  for (const auto& made : part.by) {
    if (made->by == by) return made.get();
  }
  auto buckets = std::make_unique<Buckets>();
  buckets->by = by;
  // Without columns every row is in the one bucket.
  const size_t count = by == 0 ? 1 : std::bit_ceil(part.rows.size() + 1);
  SKG_RETURN_IF_ERROR(
      charge_.Add((count + part.rows.size()) * sizeof(uint32_t)));
  buckets->mask = count - 1;
  buckets->first.assign(count, kEnd);
  buckets->next.resize(part.rows.size());
  for (size_t i = part.rows.size(); i-- > 0;) {
    SKG_RETURN_IF_ERROR(charge_.context().Tick());
    uint32_t& first =
        buckets->first[HashOfRow(part.rows[i], by) & buckets->mask];
    buckets->next[i] = first;
    first = static_cast<uint32_t>(i);
  }
  part.by.push_back(std::move(buckets));
  return part.by.back().get();
}

}  // namespace skg::query::exec
