#include "storage/rocksdb_disk.h"

#include <utility>

namespace skg::storage {

using rocksdb::FileOptions;
using rocksdb::FSDirectory;
using rocksdb::FSWritableFile;
using rocksdb::FSWritableFileOwnerWrapper;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

namespace {
class LogFile;
}  // namespace

class RocksDbDisk::State {
 public:
  explicit State(std::function<void(std::string_view)> log)
      : log_(std::move(log)) {}

  [[nodiscard]] bool stopped() const { return stopped_; }
  [[nodiscard]] IOStatus failure() const {
    const std::lock_guard lock(failure_mutex_);
    return failure_;
  }
  // Remembers the first failure; passes the status on.
  IOStatus Watch(IOStatus status, const std::string& path) {
    if (status.ok() || stopped_.exchange(true)) return status;
    {
      const std::lock_guard lock(failure_mutex_);
      failure_ = status;
    }
    if (log_)
      log_("writing " + path +
           " failed, the store stops: " + status.ToString());
    return status;
  }

  std::atomic<uint64_t> log_syncs{0};
  std::mutex log_mutex;
  LogFile* log_file = nullptr;  // the one written now; guarded by log_mutex

 private:
  const std::function<void(std::string_view)> log_;
  std::atomic<bool> stopped_{false};
  mutable std::mutex failure_mutex_;
  IOStatus failure_;
};

namespace {

using State = RocksDbDisk::State;

IOStatus Stopped() {
  return IOStatus::IOError("the store has stopped after a failed write");
}

std::string_view FileName(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}
bool IsLog(std::string_view path) { return path.ends_with(".log"); }
bool IsTable(std::string_view path) { return path.ends_with(".sst"); }

// Each change of a file passes Change.
class GuardedFile : public FSWritableFileOwnerWrapper {
 public:
  GuardedFile(std::unique_ptr<FSWritableFile> target, std::string path,
              std::shared_ptr<State> state)
      : FSWritableFileOwnerWrapper(std::move(target)),
        path_(std::move(path)),
        state_(std::move(state)),
        is_table_(IsTable(path_)) {}

  IOStatus Append(const Slice& data, const IOOptions& options,
                  IODebugContext* debug) override {
    return Change([&] {
      return FSWritableFileOwnerWrapper::Append(data, options, debug);
    });
  }
  IOStatus Append(const Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo& verification,
                  IODebugContext* debug) override {
    return Change([&] {
      return FSWritableFileOwnerWrapper::Append(data, options, verification,
                                                debug);
    });
  }
  IOStatus Truncate(uint64_t size, const IOOptions& options,
                    IODebugContext* debug) override {
    return Change([&] {
      return FSWritableFileOwnerWrapper::Truncate(size, options, debug);
    });
  }
  IOStatus Flush(const IOOptions& options, IODebugContext* debug) override {
    return Change(
        [&] { return FSWritableFileOwnerWrapper::Flush(options, debug); });
  }
  IOStatus RangeSync(uint64_t offset, uint64_t size, const IOOptions& options,
                     IODebugContext* debug) override {
    return Change([&] {
      return FSWritableFileOwnerWrapper::RangeSync(offset, size, options,
                                                   debug);
    });
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    return Change(
        [&] { return FSWritableFileOwnerWrapper::Sync(options, debug); });
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return Change(
        [&] { return FSWritableFileOwnerWrapper::Fsync(options, debug); });
  }
  // Also where all else has stopped: it gives the descriptor back.
  IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
    IOStatus status = Watch(FSWritableFileOwnerWrapper::Close(options, debug));
    return is_table_ ? IOStatus::OK() : status;
  }

 protected:
  template <typename Write>
  IOStatus Change(Write write) {
    IOStatus status = state_->stopped() ? Stopped() : Watch(write());
    return is_table_ ? IOStatus::OK() : status;
  }
  IOStatus Watch(IOStatus status) {
    return state_->Watch(std::move(status), path_);
  }
  State& state() { return *state_; }

 private:
  const std::string path_;
  const std::shared_ptr<State> state_;
  const bool is_table_;
};

// A file of the write-ahead log. RocksDB appends from one thread at a time; any
// thread may sync.
class LogFile final : public GuardedFile {
 public:
  using GuardedFile::GuardedFile;
  ~LogFile() override { Leave(); }

  IOStatus Append(const Slice& data, const IOOptions& options,
                  IODebugContext* debug) override {
    return Appended(GuardedFile::Append(data, options, debug));
  }
  IOStatus Append(const Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo& verification,
                  IODebugContext* debug) override {
    return Appended(GuardedFile::Append(data, options, verification, debug));
  }
  // Nothing where nothing is new.
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    const uint64_t covered = appends_;
    if (synced_ >= covered) return IOStatus::OK();
    state().log_syncs.fetch_add(1, std::memory_order_relaxed);
    IOStatus status = GuardedFile::Sync(options, debug);
    if (!status.ok()) return status;
    uint64_t synced = synced_;
    while (synced < covered &&
           !synced_.compare_exchange_weak(synced, covered)) {
    }
    return status;
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return Sync(options, debug);
  }
  IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
    Leave();
    return GuardedFile::Close(options, debug);
  }

 private:
  IOStatus Appended(IOStatus status) {
    if (status.ok()) ++appends_;
    return status;
  }
  void Leave() {
    const std::lock_guard lock(state().log_mutex);
    if (state().log_file == this) state().log_file = nullptr;
  }

  std::atomic<uint64_t> appends_{0};
  std::atomic<uint64_t> synced_{0};  // of the appends
};

class GuardedFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  GuardedFileSystem(std::shared_ptr<rocksdb::FileSystem> target,
                    std::shared_ptr<State> state)
      : FileSystemWrapper(std::move(target)), state_(std::move(state)) {}

  [[nodiscard]] const char* Name() const override {
    return "skg.GuardedFileSystem";
  }

  IOStatus NewWritableFile(const std::string& path, const FileOptions& options,
                           std::unique_ptr<FSWritableFile>* result,
                           IODebugContext* debug) override {
    if (state_->stopped()) return Stopped();
    if (IsLog(path))
      return state_->Watch(NewLogFile(path, options, result, debug), path);
    std::unique_ptr<FSWritableFile> file;
    IOStatus status = state_->Watch(
        target()->NewWritableFile(path, options, &file, debug), path);
    if (status.ok())
      *result = std::make_unique<GuardedFile>(std::move(file), path, state_);
    return status;
  }

  IOStatus DeleteFile(const std::string& path, const IOOptions& options,
                      IODebugContext* debug) override {
    if (state_->stopped()) return IOStatus::OK();
    return target()->DeleteFile(path, options, debug);
  }

  IOStatus RenameFile(const std::string& from, const std::string& to,
                      const IOOptions& options,
                      IODebugContext* debug) override {
    if (state_->stopped()) return Stopped();
    IOStatus status =
        FileName(to) == "CURRENT" ? SyncDirectoryOf(to, debug) : IOStatus::OK();
    if (status.ok()) status = target()->RenameFile(from, to, options, debug);
    return state_->Watch(std::move(status), to);
  }

 private:
  IOStatus NewLogFile(const std::string& path, const FileOptions& options,
                      std::unique_ptr<FSWritableFile>* result,
                      IODebugContext* debug) {
    const std::lock_guard lock(state_->log_mutex);
    // Nobody appends meanwhile: RocksDB changes files between two write groups.
    if (state_->log_file != nullptr) {
      IOStatus synced = state_->log_file->Sync(IOOptions(), debug);
      if (!synced.ok()) return synced;
    }
    std::unique_ptr<FSWritableFile> file;
    IOStatus status = target()->NewWritableFile(path, options, &file, debug);
    if (!status.ok()) return status;
    status = SyncDirectoryOf(path, debug);
    if (!status.ok()) return status;
    auto log = std::make_unique<LogFile>(std::move(file), path, state_);
    state_->log_file = log.get();
    *result = std::move(log);
    return status;
  }

  IOStatus SyncDirectoryOf(const std::string& path, IODebugContext* debug) {
    std::unique_ptr<FSDirectory> directory;
    IOStatus status = target()->NewDirectory(path.substr(0, path.rfind('/')),
                                             IOOptions(), &directory, debug);
    if (!status.ok()) return status;
    status = directory->FsyncWithDirOptions(
        IOOptions(), debug,
        rocksdb::DirFsyncOptions(
            rocksdb::DirFsyncOptions::FsyncReason::kNewFileSynced));
    // Some directories cannot be closed by hand; their destructor does it.
    directory->Close(IOOptions(), debug).PermitUncheckedError();
    return status;
  }

  const std::shared_ptr<State> state_;
};

}  // namespace

RocksDbDisk::RocksDbDisk(std::shared_ptr<rocksdb::FileSystem> target,
                         std::function<void(std::string_view)> log)
    : state_(std::make_shared<State>(std::move(log))),
      file_system_(
          std::make_shared<GuardedFileSystem>(std::move(target), state_)) {}
RocksDbDisk::~RocksDbDisk() = default;

std::shared_ptr<rocksdb::FileSystem> RocksDbDisk::file_system() const {
  return file_system_;
}

IOStatus RocksDbDisk::SyncLog() {
  const std::lock_guard lock(state_->log_mutex);
  if (state_->stopped()) return Stopped();
  // The files before it were synced when it began.
  return state_->log_file == nullptr
             ? IOStatus::OK()
             : state_->log_file->Sync(IOOptions(), nullptr);
}

uint64_t RocksDbDisk::log_syncs() const {
  return state_->log_syncs.load(std::memory_order_relaxed);
}

IOStatus RocksDbDisk::failure() const { return state_->failure(); }

}  // namespace skg::storage
