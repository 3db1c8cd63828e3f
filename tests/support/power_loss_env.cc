// Every file gets a second name in the scratch directory (a hard link) as soon
// as it is seen, so that its bytes are there whatever happens to the first
// name. A change holds `mutex_` shared, so CutPower meets none half done.
#include "support/power_loss_env.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <random>
#include <shared_mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rocksdb/env.h"
#include "rocksdb/file_system.h"

namespace skg::test {

namespace fs = std::filesystem;
using rocksdb::FileOptions;
using rocksdb::FSDirectory;
using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

namespace {

// A file, whatever its names.
struct Inode {
  fs::path link;  // its name in the scratch directory
  std::atomic<uint64_t> written{0};
  std::atomic<uint64_t> synced{0};
};
using Entries = std::map<std::string, std::shared_ptr<Inode>>;

// One change of a directory: `name` is now `inode` (null: removed).
struct EntryChange {
  std::string name;
  std::shared_ptr<Inode> inode;
};
struct DirectoryState {
  Entries present;
  Entries durable;
  std::vector<EntryChange> unsynced;  // in order
};

std::pair<std::string, std::string> SplitPath(const std::string& path) {
  const fs::path p = fs::path(path).lexically_normal();
  return {p.parent_path().string(), p.filename().string()};
}

// Not part of the model: held open by the process, without content.
bool IsLockFile(const std::string& name) { return name == "LOCK"; }

}  // namespace

class PowerLossFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  PowerLossFileSystem(fs::path scratch, uint64_t seed)
      : FileSystemWrapper(rocksdb::FileSystem::Default()),
        scratch_(std::move(scratch)),
        random_(seed) {}

  [[nodiscard]] const char* Name() const override {
    return "skg.PowerLossFileSystem";
  }

  void CutPower() {
    const std::unique_lock lock(mutex_);
    power_ = false;
  }
  absl::Status Restore();

  // Runs `change` while the power is on, unless its turn has come to fail.
  // `torn` runs in its place when the disk is full.
  template <typename Change, typename Torn>
  IOStatus Apply(Change change, Torn torn) {
    const std::shared_lock lock(mutex_);
    if (!power_) return IOStatus::IOError("the power is cut");
    const uint64_t number = ++changes_;
    const uint64_t fail_at = fail_at_;
    if (fail_at != 0 &&
        (number == fail_at || (number > fail_at && every_later_one_))) {
      fault_fired_ = true;
      if (fault_ == DiskFault::kIoError)
        return IOStatus::IOError("injected fault");
      torn();
      return IOStatus::NoSpace("injected fault");
    }
    return change();
  }
  template <typename Change>
  IOStatus Apply(Change change) {
    return Apply(std::move(change), [] {});
  }

  // The second half of a change that takes time: nothing if the power, or every
  // change, has failed meanwhile.
  template <typename Change>
  IOStatus Finish(Change change) {
    const std::shared_lock lock(mutex_);
    if (!power_) return IOStatus::IOError("the power is cut");
    if (fail_at_ != 0 && every_later_one_ && changes_ >= fail_at_) {
      return IOStatus::IOError("injected fault");
    }
    change();
    return IOStatus::OK();
  }

  [[nodiscard]] std::chrono::microseconds sync_time() const {
    return sync_time_.load();
  }
  void set_sync_time(std::chrono::microseconds time) { sync_time_ = time; }

  void SyncEntries(const std::string& directory) {
    const std::lock_guard lock(entries_mutex_);
    DirectoryState& state = Adopt(directory);
    state.durable = state.present;
    state.unsynced.clear();
  }

  [[nodiscard]] uint64_t changes() const { return changes_; }
  [[nodiscard]] bool fault_fired() const { return fault_fired_; }
  void FailChange(uint64_t n, DiskFault fault, bool every_later_one) {
    const std::unique_lock lock(mutex_);
    fail_at_ = n == 0 ? 0 : changes_ + n;
    fault_ = fault;
    every_later_one_ = every_later_one;
    fault_fired_ = false;
  }

  IOStatus NewWritableFile(const std::string& path, const FileOptions& options,
                           std::unique_ptr<FSWritableFile>* result,
                           IODebugContext* debug) override;
  IOStatus ReopenWritableFile(const std::string& path,
                              const FileOptions& options,
                              std::unique_ptr<FSWritableFile>* result,
                              IODebugContext* debug) override;
  IOStatus ReuseWritableFile(const std::string&, const std::string&,
                             const FileOptions&,
                             std::unique_ptr<FSWritableFile>*,
                             IODebugContext*) override {
    return IOStatus::NotSupported("no log is recycled");
  }
  IOStatus NewRandomRWFile(const std::string&, const FileOptions&,
                           std::unique_ptr<rocksdb::FSRandomRWFile>*,
                           IODebugContext*) override {
    return IOStatus::NotSupported("files are only appended to");
  }
  IOStatus NewDirectory(const std::string& path, const IOOptions& options,
                        std::unique_ptr<FSDirectory>* result,
                        IODebugContext* debug) override;
  IOStatus DeleteFile(const std::string& path, const IOOptions& options,
                      IODebugContext* debug) override;
  IOStatus RenameFile(const std::string& from, const std::string& to,
                      const IOOptions& options, IODebugContext* debug) override;
  IOStatus LinkFile(const std::string&, const std::string&, const IOOptions&,
                    IODebugContext*) override {
    return IOStatus::NotSupported("files have one name");
  }

 private:
  // What follows is guarded by entries_mutex_.
  DirectoryState& Adopt(const std::string& directory);
  std::shared_ptr<Inode> NewInode(const std::string& path, uint64_t size);
  void SetEntry(DirectoryState& state, const std::string& name,
                std::shared_ptr<Inode> inode);
  Entries SurvivingEntries(const DirectoryState& state);
  uint64_t SurvivingBytes(const Inode& inode);

  std::shared_mutex mutex_;
  bool power_ = true;
  std::atomic<uint64_t> changes_{0};
  std::atomic<uint64_t> fail_at_{0};
  DiskFault fault_ = DiskFault::kIoError;
  bool every_later_one_ = false;
  std::atomic<bool> fault_fired_{false};
  std::atomic<std::chrono::microseconds> sync_time_{
      std::chrono::microseconds(50)};

  std::mutex entries_mutex_;
  const fs::path scratch_;
  std::mt19937_64 random_;
  uint64_t inodes_ = 0;
  std::map<std::string, DirectoryState> directories_;
};

namespace {

class TrackedFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  TrackedFile(std::unique_ptr<FSWritableFile> target, PowerLossFileSystem& disk,
              std::shared_ptr<Inode> inode)
      : FSWritableFileOwnerWrapper(std::move(target)),
        disk_(disk),
        inode_(std::move(inode)) {}

  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                  IODebugContext* debug) override {
    const auto append = [&](size_t size) {
      IOStatus status = FSWritableFileOwnerWrapper::Append(
          rocksdb::Slice(data.data(), size), options, debug);
      if (status.ok()) inode_->written += size;
      return status;
    };
    return disk_.Apply([&] { return append(data.size()); },
                       [&] { append(data.size() / 2).PermitUncheckedError(); });
  }
  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus PositionedAppend(const rocksdb::Slice&, uint64_t, const IOOptions&,
                            IODebugContext*) override {
    return IOStatus::NotSupported("no direct writes");
  }
  IOStatus PositionedAppend(const rocksdb::Slice&, uint64_t, const IOOptions&,
                            const rocksdb::DataVerificationInfo&,
                            IODebugContext*) override {
    return IOStatus::NotSupported("no direct writes");
  }
  IOStatus Truncate(uint64_t size, const IOOptions& options,
                    IODebugContext* debug) override {
    return disk_.Apply([&] {
      IOStatus status =
          FSWritableFileOwnerWrapper::Truncate(size, options, debug);
      if (status.ok()) {
        inode_->written = size;
        inode_->synced = std::min<uint64_t>(inode_->synced, size);
      }
      return status;
    });
  }
  IOStatus Sync(const IOOptions&, IODebugContext*) override {
    // Only the model needs to know. The pause stands for the disk's work: what
    // is appended during it is not covered, and it may be cut short.
    uint64_t covered = 0;
    IOStatus status = disk_.Apply([&] {
      covered = inode_->written;
      return IOStatus::OK();
    });
    if (!status.ok()) return status;
    std::this_thread::sleep_for(disk_.sync_time());
    return disk_.Finish([&] {
      uint64_t synced = inode_->synced;
      while (synced < covered &&
             !inode_->synced.compare_exchange_weak(synced, covered)) {
      }
    });
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return Sync(options, debug);
  }
  // Promises nothing about durability.
  IOStatus RangeSync(uint64_t, uint64_t, const IOOptions&,
                     IODebugContext*) override {
    return IOStatus::OK();
  }

 private:
  PowerLossFileSystem& disk_;
  const std::shared_ptr<Inode> inode_;
};

class TrackedDirectory final : public FSDirectory {
 public:
  TrackedDirectory(PowerLossFileSystem& disk, std::string path)
      : disk_(disk), path_(std::move(path)) {}
  IOStatus Fsync(const IOOptions&, IODebugContext*) override {
    return disk_.Apply([&] {
      disk_.SyncEntries(path_);
      return IOStatus::OK();
    });
  }
  IOStatus Close(const IOOptions&, IODebugContext*) override {
    return IOStatus::OK();
  }

 private:
  PowerLossFileSystem& disk_;
  const std::string path_;
};

}  // namespace

// A directory that is met for the first time is durable as it is.
DirectoryState& PowerLossFileSystem::Adopt(const std::string& directory) {
  const auto [it, is_new] = directories_.try_emplace(directory);
  if (!is_new) return it->second;
  std::error_code error;
  for (const fs::directory_entry& entry :
       fs::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_regular_file() || IsLockFile(name)) continue;
    it->second.present[name] =
        NewInode(entry.path().string(), entry.file_size());
  }
  it->second.durable = it->second.present;
  return it->second;
}

std::shared_ptr<Inode> PowerLossFileSystem::NewInode(const std::string& path,
                                                     uint64_t size) {
  auto inode = std::make_shared<Inode>();
  inode->link = scratch_ / std::to_string(++inodes_);
  inode->written = size;
  inode->synced = size;
  fs::create_hard_link(path, inode->link);
  return inode;
}

void PowerLossFileSystem::SetEntry(DirectoryState& state,
                                   const std::string& name,
                                   std::shared_ptr<Inode> inode) {
  if (inode != nullptr) {
    state.present[name] = inode;
  } else {
    state.present.erase(name);
  }
  state.unsynced.push_back({name, std::move(inode)});
}

IOStatus PowerLossFileSystem::NewWritableFile(
    const std::string& path, const FileOptions& options,
    std::unique_ptr<FSWritableFile>* result, IODebugContext* debug) {
  return Apply([&] {
    const auto [directory, name] = SplitPath(path);
    const std::lock_guard lock(entries_mutex_);
    DirectoryState& state = Adopt(directory);
    // A new file, not the old one emptied: the old one may come back.
    std::error_code error;
    fs::remove(path, error);
    std::unique_ptr<FSWritableFile> file;
    IOStatus status = target()->NewWritableFile(path, options, &file, debug);
    if (!status.ok()) return status;
    std::shared_ptr<Inode> inode = NewInode(path, 0);
    SetEntry(state, name, inode);
    *result =
        std::make_unique<TrackedFile>(std::move(file), *this, std::move(inode));
    return status;
  });
}

IOStatus PowerLossFileSystem::ReopenWritableFile(
    const std::string& path, const FileOptions& options,
    std::unique_ptr<FSWritableFile>* result, IODebugContext* debug) {
  if (!fs::exists(path)) return NewWritableFile(path, options, result, debug);
  return Apply([&] {
    const auto [directory, name] = SplitPath(path);
    const std::lock_guard lock(entries_mutex_);
    std::shared_ptr<Inode> inode = Adopt(directory).present[name];
    std::unique_ptr<FSWritableFile> file;
    IOStatus status = target()->ReopenWritableFile(path, options, &file, debug);
    if (status.ok()) {
      *result = std::make_unique<TrackedFile>(std::move(file), *this,
                                              std::move(inode));
    }
    return status;
  });
}

IOStatus PowerLossFileSystem::NewDirectory(const std::string& path,
                                           const IOOptions& options,
                                           std::unique_ptr<FSDirectory>* result,
                                           IODebugContext* debug) {
  std::unique_ptr<FSDirectory> real;
  IOStatus status = target()->NewDirectory(path, options, &real, debug);
  if (!status.ok()) return status;
  const std::string normal = SplitPath(path + "/x").first;
  *result = std::make_unique<TrackedDirectory>(*this, normal);
  return status;
}

IOStatus PowerLossFileSystem::DeleteFile(const std::string& path,
                                         const IOOptions& options,
                                         IODebugContext* debug) {
  return Apply([&] {
    const auto [directory, name] = SplitPath(path);
    const std::lock_guard lock(entries_mutex_);
    DirectoryState& state = Adopt(directory);
    IOStatus status = target()->DeleteFile(path, options, debug);
    if (status.ok()) SetEntry(state, name, nullptr);
    return status;
  });
}

IOStatus PowerLossFileSystem::RenameFile(const std::string& from,
                                         const std::string& to,
                                         const IOOptions& options,
                                         IODebugContext* debug) {
  return Apply([&] {
    const auto [directory, name] = SplitPath(from);
    const auto [new_directory, new_name] = SplitPath(to);
    if (directory != new_directory) {
      return IOStatus::NotSupported("renames stay in their directory");
    }
    const std::lock_guard lock(entries_mutex_);
    DirectoryState& state = Adopt(directory);
    IOStatus status = target()->RenameFile(from, to, options, debug);
    if (!status.ok()) return status;
    std::shared_ptr<Inode> inode = state.present[name];
    SetEntry(state, new_name, std::move(inode));
    SetEntry(state, name, nullptr);
    return status;
  });
}

// A file system with a journal shows its directory as of some moment since the
// last sync; one without may have written any of the changed names.
Entries PowerLossFileSystem::SurvivingEntries(const DirectoryState& state) {
  Entries entries = state.durable;
  const bool journal = random_() % 2 == 0;
  const size_t kept = random_() % (state.unsynced.size() + 1);
  for (size_t i = 0; i < state.unsynced.size(); ++i) {
    if (journal ? i >= kept : random_() % 2 == 0) continue;
    const EntryChange& change = state.unsynced[i];
    if (change.inode != nullptr) {
      entries[change.name] = change.inode;
    } else {
      entries.erase(change.name);
    }
  }
  return entries;
}

uint64_t PowerLossFileSystem::SurvivingBytes(const Inode& inode) {
  const uint64_t tail = inode.written - inode.synced;
  switch (random_() % 3) {
    case 0:
      return inode.synced;
    case 1:
      return inode.written;
    default:
      return inode.synced + random_() % (tail + 1);
  }
}

absl::Status PowerLossFileSystem::Restore() {
  const std::unique_lock lock(mutex_);
  const std::lock_guard entries_lock(entries_mutex_);
  try {
    for (const auto& [directory, state] : directories_) {
      if (!fs::exists(directory)) continue;  // the test removed it
      for (const auto& entry : fs::directory_iterator(directory)) {
        const bool is_tracked = entry.is_regular_file() &&
                                !IsLockFile(entry.path().filename().string());
        if (is_tracked) fs::remove(entry.path());
      }
      for (const auto& [name, inode] : SurvivingEntries(state)) {
        fs::resize_file(inode->link, SurvivingBytes(*inode));
        fs::create_hard_link(inode->link, fs::path(directory) / name);
      }
    }
    directories_.clear();
    for (const auto& entry : fs::directory_iterator(scratch_))
      fs::remove(entry.path());
  } catch (const fs::filesystem_error& error) {
    return absl::InternalError(
        absl::StrCat("restoring the disk: ", error.what()));
  }
  power_ = true;
  return absl::OkStatus();
}

PowerLossEnv::PowerLossEnv(const fs::path& scratch, uint64_t seed)
    : file_system_(std::make_shared<PowerLossFileSystem>(scratch, seed)),
      env_(rocksdb::NewCompositeEnv(file_system_)) {}
PowerLossEnv::~PowerLossEnv() = default;

void PowerLossEnv::CutPower() { file_system_->CutPower(); }
absl::Status PowerLossEnv::Restore() { return file_system_->Restore(); }
uint64_t PowerLossEnv::changes() const { return file_system_->changes(); }
void PowerLossEnv::FailChange(uint64_t n, DiskFault fault,
                              bool every_later_one) {
  file_system_->FailChange(n, fault, every_later_one);
}
void PowerLossEnv::SetSyncTime(std::chrono::microseconds time) {
  file_system_->set_sync_time(time);
}
bool PowerLossEnv::fault_fired() const { return file_system_->fault_fired(); }

}  // namespace skg::test
