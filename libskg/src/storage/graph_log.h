// GraphLog: the log of one graph, and the time of every commit, also of those
// whose entries were trimmed.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/history.h"
#include "storage/kv.h"
#include "storage/rows.h"

namespace skg::storage {

struct GraphDescription;

// The commits of one row of the table of times begin at a multiple of this.
inline constexpr uint64_t kCommitTimesPerChunk = 1024;

// Times of consecutive commits, each later than the one before; the bytes are
// settled in libskg/docs/formats.md.
[[nodiscard]] std::string EncodeCommitTimes(const std::vector<int64_t>& micros);
[[nodiscard]] absl::StatusOr<std::vector<int64_t>> DecodeCommitTimes(
    std::string_view bytes);

// While it lives, log entries after a commit are kept, up to the log's cap.
// Thread safety: one thread at a time.
class LogHold {
 public:
  // Gives back what comes up to and including `commit`.
  void Advance(uint64_t commit);
  ~LogHold();
  LogHold(const LogHold&) = delete;
  LogHold& operator=(const LogHold&) = delete;

 private:
  friend class GraphLog;
  struct Holds {
    std::mutex mutex;
    std::multiset<uint64_t> after;
  };
  LogHold(std::shared_ptr<Holds> holds, uint64_t after);

  std::shared_ptr<Holds> holds_;
  uint64_t after_;
};

// Takes changes of one commit, some at a time.
using ChangeVisitor =
    std::function<absl::Status(std::span<const LoggedChange>)>;

// Thread safety: all methods from any thread.
class GraphLog {
 public:
  // Both must outlive it.
  GraphLog(const GraphDescription& graph, KvStore& kv)
      : graph_(graph), kv_(kv) {}

  // Finds where the log begins; returns the last commit it holds, 0: none.
  [[nodiscard]] absl::StatusOr<uint64_t> Load(const KvSnapshot* at) const;
  // The first commit whose entry is kept.
  [[nodiscard]] uint64_t first() const {
    return first_.load(std::memory_order_acquire);
  }

  // As it is at `at` (null: the present). kOutOfRange: before first() (the
  // message says it), or not there yet. Of an entry by reference nothing is
  // visited. `begin` (null: nobody) is told the header before the first change;
  // its error ends it.
  using HeaderVisitor = std::function<absl::Status(const LogHeader& header)>;
  [[nodiscard]] absl::StatusOr<LogHeader> Read(
      uint64_t commit, const ChangeVisitor& visit,
      const KvSnapshot* at = nullptr,
      const HeaderVisitor& begin = nullptr) const;
  // Read at `at` (null: the present), which still shows a graph that was
  // dropped since. Errors: kOutOfRange (no such commit), kDataLoss. O(1), and
  // remembered.
  [[nodiscard]] absl::StatusOr<absl::Time> TimeOf(
      uint64_t commit, const KvSnapshot* at = nullptr);
  // The greatest commit of [low, high] whose time is <= `time`; low - 1: none.
  // low >= 1. O(log(high - low)).
  [[nodiscard]] absl::StatusOr<uint64_t> LastUpTo(
      absl::Time time, uint64_t low, uint64_t high,
      const KvSnapshot* at = nullptr);

  // Held while what is kept of the past is changed.
  [[nodiscard]] std::mutex& past() { return past_; }
  // Forgets the times that it remembers.
  void ReleaseMemory();

  [[nodiscard]] std::unique_ptr<LogHold> Hold(uint64_t after);
  // Drops the entries up to `through`; their times stay. In bounded batches,
  // each atomic. The entry of `last`, the graph's last commit, stays always.
  [[nodiscard]] absl::Status Trim(uint64_t through, uint64_t last);
  // Drops what the retention does not keep at this time.
  [[nodiscard]] absl::Status Trim(const LogRetention& retention, absl::Time now,
                                  uint64_t last);

 private:
  [[nodiscard]] std::string Name() const;
  [[nodiscard]] absl::StatusOr<int64_t> LoggedMicros(
      uint64_t commit, bool* found, const KvSnapshot* at) const;
  [[nodiscard]] absl::StatusOr<std::vector<int64_t>> TimesFrom(
      uint64_t chunk, const KvSnapshot* at) const;
  [[nodiscard]] absl::Status TrimSome(uint64_t through);
  [[nodiscard]] uint64_t BeyondCap(const LogRetention& retention,
                                   uint64_t last) const;

  const GraphDescription& graph_;
  KvStore& kv_;
  mutable std::atomic<uint64_t> first_{1};
  std::mutex past_;
  std::mutex mutex_;
  using Times = absl::flat_hash_map<uint64_t, absl::Time>;
  std::unique_ptr<Times> times_;           // null: none is remembered
  std::shared_ptr<LogHold::Holds> holds_;  // made with the first one
};

}  // namespace skg::storage
