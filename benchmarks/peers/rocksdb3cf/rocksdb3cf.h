// The peer "rocksdb3cf": what writing statements costs if nothing is done but
// RocksDB's own work. Each statement is one put into each of three column
// families (its three orders), with keys and values of our layout.
//
// It gets what is only known after the work that we time: the terms' numbers
// (no dictionary, no names), that every statement is new (no look-up), no log
// of changes, no counts.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "harness/dataset.h"
#include "harness/options.h"
#include "harness/scratch_directory.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"

namespace skg::bench {

// Thread safety: Write from any thread; the rest, while none writes.
class RocksDb3Cf {
 public:
  // RocksDB's ways to write. (Unordered and pipelined exclude each other.)
  enum class WritePath { kPlain, kPipelined, kUnordered };
  static constexpr std::array kWritePaths = {
      WritePath::kPlain, WritePath::kPipelined, WritePath::kUnordered};
  [[nodiscard]] static std::string PathName(WritePath path);

  // In a new directory, removed at the end, with the memory and the options of
  // our own adapter but for the write path.
  [[nodiscard]] static absl::StatusOr<RocksDb3Cf> Open(const Options& options,
                                                       WritePath path);
  RocksDb3Cf(RocksDb3Cf&&) noexcept;
  ~RocksDb3Cf();

  // One batch of three puts a statement.
  [[nodiscard]] absl::Status Write(std::span<const TripleNumbers> triples,
                                   bool sync);

  // Out of memory into table files.
  [[nodiscard]] absl::Status Flush();
  // Reads keys and values of all statements with this predicate; their number.
  [[nodiscard]] absl::StatusOr<uint64_t> ScanPredicate(
      uint32_t predicate) const;

  // Iterates over every family. kInternal unless each has the expected number.
  [[nodiscard]] absl::StatusOr<uint64_t> CountedRows(uint64_t expected) const;
  [[nodiscard]] uint64_t wal_syncs() const;
  [[nodiscard]] uint64_t batches() const;

 private:
  struct State;
  explicit RocksDb3Cf(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace skg::bench
