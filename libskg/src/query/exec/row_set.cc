#include "query/exec/row_set.h"

#include <algorithm>

#include "base/status.h"

namespace skg::query::exec {

uint64_t RowSet::Hash(const std::vector<rdf::TermId>& row) {
  uint64_t hash = 0x243F6A8885A308D3u;
  for (const rdf::TermId id : row) {
    hash = (hash ^ id.bits) * 0x9E3779B97F4A7C15u;
    hash ^= hash >> 29;
  }
  return hash;
}

absl::Status RowSet::GrowTo(size_t buckets) {
  SKG_RETURN_IF_ERROR(charge_.Add(buckets * (sizeof(uint32_t) + 4)));
  charge_.Release(buckets_.size() * (sizeof(uint32_t) + 4));
  buckets_.assign(buckets, 0);
  hashes_.reserve(buckets / 2);
  for (size_t row = 0; row < hashes_.size(); ++row) {
    SKG_RETURN_IF_ERROR(charge_.context().Tick());
    size_t at = hashes_[row] & (buckets - 1);
    while (buckets_[at] != 0) at = (at + 1) & (buckets - 1);
    buckets_[at] = static_cast<uint32_t>(row + 1);
  }
  return absl::OkStatus();
}

absl::StatusOr<RowSet::Place> RowSet::Add(const std::vector<rdf::TermId>& row) {
  if (buckets_.size() < 2 * (size() + 1))
    SKG_RETURN_IF_ERROR(GrowTo(std::max<size_t>(16, 2 * buckets_.size())));
  const uint64_t hash = Hash(row);
  const size_t mask = buckets_.size() - 1;
  size_t at = hash & mask;
  for (; buckets_[at] != 0; at = (at + 1) & mask) {
    const size_t other = buckets_[at] - 1;
    if (hashes_[other] != hash) continue;
    bool equal = true;
    for (size_t c = 0; equal && c < row.size(); ++c)
      equal = rows_.At(other, c) == row[c];
    if (equal) return Place{other, false};
  }
  SKG_RETURN_IF_ERROR(rows_.AppendRow(row));
  hashes_.push_back(hash);
  buckets_[at] = static_cast<uint32_t>(size());
  return Place{size() - 1, true};
}

}  // namespace skg::query::exec
