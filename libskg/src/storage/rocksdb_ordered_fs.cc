#include "storage/rocksdb_ordered_fs.h"

#include <mutex>
#include <string>
#include <utility>

namespace skg::storage {
namespace {

using rocksdb::FileOptions;
using rocksdb::FSDirectory;
using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

class WalFile;

// One a store.
struct WalState {
  explicit WalState(std::shared_ptr<std::atomic<uint64_t>> counter) : syncs(std::move(counter)) {}

  const std::shared_ptr<std::atomic<uint64_t>> syncs;
  // After a failed sync the kernel may have dropped the pages and report
  // success the next time: nothing is written any more, so that nothing is
  // acknowledged behind the hole.
  std::atomic<bool> broken{false};
  std::mutex mutex;
  WalFile* current = nullptr;  // guarded by mutex
};

IOStatus Stopped() {
  return IOStatus::IOError("the write-ahead log has stopped after a failed write");
}

class WalFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  WalFile(std::unique_ptr<FSWritableFile> target, std::shared_ptr<WalState> state)
      : FSWritableFileOwnerWrapper(std::move(target)), state_(std::move(state)) {}
  ~WalFile() override { Leave(); }

  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                  IODebugContext* debug) override {
    if (state_->broken) return Stopped();
    return Watch(FSWritableFileOwnerWrapper::Append(data, options, debug));
  }
  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo& verification,
                  IODebugContext* debug) override {
    if (state_->broken) return Stopped();
    return Watch(FSWritableFileOwnerWrapper::Append(data, options, verification, debug));
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    if (state_->broken) return Stopped();
    state_->syncs->fetch_add(1, std::memory_order_relaxed);
    return Watch(FSWritableFileOwnerWrapper::Sync(options, debug));
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    if (state_->broken) return Stopped();
    state_->syncs->fetch_add(1, std::memory_order_relaxed);
    return Watch(FSWritableFileOwnerWrapper::Fsync(options, debug));
  }
  IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
    Leave();
    return FSWritableFileOwnerWrapper::Close(options, debug);
  }

 private:
  IOStatus Watch(IOStatus status) {
    if (!status.ok()) state_->broken = true;
    return status;
  }
  void Leave() {
    const std::lock_guard lock(state_->mutex);
    if (state_->current == this) state_->current = nullptr;
  }

  const std::shared_ptr<WalState> state_;
};

bool IsWal(const std::string& path) { return path.ends_with(".log"); }

class OrderedFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  OrderedFileSystem(std::shared_ptr<rocksdb::FileSystem> target,
                std::shared_ptr<std::atomic<uint64_t>> syncs)
      : FileSystemWrapper(std::move(target)),
        state_(std::make_shared<WalState>(std::move(syncs))) {}

  [[nodiscard]] const char* Name() const override { return "skg.OrderedFileSystem"; }

  IOStatus NewWritableFile(const std::string& path, const FileOptions& options,
                           std::unique_ptr<FSWritableFile>* result,
                           IODebugContext* debug) override {
    if (!IsWal(path)) return target()->NewWritableFile(path, options, result, debug);
    const std::lock_guard lock(state_->mutex);
    // Nobody appends meanwhile: RocksDB switches logs between two write groups.
    if (state_->current != nullptr) {
      IOStatus synced = state_->current->Sync(IOOptions(), debug);
      if (!synced.ok()) return synced;
    }
    std::unique_ptr<FSWritableFile> file;
    IOStatus status = target()->NewWritableFile(path, options, &file, debug);
    if (!status.ok()) return status;
    status = SyncDirectoryOf(path, debug);
    if (!status.ok()) return status;
    auto wal = std::make_unique<WalFile>(std::move(file), state_);
    state_->current = wal.get();
    *result = std::move(wal);
    return status;
  }

  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                      IODebugContext* debug) override {
    if (to.ends_with("/CURRENT")) {
      IOStatus status = SyncDirectoryOf(to, debug);
      if (!status.ok()) return status;
    }
    return target()->RenameFile(from, to, options, debug);
  }

 private:
  IOStatus SyncDirectoryOf(const std::string& path, IODebugContext* debug) {
    std::unique_ptr<FSDirectory> directory;
    IOStatus status = target()->NewDirectory(path.substr(0, path.rfind('/')), IOOptions(),
                                             &directory, debug);
    if (!status.ok()) return status;
    status = directory->FsyncWithDirOptions(
        IOOptions(), debug,
        rocksdb::DirFsyncOptions(rocksdb::DirFsyncOptions::FsyncReason::kNewFileSynced));
    // Some directories cannot be closed by hand; their destructor does it.
    directory->Close(IOOptions(), debug).PermitUncheckedError();
    return status;
  }

  const std::shared_ptr<WalState> state_;
};

}  // namespace

std::shared_ptr<rocksdb::FileSystem> MakeOrderedFileSystem(
    std::shared_ptr<rocksdb::FileSystem> target, std::shared_ptr<std::atomic<uint64_t>> syncs) {
  return std::make_shared<OrderedFileSystem>(std::move(target), std::move(syncs));
}

}  // namespace skg::storage
