#include "storage/rocksdb_kv.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "rocksdb/cache.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/file_system.h"
#include "rocksdb/rate_limiter.h"
#include "rocksdb/sst_file_writer.h"
#include "rocksdb/write_batch.h"
#include "storage/rocksdb_checkpoint.h"
#include "storage/rocksdb_directory.h"
#include "storage/rocksdb_disk.h"
#include "storage/rocksdb_iterator.h"
#include "storage/rocksdb_reads.h"
#include "storage/rocksdb_status.h"
#include "storage/rocksdb_tuning.h"

namespace skg::storage {
namespace {

using rocksdb::ColumnFamilyHandle;

rocksdb::Slice ToSlice(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}

using Handles = std::array<ColumnFamilyHandle*, kFamilyCount>;

ColumnFamilyHandle* HandleOf(const Handles& handles, Family family) {
  return handles[static_cast<size_t>(family)];
}

class RocksBatch final : public KvBatch {
 public:
  explicit RocksBatch(const Handles& handles) : handles_(handles) {}

  void Put(Family family, std::string_view key,
           std::string_view value) override {
    if (!Fits(family, key, value)) return;
    Keep(batch_.Put(HandleOf(handles_, family), ToSlice(key), ToSlice(value)));
  }
  void Delete(Family family, std::string_view key) override {
    if (!Fits(family, key, {})) return;
    Keep(batch_.Delete(HandleOf(handles_, family), ToSlice(key)));
  }
  void DeleteRange(Family family, std::string_view begin,
                   std::string_view end) override {
    if (!Fits(family, begin, {}) || !Fits(family, end, {}) || end <= begin)
      return;
    Keep(batch_.DeleteRange(HandleOf(handles_, family), ToSlice(begin),
                            ToSlice(end)));
  }
  void Clear() override {
    batch_.Clear();
    status_ = absl::OkStatus();
  }
  [[nodiscard]] size_t size_bytes() const override {
    return batch_.GetDataSize();
  }
  [[nodiscard]] bool empty() const override { return batch_.Count() == 0; }

  [[nodiscard]] bool IsFor(const Handles& handles) const {
    return &handles_ == &handles;
  }
  [[nodiscard]] const absl::Status& status() const { return status_; }
  [[nodiscard]] rocksdb::WriteBatch& rocks() { return batch_; }

 private:
  bool Fits(Family family, std::string_view key, std::string_view value) {
    if (absl::Status size = CheckEntrySize(family, key, value); !size.ok()) {
      if (status_.ok()) status_ = std::move(size);
      return false;
    }
    if (batch_.GetDataSize() > kMaxBatchBytes) {
      if (status_.ok()) {
        status_ = absl::InvalidArgumentError(
            absl::StrCat("a batch of more than ", kMaxBatchBytes,
                         " bytes; write it in parts"));
      }
      return false;
    }
    return true;
  }
  void Keep(const rocksdb::Status& status) {
    if (!status.ok() && status_.ok())
      status_ = ToAbsl(status, "adding to a batch");
  }

  const Handles& handles_;
  rocksdb::WriteBatch batch_;
  absl::Status status_;
};

class RocksSnapshot final : public KvSnapshot {
 public:
  explicit RocksSnapshot(rocksdb::DB& db)
      : db_(db), snapshot_(db.GetSnapshot()) {}
  ~RocksSnapshot() override { db_.ReleaseSnapshot(snapshot_); }
  RocksSnapshot(const RocksSnapshot&) = delete;
  RocksSnapshot& operator=(const RocksSnapshot&) = delete;
  [[nodiscard]] const rocksdb::Snapshot* rocks() const { return snapshot_; }

 private:
  rocksdb::DB& db_;
  const rocksdb::Snapshot* const snapshot_;
};

rocksdb::ReadOptions MakeReadOptions(const KvSnapshot* snapshot) {
  rocksdb::ReadOptions options;
  options.total_order_seek = true;
  if (snapshot != nullptr) {
    options.snapshot = static_cast<const RocksSnapshot*>(snapshot)->rocks();
  }
  return options;
}

// Lies beside the store's files and is linked among them when it is ingested.
class RocksSortedFile final : public KvSortedFile {
 public:
  RocksSortedFile(rocksdb::Env& env, std::string path, Family family,
                  const rocksdb::Options& options, ColumnFamilyHandle* handle)
      : env_(env),
        path_(std::move(path)),
        family_(family),
        writer_(rocksdb::EnvOptions(options), options, handle,
                /*invalidate_page_cache=*/false) {}
  ~RocksSortedFile() override {
    // It is gone already where it was ingested.
    if (opened_) env_.DeleteFile(path_).PermitUncheckedError();
  }
  RocksSortedFile(const RocksSortedFile&) = delete;
  RocksSortedFile& operator=(const RocksSortedFile&) = delete;

  [[nodiscard]] absl::Status Open() {
    opened_ = true;
    return Result(writer_.Open(path_));
  }
  [[nodiscard]] absl::Status Put(std::string_view key,
                                 std::string_view value) override {
    SKG_RETURN_IF_ERROR(CheckEntrySize(family_, key, value));
    return Result(writer_.Put(ToSlice(key), ToSlice(value)));
  }
  [[nodiscard]] uint64_t size_bytes() const override {
    return const_cast<rocksdb::SstFileWriter&>(writer_).FileSize();
  }
  // Complete and on stable storage.
  [[nodiscard]] absl::Status Finish() { return Result(writer_.Finish()); }

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] Family family() const { return family_; }

 private:
  [[nodiscard]] absl::Status Result(const rocksdb::Status& status) const {
    return status.ok() ? absl::OkStatus()
                       : ToAbsl(status, absl::StrCat("writing ", path_));
  }

  rocksdb::Env& env_;
  const std::string path_;
  const Family family_;
  bool opened_ = false;
  rocksdb::SstFileWriter writer_;
};

class RocksKv final : public KvStore {
 public:
  RocksKv(std::string directory, const RocksDbOptions& options,
          rocksdb::Env& below)
      : directory_(std::move(directory)),
        below_(below),
        disk_(below.GetFileSystem(), options.log),
        env_(rocksdb::NewCompositeEnv(disk_.file_system())) {}

  ~RocksKv() override {
    if (db_ == nullptr) return;
    // What was only buffered outlives a clean end of the machine as well. There
    // is nobody left to tell if it fails: nothing was promised either.
    if (!stopped_) disk_.SyncLog().PermitUncheckedError();
    for (ColumnFamilyHandle* handle : opened_) {
      db_->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
    }
    db_->Close().PermitUncheckedError();
  }
  RocksKv(const RocksKv&) = delete;
  RocksKv& operator=(const RocksKv&) = delete;

  [[nodiscard]] absl::Status Open(const RocksDbOptions& options) {
    const RocksDbMemory memory(options.memory_bytes);
    cache_ = memory.cache;
    lender_ = memory.lender();
    rocksdb::DBOptions database =
        MakeDatabaseOptions(memory, env_.get(), options.log);
    database.create_if_missing = options.create;
    if (options.background_io_bytes > 0) {
      rate_limiter_.reset(rocksdb::NewGenericRateLimiter(
          static_cast<int64_t>(options.background_io_bytes)));
      database.rate_limiter = rate_limiter_;
    }
    database.create_missing_column_families = true;
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (size_t i = 0; i < kFamilyCount; ++i) {
      const auto family = static_cast<Family>(i);
      families.emplace_back(std::string(FamilyName(family)),
                            MakeFamilyOptions(family, memory));
    }
    // RocksDB insists on this one; it stays empty.
    families.emplace_back(rocksdb::kDefaultColumnFamilyName,
                          MakeFamilyOptions(Family::kFollowers, memory));
    rocksdb::DB* db = nullptr;
    const rocksdb::Status status =
        rocksdb::DB::Open(database, directory_, families, &opened_, &db);
    db_.reset(db);
    if (!status.ok()) return OpenError(Cause(status), directory_);
    std::copy_n(opened_.begin(), kFamilyCount, handles_.begin());
    return RemoveSortedFiles();
  }

  [[nodiscard]] std::unique_ptr<KvBatch> NewBatch() const override {
    return std::make_unique<RocksBatch>(handles_);
  }

  [[nodiscard]] absl::Status Write(KvBatch& batch, WriteMode mode) override {
    auto* own = dynamic_cast<RocksBatch*>(&batch);
    if (own == nullptr || !own->IsFor(handles_)) {
      return absl::InvalidArgumentError("a batch of another store");
    }
    SKG_RETURN_IF_ERROR(own->status());
    if (stopped_) return Stopped();
    if (own->empty()) return absl::OkStatus();
    rocksdb::WriteOptions options;
    options.sync = mode == WriteMode::kSync;
    return AfterWrite(db_->Write(options, &own->rocks()), "writing a batch");
  }

  [[nodiscard]] absl::Status Sync() override {
    if (stopped_) return Stopped();
    return AfterWrite(disk_.SyncLog(), "syncing the write-ahead log");
  }

  // Not through `disk_`: a file that cannot be written is no harm to the store.
  [[nodiscard]] absl::StatusOr<std::unique_ptr<KvSortedFile>> NewSortedFile(
      Family family) override {
    if (stopped_) return Stopped();
    if (const rocksdb::Status made = below_.CreateDirIfMissing(SortedFiles());
        !made.ok()) {
      return ToAbsl(made, absl::StrCat("making ", SortedFiles()));
    }
    ColumnFamilyHandle* handle = HandleOf(handles_, family);
    rocksdb::Options options = db_->GetOptions(handle);
    options.env = &below_;
    auto file = std::make_unique<RocksSortedFile>(
        below_, absl::StrCat(SortedFiles(), "/", ++sorted_files_, ".sst"),
        family, options, handle);
    SKG_RETURN_IF_ERROR(file->Open());
    return file;
  }

  [[nodiscard]] absl::Status Ingest(
      std::vector<std::unique_ptr<KvSortedFile>> files) override {
    if (stopped_) return Stopped();
    std::array<rocksdb::IngestExternalFileArg, kFamilyCount> arguments;
    for (const auto& file : files) {
      auto& own = static_cast<RocksSortedFile&>(*file);
      SKG_RETURN_IF_ERROR(own.Finish());
      auto& argument = arguments[static_cast<size_t>(own.family())];
      argument.external_files.push_back(own.path());
      argument.column_family = HandleOf(handles_, own.family());
      argument.options.move_files = true;
    }
    std::vector<rocksdb::IngestExternalFileArg> used;
    for (auto& argument : arguments) {
      if (!argument.external_files.empty()) used.push_back(std::move(argument));
    }
    if (used.empty()) return absl::OkStatus();
    return AfterWrite(db_->IngestExternalFiles(used), "adding sorted files");
  }

  [[nodiscard]] absl::StatusOr<bool> Get(
      Family family, std::string_view key, std::string* value,
      const KvSnapshot* snapshot) const override {
    return RocksGet(*db_, HandleOf(handles_, family), MakeReadOptions(snapshot),
                    directory_, family, key, value);
  }

  [[nodiscard]] absl::StatusOr<std::vector<std::optional<std::string>>>
  MultiGet(Family family, std::span<const std::string> keys,
           const KvSnapshot* snapshot) const override {
    return RocksMultiGet(*db_, HandleOf(handles_, family),
                         MakeReadOptions(snapshot), directory_, family, keys);
  }

  [[nodiscard]] std::unique_ptr<KvSnapshot> NewSnapshot() const override {
    return std::make_unique<RocksSnapshot>(*db_);
  }

  [[nodiscard]] std::unique_ptr<KvIterator> NewIterator(
      Family family, const KvScanOptions& options) const override {
    return NewRocksIterator(*db_, HandleOf(handles_, family), family, options,
                            MakeReadOptions(options.snapshot));
  }

  [[nodiscard]] absl::StatusOr<std::unique_ptr<KvCheckpoint>> NewCheckpoint()
      override {
    if (stopped_) return Stopped();
    std::unique_ptr<KvCheckpoint> checkpoint;
    const rocksdb::Status status = MakeCheckpoint(*db_, opened_, &checkpoint);
    if (status.ok()) return checkpoint;
    const std::string_view what = "making a checkpoint";
    // What only failed to be read harms nobody else.
    return disk_.failure().ok()
               ? ToAbsl(status, absl::StrCat(directory_, ": ", av(what)))
               : AfterWrite(status, what);
  }

  [[nodiscard]] absl::Status Flush() override {
    if (stopped_) return Stopped();
    return AfterWrite(db_->Flush(rocksdb::FlushOptions(), opened_), "flushing");
  }

  [[nodiscard]] absl::Status Compact(Family family, std::string_view begin,
                                     std::string_view end,
                                     std::atomic<bool>* stop) override {
    if (stopped_) return Stopped();
    if (end <= begin) return absl::OkStatus();
    rocksdb::CompactRangeOptions options;
    options.canceled = stop;
    const rocksdb::Slice first = ToSlice(begin), last = ToSlice(end);
    const rocksdb::Status status =
        db_->CompactRange(options, HandleOf(handles_, family), &first, &last);
    if (stop != nullptr && *stop) return absl::OkStatus();
    return AfterWrite(status, "compacting");
  }

  [[nodiscard]] absl::StatusOr<uint64_t> DiskBytes() const override {
    std::vector<rocksdb::Env::FileAttributes> files;
    const rocksdb::Status status =
        env_->GetChildrenFileAttributes(directory_, &files);
    if (!status.ok())
      return ToAbsl(status, absl::StrCat("listing ", directory_));
    uint64_t bytes = 0;
    for (const auto& file : files) bytes += file.size_bytes;
    return bytes;
  }

  [[nodiscard]] uint64_t ApproximateBytes(Family family, std::string_view begin,
                                          std::string_view end) const override {
    rocksdb::SizeApproximationOptions options;
    options.include_memtables = true;
    options.include_files = true;
    const rocksdb::Range range(ToSlice(begin), ToSlice(end));
    uint64_t bytes = 0;
    const rocksdb::Status status = db_->GetApproximateSizes(
        options, HandleOf(handles_, family), &range, 1, &bytes);
    return status.ok() ? bytes : 0;
  }

  // The memtables are charged to the cache.
  [[nodiscard]] std::string scratch_directory() const override {
    return directory_;
  }
  [[nodiscard]] size_t memory_bytes() const override {
    return cache_ == nullptr ? 0 : cache_->GetUsage();
  }
  [[nodiscard]] std::function<void(size_t bytes)> lender() const override {
    return lender_;
  }
  void AdmitBackgroundWrite(size_t size_bytes) override {
    if (rate_limiter_ == nullptr) return;
    const auto most = static_cast<size_t>(rate_limiter_->GetSingleBurstBytes());
    while (size_bytes > 0) {
      const size_t bytes = std::min(size_bytes, most);
      rate_limiter_->Request(static_cast<int64_t>(bytes), rocksdb::Env::IO_LOW,
                             nullptr, rocksdb::RateLimiter::OpType::kWrite);
      size_bytes -= bytes;
    }
  }
  [[nodiscard]] uint64_t background_bytes() const override {
    return rate_limiter_ == nullptr
               ? 0
               : static_cast<uint64_t>(rate_limiter_->GetTotalBytesThrough());
  }
  [[nodiscard]] uint64_t wal_syncs() const override {
    return disk_.log_syncs();
  }

 private:
  [[nodiscard]] std::string SortedFiles() const {
    return absl::StrCat(directory_, "/sorted");
  }
  // What a process that ended too early has left.
  [[nodiscard]] absl::Status RemoveSortedFiles() {
    std::vector<std::string> names;
    const rocksdb::Status listed = below_.GetChildren(SortedFiles(), &names);
    if (listed.IsNotFound() || listed.IsPathNotFound()) return absl::OkStatus();
    if (!listed.ok())
      return ToAbsl(listed, absl::StrCat("listing ", SortedFiles()));
    for (const std::string& name : names) {
      if (!name.ends_with(".sst")) continue;
      const std::string path = absl::StrCat(SortedFiles(), "/", name);
      if (const rocksdb::Status gone = below_.DeleteFile(path); !gone.ok())
        return ToAbsl(gone, absl::StrCat("removing ", path));
    }
    return absl::OkStatus();
  }

  // The first failed write stops the store: what is on the disk is then only
  // known after a recovery.
  absl::Status AfterWrite(const rocksdb::Status& status,
                          std::string_view what) {
    if (status.ok()) return absl::OkStatus();
    if (!status.IsInvalidArgument() && stopped_.exchange(true))
      return Stopped();
    return ToAbsl(Cause(status), absl::StrCat(directory_, ": ", av(what)));
  }
  // What RocksDB reports after a write has failed may be a consequence.
  [[nodiscard]] rocksdb::Status Cause(const rocksdb::Status& status) const {
    rocksdb::IOStatus failure = disk_.failure();
    return failure.ok() ? status : rocksdb::Status(failure);
  }
  [[nodiscard]] absl::Status Stopped() const {
    return absl::UnavailableError(absl::StrCat(
        directory_, ": the store has stopped after a write error; reopen it"));
  }

  const std::string directory_;
  rocksdb::Env& below_;
  std::atomic<uint64_t> sorted_files_{0};
  RocksDbDisk disk_;
  const std::unique_ptr<rocksdb::Env> env_;
  std::shared_ptr<rocksdb::Cache> cache_;
  std::function<void(size_t bytes)> lender_;
  std::shared_ptr<rocksdb::RateLimiter> rate_limiter_;  // null: no bound
  std::vector<ColumnFamilyHandle*> opened_;
  Handles handles_{};
  std::unique_ptr<rocksdb::DB> db_;
  std::atomic<bool> stopped_{false};
};

}  // namespace

absl::StatusOr<std::unique_ptr<KvStore>> OpenRocksDb(
    const std::string& directory, const RocksDbOptions& options) {
  rocksdb::Env* below =
      options.env != nullptr ? options.env : rocksdb::Env::Default();
  SKG_ASSIGN_OR_RETURN(const std::string path,
                       PrepareDirectory(directory, options.create, *below));
  auto store = std::make_unique<RocksKv>(path, options, *below);
  SKG_RETURN_IF_ERROR(store->Open(options));
  return store;
}

}  // namespace skg::storage
