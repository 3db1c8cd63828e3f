#include "vector/vector_tail.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/status.h"
#include "vector/exact_search.h"
#include "vector/vector_rows.h"
#include "vector/vector_values.h"

namespace skg::vector {

namespace {

size_t StrideOf(uint32_t dimension) {
  constexpr size_t kStep = kVectorAlignment / sizeof(float);
  return (dimension + kStep - 1) / kStep * kStep;
}

}  // namespace

bool Better(const VectorMatch& a, const VectorMatch& b) {
  return a.score != b.score ? a.score > b.score : a.label < b.label;
}

VectorTail::VectorTail(const VectorIndexOptions& options, MemoryBudget* memory)
    : options_(options),
      stride_(StrideOf(options.dimension)),
      label_bytes_(LabelBytes(options)),
      memory_(memory) {}

VectorTail::~VectorTail() = default;

// Room for one more row. What it takes for a chunk is counted when that is
// made: the vectors, and about as much for labels and commits as they will be.
absl::Status VectorTail::Grow() {
  if (size() < chunks_.size() * kChunkRows) return absl::OkStatus();
  const size_t numbers = kChunkRows * stride_;
  const size_t bytes =
      numbers * sizeof(float) + kChunkRows * 2 * (label_bytes_ + 16);
  if (memory_ != nullptr) {
    if (reservation_.bytes() == 0) {
      SKG_ASSIGN_OR_RETURN(reservation_,
                           memory_->Reserve("vector index", bytes));
    } else {
      SKG_RETURN_IF_ERROR(reservation_.Resize(reservation_.bytes() + bytes));
    }
  }
  chunks_.emplace_back(numbers);
  return absl::OkStatus();
}

absl::Status VectorTail::Add(std::string_view label, uint64_t from,
                             std::span<const float> vector) {
  SKG_RETURN_IF_ERROR(Grow());
  std::copy(vector.begin(), vector.end(), At(size()));
  labels_.append(label);
  froms_.push_back(from);
  ends_.push_back(kNoEnd);
  return absl::OkStatus();
}

size_t VectorTail::DropThrough(uint64_t commit) {
  const auto gone =
      std::upper_bound(froms_.begin(), froms_.end(), commit) - froms_.begin();
  if (gone == 0) return 0;
  const auto dropped = static_cast<size_t>(gone);
  for (size_t row = dropped; row < size(); ++row)
    std::memcpy(At(row - dropped), At(row), stride_ * sizeof(float));
  labels_.erase(0, dropped * label_bytes_);
  froms_.erase(froms_.begin(), froms_.begin() + gone);
  ends_.erase(ends_.begin(), ends_.begin() + gone);
  const size_t chunks = chunks_.size();
  chunks_.resize((size() + kChunkRows - 1) / kChunkRows);
  if (memory_ != nullptr) {
    // Giving back does not fail.
    (void)reservation_.Resize(reservation_.bytes() / chunks * chunks_.size());
  }
  return dropped;
}

absl::Status VectorTail::Find(const Search& search,
                              std::vector<VectorMatch>& found) const {
  std::vector<Hit> best;  // by row of the tail
  uint64_t words[kChunkRows / 64];
  for (size_t chunk = 0; chunk < chunks_.size() && search.k > 0; ++chunk) {
    const size_t begin = chunk * kChunkRows;
    const size_t count = std::min(kChunkRows, size() - begin);
    std::fill(std::begin(words), std::end(words), 0);
    uint64_t allowed = 0;
    for (size_t i = 0; i < count; ++i) {
      const size_t row = begin + i;
      if (froms_[row] > search.commit || ends_[row] <= search.commit) continue;
      if (search.allowed && !search.allowed(label(row))) continue;
      words[i / 64] |= uint64_t{1} << (i % 64);
      ++allowed;
    }
    if (allowed == 0) continue;
    const AllowedRows rows{words, allowed};
    SKG_ASSIGN_OR_RETURN(
        const std::vector<Hit> hits,
        ExactSearch({chunks_[chunk].data(), static_cast<uint32_t>(count),
                     stride_, options_.dimension},
                    options_.metric, search.query, search.k, &rows,
                    search.cancellation));
    for (const Hit& hit : hits)
      best.push_back({hit.row + static_cast<uint32_t>(begin), hit.score});
    if (best.size() < 4 * search.k) continue;
    std::nth_element(best.begin(),
                     best.begin() + static_cast<ptrdiff_t>(search.k),
                     best.end());
    best.resize(search.k);
  }
  for (const Hit& hit : best) {
    found.push_back({std::string(label(hit.row)), hit.score, froms_[hit.row]});
  }
  return absl::OkStatus();
}

}  // namespace skg::vector
