#include "support/fault_kv.h"

#include <utility>

#include "base/status.h"

namespace skg::test {
namespace {

using storage::Family;
using storage::KvBatch;
using storage::KvIterator;
using storage::KvScanOptions;
using storage::KvSnapshot;

class FaultIterator final : public KvIterator {
 public:
  FaultIterator(std::unique_ptr<KvIterator> below,
                std::shared_ptr<FaultKv::Counters> counters)
      : below_(std::move(below)), counters_(std::move(counters)) {}

  [[nodiscard]] bool Valid() const override {
    return status_.ok() && below_->Valid();
  }
  void Seek(std::string_view key) override {
    if (Moves()) below_->Seek(key);
  }
  void SeekToFirst() override {
    if (Moves()) below_->SeekToFirst();
  }
  void SeekToLast() override {
    if (Moves()) below_->SeekToLast();
  }
  void Next() override {
    if (Valid() && Moves()) below_->Next();
  }
  void Prev() override {
    if (Valid() && Moves()) below_->Prev();
  }
  [[nodiscard]] std::string_view key() const override { return below_->key(); }
  [[nodiscard]] std::string_view value() const override {
    return below_->value();
  }
  [[nodiscard]] absl::Status status() const override {
    return status_.ok() ? below_->status() : status_;
  }

 private:
  bool Moves() {
    status_ = counters_->OnRead();
    return status_.ok();
  }

  const std::unique_ptr<KvIterator> below_;
  const std::shared_ptr<FaultKv::Counters> counters_;
  absl::Status status_;
};

}  // namespace

absl::Status FaultKv::Counters::Count(std::atomic<uint64_t>& counter,
                                      uint64_t fail_at) {
  const uint64_t number = ++counter;
  if (fail_at == 0 || number < fail_at) return absl::OkStatus();
  if (number > fail_at && !plan.every_later_one) return absl::OkStatus();
  fired = true;
  return plan.error;
}

FaultKv::FaultKv(std::shared_ptr<KvStore> below, FaultPlan plan)
    : below_(std::move(below)),
      counters_(std::make_shared<Counters>(std::move(plan))) {}

std::unique_ptr<KvBatch> FaultKv::NewBatch() const {
  return below_->NewBatch();
}

absl::Status FaultKv::Write(KvBatch& batch, storage::WriteMode mode) {
  SKG_RETURN_IF_ERROR(counters_->OnWrite());
  SKG_RETURN_IF_ERROR(below_->Write(batch, mode));
  if (counters_->plan.after_write) counters_->plan.after_write();
  return absl::OkStatus();
}

absl::Status FaultKv::Sync() {
  SKG_RETURN_IF_ERROR(counters_->OnWrite());
  return below_->Sync();
}

absl::StatusOr<std::unique_ptr<storage::KvSortedFile>> FaultKv::NewSortedFile(
    Family family) {
  SKG_RETURN_IF_ERROR(counters_->OnWrite());
  return below_->NewSortedFile(family);
}

absl::Status FaultKv::Ingest(
    std::vector<std::unique_ptr<storage::KvSortedFile>> files) {
  SKG_RETURN_IF_ERROR(counters_->OnWrite());
  return below_->Ingest(std::move(files));
}

absl::StatusOr<bool> FaultKv::Get(Family family, std::string_view key,
                                  std::string* value,
                                  const KvSnapshot* snapshot) const {
  SKG_RETURN_IF_ERROR(counters_->OnRead());
  return below_->Get(family, key, value, snapshot);
}

absl::StatusOr<std::vector<std::optional<std::string>>> FaultKv::MultiGet(
    Family family, std::span<const std::string> keys,
    const KvSnapshot* snapshot) const {
  SKG_RETURN_IF_ERROR(counters_->OnRead());
  return below_->MultiGet(family, keys, snapshot);
}

std::unique_ptr<KvSnapshot> FaultKv::NewSnapshot() const {
  auto snapshot = below_->NewSnapshot();
  if (counters_->plan.after_snapshot) counters_->plan.after_snapshot();
  return snapshot;
}

std::unique_ptr<KvIterator> FaultKv::NewIterator(
    Family family, const KvScanOptions& options) const {
  return std::make_unique<FaultIterator>(below_->NewIterator(family, options),
                                         counters_);
}

absl::StatusOr<std::unique_ptr<storage::KvCheckpoint>>
FaultKv::NewCheckpoint() {
  return below_->NewCheckpoint();
}

absl::Status FaultKv::Flush() { return below_->Flush(); }
absl::StatusOr<uint64_t> FaultKv::DiskBytes() const {
  return below_->DiskBytes();
}
uint64_t FaultKv::ApproximateBytes(storage::Family family,
                                   std::string_view begin,
                                   std::string_view end) const {
  return below_->ApproximateBytes(family, begin, end);
}
uint64_t FaultKv::wal_syncs() const { return below_->wal_syncs(); }

}  // namespace skg::test
