// Sorting that can be cancelled: std::sort cannot be left halfway.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/status.h"
#include "query/evaluation.h"

namespace skg::query {

// Merge sort over sorted chunks. Not stable. Needs room for another
// items.size() items. Errors: kDeadlineExceeded, kCancelled,
// kResourceExhausted; `items` are in no particular order then, and some are
// moved from.
template <typename T, typename Less>
[[nodiscard]] absl::Status PolledSort(Evaluation& evaluation,
                                      std::vector<T>& items, Less less) {
  constexpr size_t kChunk = size_t{1} << 14;
  const auto at = [](std::vector<T>& v, size_t i) {
    return v.begin() + static_cast<std::ptrdiff_t>(std::min(i, v.size()));
  };
  for (size_t begin = 0; begin < items.size(); begin += kChunk) {
    SKG_RETURN_IF_ERROR(evaluation.Check());
    std::sort(at(items, begin), at(items, begin + kChunk), less);
  }
  if (items.size() <= kChunk) return absl::OkStatus();

  SKG_RETURN_IF_ERROR(evaluation.memory.Reserve(items.size() * sizeof(T)));
  std::vector<T> merged;
  merged.reserve(items.size());
  for (size_t run = kChunk; run < items.size(); run *= 2) {
    merged.clear();
    for (size_t begin = 0; begin < items.size(); begin += 2 * run) {
      auto a = at(items, begin), b = at(items, begin + run);
      const auto a_end = b, b_end = at(items, begin + 2 * run);
      while (a != a_end || b != b_end) {
        SKG_RETURN_IF_ERROR(evaluation.Tick());
        const bool from_b = a == a_end || (b != b_end && less(*b, *a));
        merged.push_back(std::move(from_b ? *b++ : *a++));
      }
    }
    items.swap(merged);
  }
  evaluation.memory.Release(items.size() * sizeof(T));
  return absl::OkStatus();
}

}  // namespace skg::query
