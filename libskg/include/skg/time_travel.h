// The past of a graph: points in time, what differs between two of them, and
// the versions of one statement. See libskg/docs/time-travel.md.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "skg/export.h"
#include "skg/statement.h"

namespace skg {

namespace engine {
class DiffImpl;
}

// A state of a graph: that which a commit left, or that which held at a time.
class PointInTime {
 public:
  // Commit 0 is the empty graph before the first one.
  PointInTime(uint64_t commit) : at_(commit) {}  // NOLINT: meant to convert
  // A time to come means the present.
  PointInTime(absl::Time time) : at_(time) {}  // NOLINT: meant to convert

  [[nodiscard]] std::optional<uint64_t> commit() const {
    const auto* commit = std::get_if<uint64_t>(&at_);
    return commit != nullptr ? std::optional(*commit) : std::nullopt;
  }
  // Of a commit: InfinitePast.
  [[nodiscard]] absl::Time time() const {
    const auto* time = std::get_if<absl::Time>(&at_);
    return time != nullptr ? *time : absl::InfinitePast();
  }
  friend bool operator==(const PointInTime&, const PointInTime&) = default;

 private:
  std::variant<uint64_t, absl::Time> at_;
};

// Digits alone are a commit; else an ISO 8601 time such as 2024-01-15 or
// 2024-01-15T10:30:00Z (without a zone: UTC). Errors: kInvalidArgument.
[[nodiscard]] SKG_EXPORT absl::StatusOr<PointInTime> ParsePointInTime(
    std::string_view text);

// A statement that is not the same in two views.
struct Difference {
  enum class Kind { kAdded, kRemoved, kChanged };
  Kind kind = Kind::kAdded;
  // What the two views show; `before` of an added statement and `after` of a
  // removed one are empty.
  Statement before;
  Statement after;
};

struct DiffOptions {
  // As those of MatchOptions.
  bool include_metadata = false;
  bool include_identity = true;
  absl::Time deadline = absl::InfiniteFuture();
  // Ends the cursor's calls with kCancelled.
  std::stop_token stop = {};
};

// What differs between two views, fetched as it is asked for.
// Thread safety: one thread at a time. Lifetime: keeps its views alive; must be
// destroyed before the Engine. Memory: bounded.
class SKG_EXPORT DifferenceCursor {
 public:
  DifferenceCursor(DifferenceCursor&&) noexcept;
  DifferenceCursor& operator=(DifferenceCursor&&) noexcept;
  ~DifferenceCursor();

  // Fills `batch` (cleared first) with up to 2048 differences, in the order of
  // the index. False: the end. Errors: kDeadlineExceeded, kCancelled,
  // kDataLoss.
  [[nodiscard]] absl::StatusOr<bool> Next(std::vector<Difference>& batch);
  // All that is left. Memory: proportional to the result.
  [[nodiscard]] absl::StatusOr<std::vector<Difference>> ToVector();

 private:
  friend class Graph;
  explicit DifferenceCursor(std::unique_ptr<engine::DiffImpl> impl);
  std::unique_ptr<engine::DiffImpl> impl_;
};

// Who may forbid that a graph's past is forgotten: legal holds, an audit under
// way. See EngineOptions::hold_check. Thread safety: called from any thread,
// also from two at a time.
class SKG_EXPORT HoldCheck {
 public:
  virtual ~HoldCheck();
  // Asked before the horizon of a graph ("tenant/graph") moves, by age or by
  // Graph::ForgetHistoryBefore. OK: states that ended before `before` may go.
  // Else why not: the horizon stays, and whoever asked for it gets
  // kFailedPrecondition with that text. Must return soon, must not throw, and
  // must not call the engine.
  [[nodiscard]] virtual absl::Status MayForget(std::string_view graph,
                                               absl::Time before) = 0;
};

// How much of a graph's past there is.
struct HistoryLimits {
  // The first commit whose state can still be shown; 0: all can.
  uint64_t first_state = 0;
  // The first commit whose changes Watch can still tell.
  uint64_t first_change = 1;
  // How long superseded states are kept; unset: as EngineOptions say.
  std::optional<absl::Duration> kept_for;
};

}  // namespace skg
