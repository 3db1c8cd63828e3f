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
#include "storage/statement_row.h"

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

  // The same with term numbers that somebody else gave.
  [[nodiscard]] absl::Status Write(
      std::span<const storage::StatementKey> statements, bool sync);

  // Out of memory into table files.
  [[nodiscard]] absl::Status Flush();
  // Reads keys and values of all statements with this predicate; their number.
  [[nodiscard]] absl::StatusOr<uint64_t> ScanPredicate(
      uint32_t predicate) const;

  // What a scan has decoded: rows and the sum (modulo 2^64) of all their
  // subjects, predicates and objects.
  struct Sum {
    uint64_t rows = 0, terms = 0;
    friend bool operator==(const Sum&, const Sum&) = default;
  };
  // Adds all statements of the order kGspo, or of the order kGpos those with a
  // predicate.
  [[nodiscard]] absl::Status SumAll(Sum& sum) const;
  [[nodiscard]] absl::Status SumPredicate(storage::TermId predicate,
                                          Sum& sum) const;

  // Iterates over every family. kInternal unless each has the expected number.
  [[nodiscard]] absl::StatusOr<uint64_t> CountedRows(uint64_t expected) const;
  [[nodiscard]] uint64_t wal_syncs() const;
  [[nodiscard]] uint64_t batches() const;

 private:
  struct State;
  template <typename Row>
  absl::Status ScanPrefix(size_t family, const std::string& prefix,
                          const Row& row) const;
  explicit RocksDb3Cf(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace skg::bench
