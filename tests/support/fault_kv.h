// A key-value store that fails on demand, in SQLite's manner: the n-th write or
// the n-th read, alone or with every later one.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "storage/kv.h"

namespace skg::test {

// Which operations fail, counted from 1; 0: none. A failed write changes
// nothing in the store below.
struct FaultPlan {
  // Write, Sync, Ingest and the beginning of a sorted file.
  uint64_t write = 0;
  uint64_t read = 0;  // Get, MultiGet, and each move of an iterator
  bool every_later_one = false;
  absl::Status error = absl::UnavailableError("injected fault");
  // Called, with no lock, after each Write that did not fail, before its caller
  // knows.
  std::function<void()> after_write = nullptr;
  // Called, with no lock, after each snapshot is made, before its caller has it.
  std::function<void()> after_snapshot = nullptr;
};

// Thread-safe. The store below is shared, so that it survives to be reopened.
class FaultKv final : public storage::KvStore {
 public:
  explicit FaultKv(std::shared_ptr<storage::KvStore> below,
                   FaultPlan plan = {});

  // Operations so far, those that failed included.
  [[nodiscard]] uint64_t writes() const { return counters_->writes; }
  [[nodiscard]] uint64_t reads() const { return counters_->reads; }
  [[nodiscard]] bool fired() const { return counters_->fired; }

  [[nodiscard]] std::unique_ptr<storage::KvBatch> NewBatch() const override;
  [[nodiscard]] absl::Status Write(storage::KvBatch& batch,
                                   storage::WriteMode mode) override;
  [[nodiscard]] absl::Status Sync() override;
  [[nodiscard]] absl::StatusOr<std::unique_ptr<storage::KvSortedFile>>
  NewSortedFile(storage::Family family) override;
  [[nodiscard]] absl::Status Ingest(
      std::vector<std::unique_ptr<storage::KvSortedFile>> files) override;
  [[nodiscard]] absl::StatusOr<bool> Get(
      storage::Family family, std::string_view key, std::string* value,
      const storage::KvSnapshot* snapshot) const override;
  [[nodiscard]] absl::StatusOr<std::vector<std::optional<std::string>>>
  MultiGet(storage::Family family, std::span<const std::string> keys,
           const storage::KvSnapshot* snapshot) const override;
  [[nodiscard]] std::unique_ptr<storage::KvSnapshot> NewSnapshot()
      const override;
  [[nodiscard]] std::unique_ptr<storage::KvIterator> NewIterator(
      storage::Family family,
      const storage::KvScanOptions& options) const override;
  [[nodiscard]] absl::StatusOr<std::unique_ptr<storage::KvCheckpoint>>
  NewCheckpoint() override;
  [[nodiscard]] absl::Status Flush() override;
  [[nodiscard]] absl::StatusOr<uint64_t> DiskBytes() const override;
  [[nodiscard]] uint64_t ApproximateBytes(storage::Family family,
                                          std::string_view begin,
                                          std::string_view end) const override;
  [[nodiscard]] uint64_t wal_syncs() const override;

  // Shared with the iterators.
  struct Counters {
    explicit Counters(FaultPlan p) : plan(std::move(p)) {}
    [[nodiscard]] absl::Status OnWrite() { return Count(writes, plan.write); }
    [[nodiscard]] absl::Status OnRead() { return Count(reads, plan.read); }

    const FaultPlan plan;
    std::atomic<uint64_t> writes{0}, reads{0};
    std::atomic<bool> fired{false};

   private:
    absl::Status Count(std::atomic<uint64_t>& counter, uint64_t fail_at);
  };

 private:
  const std::shared_ptr<storage::KvStore> below_;
  const std::shared_ptr<Counters> counters_;
};

}  // namespace skg::test
