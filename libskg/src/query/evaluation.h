// What the parts of one query's evaluation share: the view, the deadline and
// the memory account.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/cancellation.h"
#include "rdf/name.h"
#include "storage/read_view.h"

namespace skg::query {

// Bytes that one query holds for intermediate results. Not thread-safe.
class MemoryAccount {
 public:
  explicit MemoryAccount(uint64_t limit) : limit_(limit) {}

  [[nodiscard]] absl::Status Reserve(uint64_t bytes) {
    if (bytes > limit_ - used_) {
      return absl::ResourceExhaustedError(
          absl::StrCat("the query holds ", used_,
                       " bytes of intermediate results and may hold ", limit_,
                       "; narrow its patterns, or ask for fewer rows"));
    }
    used_ += bytes;
    return absl::OkStatus();
  }
  void Release(uint64_t bytes) { used_ -= bytes; }
  [[nodiscard]] uint64_t used() const { return used_; }
  [[nodiscard]] uint64_t limit() const { return limit_; }

 private:
  uint64_t limit_;
  uint64_t used_ = 0;
};

// Opening a scan costs about as much as reading this many rows of one.
inline constexpr uint64_t kDefaultRowsPerLookup = 64;

// Not thread-safe.
struct Evaluation {
  const storage::ReadView& view;
  const rdf::NameSpace& names;
  const Cancellation* cancellation;  // may be null
  MemoryAccount memory;
  uint64_t rows_per_lookup = kDefaultRowsPerLookup;

  // For loops over rows: looks at the clock now and then.
  [[nodiscard]] absl::Status Tick() {
    constexpr uint32_t kTicksPerCheck = 4096;
    if (cancellation == nullptr || ++ticks_ % kTicksPerCheck != 0)
      return absl::OkStatus();
    return cancellation->Check();
  }
  // For steps that each cost a seek or more.
  [[nodiscard]] absl::Status Check() const {
    return cancellation == nullptr ? absl::OkStatus() : cancellation->Check();
  }

  // Only statements that hold in the world then take part.
  std::optional<absl::Time> valid_at = std::nullopt;
  [[nodiscard]] absl::StatusOr<bool> Holds(
      const storage::StatementRow& row) const {
    if (!valid_at) return true;
    return view.HoldsAt(row, *valid_at);
  }

  // Whether each triple of the view has one statement, once that was asked.
  std::optional<bool> single_statements = std::nullopt;
  uint32_t ticks_ = 0;
};

}  // namespace skg::query
