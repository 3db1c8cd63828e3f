// Sorting rows so that a deadline is kept: std::sort cannot be left
// halfway.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/status.h"
#include "query/exec/context.h"

namespace skg::query::exec {

// Merge sort over sorted chunks. `less` must be a strict total order. Needs
// room for another rows.size() of them, charged to `charge`.
// Errors: kDeadlineExceeded, kCancelled, kResourceExhausted.
template <typename Row, typename Less>
[[nodiscard]] absl::Status SortRows(std::vector<Row>& rows,
                                    MemoryCharge& charge, Less less) {
  constexpr size_t kChunk = size_t{1} << 13;
  const auto at = [](std::vector<Row>& v, size_t i) {
    return v.begin() + static_cast<std::ptrdiff_t>(std::min(i, v.size()));
  };
  for (size_t begin = 0; begin < rows.size(); begin += kChunk) {
    SKG_RETURN_IF_ERROR(charge.context().Check());
    std::sort(at(rows, begin), at(rows, begin + kChunk), less);
  }
  if (rows.size() <= kChunk) return absl::OkStatus();

  const size_t bytes = rows.size() * sizeof(Row);
  SKG_RETURN_IF_ERROR(charge.Add(bytes));
  std::vector<Row> merged;
  merged.reserve(rows.size());
  for (size_t run = kChunk; run < rows.size(); run *= 2) {
    merged.clear();
    for (size_t begin = 0; begin < rows.size(); begin += 2 * run) {
      auto a = at(rows, begin), b = at(rows, begin + run);
      const auto a_end = b, b_end = at(rows, begin + 2 * run);
      while (a != a_end || b != b_end) {
        SKG_RETURN_IF_ERROR(charge.context().Tick());
        const bool from_b = a == a_end || (b != b_end && less(*b, *a));
        merged.push_back(from_b ? *b++ : *a++);
      }
    }
    rows.swap(merged);
  }
  charge.Release(bytes);
  return absl::OkStatus();
}

}  // namespace skg::query::exec
