#include "storage/rocksdb_image.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "storage/rocksdb_read_only_files.h"
#include "storage/rocksdb_status.h"

namespace skg::storage {

using rocksdb::FileOptions;
using rocksdb::FSRandomAccessFile;
using rocksdb::FSSequentialFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

namespace {

// Each is a fraction of a millisecond; a manifest changes some times a second.
constexpr int kLooks = 200;

constexpr char kCurrent[] = "CURRENT";

bool IsLog(std::string_view name) { return name.ends_with(".log"); }
bool IsTable(std::string_view name) { return name.ends_with(".sst"); }

// One file of an image: what lies beyond `size` is not there.
struct Entry {
  SharedFiles::File file;
  std::atomic<uint64_t> size{0};
};
using Entries = std::map<std::string, std::shared_ptr<Entry>>;

class TableFile final : public rocksdb::FSRandomAccessFileWrapper {
 public:
  explicit TableFile(SharedFiles::File file)
      : FSRandomAccessFileWrapper(file.get()), file_(std::move(file)) {}

 private:
  const SharedFiles::File file_;
};

// The manifest or a log file up to where the image ends, which moves on.
class GrowingFile final : public FSSequentialFile {
 public:
  explicit GrowingFile(std::shared_ptr<const Entry> entry)
      : entry_(std::move(entry)) {}

  IOStatus Read(size_t n, const IOOptions& options, Slice* result,
                char* scratch, IODebugContext* debug) override {
    const uint64_t end = entry_->size.load(std::memory_order_acquire);
    const uint64_t left = end > position_ ? end - position_ : 0;
    *result = Slice(scratch, 0);
    if (left == 0) return IOStatus::OK();
    IOStatus status = entry_->file->Read(position_, std::min<uint64_t>(n, left),
                                         options, result, scratch, debug);
    if (status.ok()) position_ += result->size();
    return status;
  }
  IOStatus Skip(uint64_t n) override {
    const uint64_t end = entry_->size.load(std::memory_order_acquire);
    position_ = std::min(position_ + n, std::max(end, position_));
    return IOStatus::OK();
  }

 private:
  const std::shared_ptr<const Entry> entry_;
  uint64_t position_ = 0;
};

class TextFile final : public FSSequentialFile {
 public:
  explicit TextFile(std::string text) : text_(std::move(text)) {}

  IOStatus Read(size_t n, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) override {
    const size_t size = std::min(n, text_.size() - position_);
    std::memcpy(scratch, text_.data() + position_, size);
    *result = Slice(scratch, size);
    position_ += size;
    return IOStatus::OK();
  }
  IOStatus Skip(uint64_t n) override {
    position_ += std::min<uint64_t>(n, text_.size() - position_);
    return IOStatus::OK();
  }

 private:
  const std::string text_;
  size_t position_ = 0;
};

}  // namespace

IOStatus SharedFiles::Open(rocksdb::FileSystem& target, const std::string& path,
                           File* file) {
  const std::lock_guard lock(mutex_);
  std::weak_ptr<FSRandomAccessFile>& kept = files_[path];
  *file = kept.lock();
  if (*file != nullptr) return IOStatus::OK();
  std::unique_ptr<FSRandomAccessFile> opened;
  IOStatus status =
      target.NewRandomAccessFile(path, FileOptions(), &opened, nullptr);
  if (!status.ok()) {
    files_.erase(path);
    return status;
  }
  *file = std::move(opened);
  kept = *file;
  if (files_.size() >= prune_at_) {
    std::erase_if(files_,
                  [](const auto& entry) { return entry.second.expired(); });
    prune_at_ = 2 * files_.size() + 64;
  }
  return status;
}

class RocksDbImage::State {
 public:
  State(std::string directory, std::shared_ptr<rocksdb::FileSystem> target,
        std::shared_ptr<SharedFiles> shared)
      : directory_(std::move(directory)),
        target_(std::move(target)),
        shared_(std::move(shared)) {}

  absl::StatusOr<Change> Look();

  // The name of a file of the directory; empty: it lies elsewhere.
  [[nodiscard]] std::string NameOf(const std::string& path) const {
    if (!path.starts_with(directory_ + "/")) return {};
    return path.substr(path.find_first_not_of('/', directory_.size()));
  }
  [[nodiscard]] bool IsDirectory(std::string path) const {
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    return path == directory_;
  }
  [[nodiscard]] std::shared_ptr<const Entry> Find(
      const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto it = entries_.find(name);
    return it == entries_.end() ? nullptr : it->second;
  }
  [[nodiscard]] std::string current() const {
    const std::lock_guard lock(mutex_);
    return manifest_.name + "\n";
  }
  [[nodiscard]] std::vector<std::string> Names() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> names = {kCurrent};
    for (const auto& [name, entry] : entries_) names.push_back(name);
    return names;
  }

 private:
  struct Manifest {
    std::string name;
    uint64_t size = 0;
    friend bool operator==(const Manifest&, const Manifest&) = default;
  };

  IOStatus ReadManifest(Manifest* manifest) const;
  // Adds a file as it is now; nothing where it is gone.
  IOStatus Hold(const std::string& name, Entries* entries) const;
  // One attempt; `whole` is false where something changed meanwhile.
  IOStatus LookOnce(Manifest* manifest, Entries* entries, bool* whole) const;
  using Logs = std::map<uint64_t, std::string>;  // by number
  IOStatus List(Logs* logs, std::vector<std::string>* tables) const;

  const std::string directory_;
  const std::shared_ptr<rocksdb::FileSystem> target_;
  const std::shared_ptr<SharedFiles> shared_;
  mutable std::mutex mutex_;
  Manifest manifest_;
  Entries entries_;
};

IOStatus RocksDbImage::State::ReadManifest(Manifest* manifest) const {
  std::unique_ptr<FSSequentialFile> file;
  IOStatus status = target_->NewSequentialFile(directory_ + "/" + kCurrent,
                                               FileOptions(), &file, nullptr);
  if (!status.ok()) return status;
  char buffer[64];
  Slice text;
  status = file->Read(sizeof buffer, IOOptions(), &text, buffer, nullptr);
  if (!status.ok()) return status;
  manifest->name = text.ToString();
  if (!manifest->name.starts_with("MANIFEST-") ||
      manifest->name.back() != '\n') {
    return IOStatus::Corruption("file CURRENT does not name a manifest");
  }
  manifest->name.pop_back();
  return target_->GetFileSize(directory_ + "/" + manifest->name, IOOptions(),
                              &manifest->size, nullptr);
}

IOStatus RocksDbImage::State::List(Logs* logs,
                                   std::vector<std::string>* tables) const {
  std::vector<std::string> names;
  IOStatus status =
      target_->GetChildren(directory_, IOOptions(), &names, nullptr);
  for (std::string& name : names) {
    uint64_t number = 0;
    if (IsLog(name)) {
      const char* end = name.data() + name.size() - 4;
      if (std::from_chars(name.data(), end, number).ptr == end)
        logs->emplace(number, std::move(name));
    } else if (IsTable(name) && tables != nullptr) {
      tables->push_back(std::move(name));
    }
  }
  return status;
}

IOStatus RocksDbImage::State::Hold(const std::string& name,
                                   Entries* entries) const {
  const std::string path = directory_ + "/" + name;
  auto entry = std::make_shared<Entry>();
  IOStatus status = shared_->Open(*target_, path, &entry->file);
  uint64_t size = 0;
  if (status.ok())
    status = target_->GetFileSize(path, IOOptions(), &size, nullptr);
  if (status.IsNotFound() || status.IsPathNotFound()) return IOStatus::OK();
  if (!status.ok()) return status;
  entry->size = size;
  (*entries)[name] = std::move(entry);
  return status;
}

IOStatus RocksDbImage::State::LookOnce(Manifest* manifest, Entries* entries,
                                       bool* whole) const {
  *whole = false;
  IOStatus status = ReadManifest(manifest);
  Logs logs, logs_after;
  std::vector<std::string> wanted;
  if (status.ok()) status = List(&logs, &wanted);
  if (*manifest == manifest_) {
    wanted.clear();  // the tables are those that are held
  } else {
    wanted.push_back(manifest->name);
  }
  for (const auto& [number, name] : logs) wanted.push_back(name);
  for (size_t i = 0; i < wanted.size() && status.ok(); ++i)
    status = Hold(wanted[i], entries);
  Manifest after;
  if (status.ok()) status = ReadManifest(&after);
  if (status.ok()) status = List(&logs_after, nullptr);
  // A listing may miss a file that was made meanwhile, but then it must show no
  // later one.
  *whole =
      status.ok() && after == *manifest &&
      std::none_of(logs_after.begin(), logs_after.end(), [&](const auto& log) {
        return !logs.empty() && log.first < logs.rbegin()->first &&
               !logs.contains(log.first);
      });
  return status;
}

absl::StatusOr<RocksDbImage::Change> RocksDbImage::State::Look() {
  IOStatus status;
  for (int look = 0; look < kLooks; ++look) {
    Manifest manifest;
    Entries found;
    bool whole = false;
    status = LookOnce(&manifest, &found, &whole);
    // A manifest may go between CURRENT that names it and the look at it.
    if (status.IsNotFound() || status.IsPathNotFound()) continue;
    if (!status.ok()) break;
    if (!whole) continue;
    const std::lock_guard lock(mutex_);
    if (manifest != manifest_) {
      manifest_ = manifest;
      entries_ = std::move(found);
      return Change::kFiles;
    }
    Change change = Change::kNone;
    std::erase_if(entries_, [&](const auto& entry) {
      return IsLog(entry.first) && !found.contains(entry.first);
    });
    for (auto& [name, entry] : found) {
      std::shared_ptr<Entry>& known = entries_[name];
      if (known == nullptr) {
        known = std::move(entry);
        change = Change::kLog;
      } else if (known->size != entry->size) {
        known->size = entry->size.load();
        change = Change::kLog;
      }
    }
    return change;
  }
  if (status.ok()) {
    return absl::UnavailableError(absl::StrCat(
        directory_,
        ": the writer changes its files faster than they can be listed; "
        "try again"));
  }
  return ToAbsl(status, absl::StrCat("looking at ", directory_));
}

namespace {

using State = RocksDbImage::State;

class ImageFileSystem final : public ReadOnlyFileSystem {
 public:
  ImageFileSystem(std::shared_ptr<rocksdb::FileSystem> target,
                  std::shared_ptr<State> state)
      : ReadOnlyFileSystem(std::move(target)), state_(std::move(state)) {}

  [[nodiscard]] const char* Name() const override {
    return "skg.ImageFileSystem";
  }

  IOStatus NewSequentialFile(const std::string& path,
                             const FileOptions& options,
                             std::unique_ptr<FSSequentialFile>* result,
                             IODebugContext* debug) override {
    const std::string name = state_->NameOf(path);
    if (name == kCurrent) {
      *result = std::make_unique<TextFile>(state_->current());
      return IOStatus::OK();
    }
    if (auto entry = state_->Find(name); entry != nullptr) {
      *result = std::make_unique<GrowingFile>(std::move(entry));
      return IOStatus::OK();
    }
    return target()->NewSequentialFile(path, options, result, debug);
  }
  IOStatus NewRandomAccessFile(const std::string& path,
                               const FileOptions& options,
                               std::unique_ptr<FSRandomAccessFile>* result,
                               IODebugContext* debug) override {
    if (const auto entry = state_->Find(state_->NameOf(path))) {
      *result = std::make_unique<TableFile>(entry->file);
      return IOStatus::OK();
    }
    return target()->NewRandomAccessFile(path, options, result, debug);
  }
  IOStatus GetChildren(const std::string& directory, const IOOptions& options,
                       std::vector<std::string>* names,
                       IODebugContext* debug) override {
    if (!state_->IsDirectory(directory))
      return target()->GetChildren(directory, options, names, debug);
    *names = state_->Names();
    return IOStatus::OK();
  }
  IOStatus FileExists(const std::string& path, const IOOptions& options,
                      IODebugContext* debug) override {
    return state_->Find(state_->NameOf(path)) != nullptr
               ? IOStatus::OK()
               : target()->FileExists(path, options, debug);
  }
  IOStatus GetFileSize(const std::string& path, const IOOptions& options,
                       uint64_t* size, IODebugContext* debug) override {
    const auto entry = state_->Find(state_->NameOf(path));
    if (entry == nullptr)
      return target()->GetFileSize(path, options, size, debug);
    *size = entry->size;
    return IOStatus::OK();
  }

 private:
  const std::shared_ptr<State> state_;
};

}  // namespace

RocksDbImage::RocksDbImage(std::string directory,
                           std::shared_ptr<rocksdb::FileSystem> target,
                           std::shared_ptr<SharedFiles> tables)
    : state_(std::make_shared<State>(std::move(directory), target, tables)),
      file_system_(
          std::make_shared<ImageFileSystem>(std::move(target), state_)) {}
RocksDbImage::~RocksDbImage() = default;

absl::StatusOr<RocksDbImage::Change> RocksDbImage::Look() {
  return state_->Look();
}

}  // namespace skg::storage
