#include "storage/rocksdb_reader_kv.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "rocksdb/env.h"
#include "storage/rocksdb_directory.h"
#include "storage/rocksdb_iterator.h"
#include "storage/rocksdb_reads.h"
#include "storage/rocksdb_secondary.h"
#include "storage/rocksdb_status.h"

namespace skg::storage {
namespace {

// Looking takes at most about a quarter of the time, however long one look
// takes.
constexpr int kRestAfterLook = 3;

rocksdb::Slice ToSlice(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}

// The states that are held. Thread safety: all methods from any thread.
class States {
 public:
  using Clock = std::chrono::steady_clock;
  // Keeps its state still.
  using Pin = std::shared_ptr<const RocksDbSecondary>;
  enum class Look { kIfDue, kNow };

  States(const RocksDbReaderFiles& files, absl::Duration interval)
      : interval_(absl::ToChronoNanoseconds(
            std::clamp(interval, absl::ZeroDuration(), absl::Hours(24)))) {
    for (Slot& slot : slots_) slot.state.emplace(files);
  }
  // Every pin is gone by then.
  ~States() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !moving_ && closing_ == 0; });
  }
  States(const States&) = delete;
  States& operator=(const States&) = delete;

  // The newest state. kResourceExhausted: to look now, but a state to look with
  // is not free.
  absl::StatusOr<Pin> Newest(Look look) {
    std::unique_lock lock(mutex_);
    if (look == Look::kNow) {
      SKG_RETURN_IF_ERROR(Move(lock));
    } else if (!moving_ && Due()) {
      // Where no state is free, or looking has failed, the rest tells.
      Move(lock).IgnoreError();
    }
    changed_.wait(lock, [&] { return newest_ != nullptr || !moving_; });
    if (newest_ == nullptr) return failure_;
    Slot* slot = newest_;
    ++slot->pins;
    return Pin(&*slot->state,
               [this, slot](const RocksDbSecondary*) { Release(slot); });
  }

 private:
  struct Slot {
    std::optional<RocksDbSecondary> state;
    size_t pins = 0;
    bool closing = false;
  };

  [[nodiscard]] bool Due() const {
    return Clock::now() - looked_at_ >=
           std::max<Clock::duration>(interval_, kRestAfterLook * look_took_);
  }

  // The one that is newest, where nobody holds it: there is no other then.
  Slot* FreeSlot() {
    if (newest_ != nullptr && newest_->pins == 0) return newest_;
    for (Slot& slot : slots_) {
      if (slot.pins == 0 && !slot.closing) return &slot;
    }
    return nullptr;
  }

  // Looks, after whoever looks already.
  absl::Status Move(std::unique_lock<std::mutex>& lock) {
    changed_.wait(lock, [&] {
      return !moving_ && (closing_ == 0 || FreeSlot() != nullptr);
    });
    Slot* const slot = FreeSlot();
    if (slot == nullptr) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "views of ", kReaderStates,
          " different states are open; end one of them to see a newer one"));
    }
    Slot* const before = newest_;
    if (slot == before) newest_ = nullptr;
    moving_ = true;
    lock.unlock();
    const auto start = Clock::now();
    absl::Status status = slot->state->MoveOn();
    lock.lock();
    moving_ = false;
    looked_at_ = start;
    look_took_ = Clock::now() - start;
    newest_ = status.ok() ? slot : nullptr;
    failure_ = status;
    if (before != nullptr && before != newest_) CloseUnlessHeld(lock, *before);
    changed_.notify_all();
    return status;
  }

  void Release(Slot* slot) {
    std::unique_lock lock(mutex_);
    --slot->pins;
    if (slot != newest_) CloseUnlessHeld(lock, *slot);
  }

  // A state that no new view will show takes memory for nothing.
  void CloseUnlessHeld(std::unique_lock<std::mutex>& lock, Slot& slot) {
    if (slot.pins > 0 || slot.closing) return;
    slot.closing = true;
    ++closing_;
    lock.unlock();
    slot.state->Close();
    lock.lock();
    slot.closing = false;
    --closing_;
    changed_.notify_all();
  }

  const Clock::duration interval_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::array<Slot, kReaderStates> slots_;
  Slot* newest_ = nullptr;  // null while it moves, and after a failure
  bool moving_ = false;     // somebody looks
  size_t closing_ = 0;
  absl::Status failure_ = absl::UnavailableError("nothing was looked at yet");
  Clock::time_point looked_at_;
  Clock::duration look_took_{0};
};

// Reads of one that could not be made give the reason.
class ReaderSnapshot final : public KvSnapshot {
 public:
  explicit ReaderSnapshot(absl::StatusOr<States::Pin> state)
      : state_(std::move(state)) {}
  [[nodiscard]] const absl::StatusOr<States::Pin>& state() const {
    return state_;
  }

 private:
  const absl::StatusOr<States::Pin> state_;
};

class FailedIterator final : public KvIterator {
 public:
  explicit FailedIterator(absl::Status status) : status_(std::move(status)) {}
  [[nodiscard]] bool Valid() const override { return false; }
  void Seek(std::string_view) override {}
  void SeekToFirst() override {}
  void SeekToLast() override {}
  void Next() override {}
  void Prev() override {}
  [[nodiscard]] std::string_view key() const override { return {}; }
  [[nodiscard]] std::string_view value() const override { return {}; }
  [[nodiscard]] absl::Status status() const override { return status_; }

 private:
  const absl::Status status_;
};

class PinnedIterator final : public KvIterator {
 public:
  PinnedIterator(States::Pin state, std::unique_ptr<KvIterator> rows)
      : state_(std::move(state)), rows_(std::move(rows)) {}
  [[nodiscard]] bool Valid() const override { return rows_->Valid(); }
  void Seek(std::string_view key) override { rows_->Seek(key); }
  void SeekToFirst() override { rows_->SeekToFirst(); }
  void SeekToLast() override { rows_->SeekToLast(); }
  void Next() override { rows_->Next(); }
  void Prev() override { rows_->Prev(); }
  [[nodiscard]] std::string_view key() const override { return rows_->key(); }
  [[nodiscard]] std::string_view value() const override {
    return rows_->value();
  }
  [[nodiscard]] absl::Status status() const override { return rows_->status(); }

 private:
  const States::Pin state_;
  const std::unique_ptr<KvIterator> rows_;
};

class NoBatch final : public KvBatch {
 public:
  void Put(Family, std::string_view, std::string_view) override {
    empty_ = false;
  }
  void Delete(Family, std::string_view) override { empty_ = false; }
  void DeleteRange(Family, std::string_view, std::string_view) override {
    empty_ = false;
  }
  void Clear() override { empty_ = true; }
  [[nodiscard]] size_t size_bytes() const override { return 0; }
  [[nodiscard]] bool empty() const override { return empty_; }

 private:
  bool empty_ = true;
};

class RocksReaderKv final : public KvStore {
 public:
  RocksReaderKv(RocksDbReaderFiles files, absl::Duration interval)
      : files_(std::move(files)), states_(files_, interval) {}

  [[nodiscard]] bool read_only() const override { return true; }
  // With what was replayed of the writer's log, for each state: the write
  // buffers of all of them are charged to the cache.
  [[nodiscard]] size_t memory_bytes() const override {
    return files_.memory.cache->GetUsage();
  }
  [[nodiscard]] std::function<void(size_t bytes)> lender() const override {
    return files_.memory.lender();
  }
  [[nodiscard]] absl::Status CatchUp() override {
    return states_.Newest(States::Look::kNow).status();
  }

  [[nodiscard]] std::unique_ptr<KvBatch> NewBatch() const override {
    return std::make_unique<NoBatch>();
  }
  [[nodiscard]] absl::Status Write(KvBatch&, WriteMode) override {
    return OpenedForReading();
  }
  [[nodiscard]] absl::Status Sync() override { return OpenedForReading(); }
  [[nodiscard]] absl::StatusOr<std::unique_ptr<KvCheckpoint>> NewCheckpoint()
      override {
    return OpenedForReading();
  }
  [[nodiscard]] absl::StatusOr<std::unique_ptr<KvSortedFile>> NewSortedFile(
      Family) override {
    return OpenedForReading();
  }
  [[nodiscard]] absl::Status Ingest(
      std::vector<std::unique_ptr<KvSortedFile>>) override {
    return OpenedForReading();
  }
  [[nodiscard]] absl::Status Flush() override { return OpenedForReading(); }

  [[nodiscard]] absl::StatusOr<bool> Get(
      Family family, std::string_view key, std::string* value,
      const KvSnapshot* snapshot) const override {
    SKG_ASSIGN_OR_RETURN(const States::Pin state, StateOf(snapshot));
    return RocksGet(state->db(), state->handle(family), PointReads(),
                    files_.directory, family, key, value);
  }

  [[nodiscard]] absl::StatusOr<std::vector<std::optional<std::string>>>
  MultiGet(Family family, std::span<const std::string> keys,
           const KvSnapshot* snapshot) const override {
    SKG_ASSIGN_OR_RETURN(const States::Pin state, StateOf(snapshot));
    return RocksMultiGet(state->db(), state->handle(family), PointReads(),
                         files_.directory, family, keys);
  }

  [[nodiscard]] std::unique_ptr<KvSnapshot> NewSnapshot() const override {
    return std::make_unique<ReaderSnapshot>(
        states_.Newest(States::Look::kIfDue));
  }

  [[nodiscard]] std::unique_ptr<KvIterator> NewIterator(
      Family family, const KvScanOptions& options) const override {
    absl::StatusOr<States::Pin> state = StateOf(options.snapshot);
    if (!state.ok()) return std::make_unique<FailedIterator>(state.status());
    auto rows = NewRocksIterator((*state)->db(), (*state)->handle(family),
                                 family, options, rocksdb::ReadOptions());
    return std::make_unique<PinnedIterator>(*std::move(state), std::move(rows));
  }

  [[nodiscard]] absl::StatusOr<uint64_t> DiskBytes() const override {
    std::vector<rocksdb::FileAttributes> files;
    const rocksdb::Status status = files_.target->GetChildrenFileAttributes(
        files_.directory, rocksdb::IOOptions(), &files, nullptr);
    if (!status.ok())
      return ToAbsl(status, absl::StrCat("listing ", files_.directory));
    uint64_t bytes = 0;
    for (const auto& file : files) bytes += file.size_bytes;
    return bytes;
  }

  [[nodiscard]] uint64_t ApproximateBytes(Family family, std::string_view begin,
                                          std::string_view end) const override {
    const auto state = StateOf(nullptr);
    if (!state.ok()) return 0;
    rocksdb::SizeApproximationOptions options;
    options.include_memtables = true;
    options.include_files = true;
    const rocksdb::Range range(ToSlice(begin), ToSlice(end));
    uint64_t bytes = 0;
    const rocksdb::Status status = (*state)->db().GetApproximateSizes(
        options, (*state)->handle(family), &range, 1, &bytes);
    return status.ok() ? bytes : 0;
  }

  [[nodiscard]] uint64_t wal_syncs() const override { return 0; }

 private:
  // A secondary knows no snapshots: it stands still while it is pinned.
  static rocksdb::ReadOptions PointReads() {
    rocksdb::ReadOptions options;
    options.total_order_seek = true;
    return options;
  }
  [[nodiscard]] absl::StatusOr<States::Pin> StateOf(
      const KvSnapshot* snapshot) const {
    if (snapshot == nullptr) return states_.Newest(States::Look::kIfDue);
    return static_cast<const ReaderSnapshot*>(snapshot)->state();
  }

  const RocksDbReaderFiles files_;
  mutable States states_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<KvStore>> OpenRocksDbReader(
    const std::string& directory, const RocksDbReaderOptions& options) {
  rocksdb::Env* below =
      options.env != nullptr ? options.env : rocksdb::Env::Default();
  SKG_ASSIGN_OR_RETURN(const std::string path,
                       CheckReadable(directory, *below));
  auto store = std::make_unique<RocksReaderKv>(
      RocksDbReaderFiles{.directory = path,
                         .target = below->GetFileSystem(),
                         .memory = RocksDbMemory(options.memory_bytes),
                         .log = options.log},
      options.catch_up_interval);
  SKG_RETURN_IF_ERROR(store->CatchUp());
  return store;
}

}  // namespace skg::storage
