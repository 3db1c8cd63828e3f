#include "storage/backup_directory.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "base/status.h"
#include "base/strings.h"
#include "rocksdb/env.h"
#include "storage/backup_restore.h"
#include "storage/durable_files.h"
#include "storage/rocksdb_directory.h"
#include "storage/rocksdb_status.h"

namespace skg::storage {
namespace {

constexpr char kMarkerName[] = "SKG_BACKUPS";
constexpr std::string_view kMarkerWord = "skg backups ";
constexpr uint64_t kMarkerVersion = 1;
constexpr char kLockName[] = "LOCK";
constexpr char kTablesName[] = "tables";
constexpr std::string_view kTableSuffix = ".sst";
constexpr std::string_view kListSuffix = ".backup";
constexpr std::string_view kFilesSuffix = ".files";
constexpr size_t kMaxMarkerBytes = 256;
constexpr size_t kMaxListBytes = 256 << 20;

std::string ListName(uint64_t number) {
  return absl::StrCat(absl::Dec(number, absl::kZeroPad6), av(kListSuffix));
}
std::string FilesName(uint64_t number) {
  return absl::StrCat(absl::Dec(number, absl::kZeroPad6), av(kFilesSuffix));
}
std::string TableName(const std::string& content_id) {
  return absl::StrCat(content_id, av(kTableSuffix));
}

// 0: `name` is not a number with that suffix.
uint64_t NumberOf(const std::string& name, std::string_view suffix) {
  uint64_t number = 0;
  if (!name.ends_with(suffix)) return 0;
  const std::string digits = name.substr(0, name.size() - suffix.size());
  return absl::SimpleAtoi(digits, &number) ? number : 0;
}

BackupSummary SummaryOf(uint64_t number, const BackupList& list) {
  BackupSummary summary;
  summary.number = number;
  summary.time = list.time;
  summary.files = list.files.size();
  summary.new_bytes = list.new_bytes;
  for (const BackedUpFile& file : list.files) summary.bytes += file.size;
  return summary;
}

std::string MarkerText(uint64_t version) {
  return absl::StrCat(av(kMarkerWord), version, "\n");
}

bool IsUnfinished(const std::string& name) {
  return name.ends_with(kUnfinishedSuffix);
}

}  // namespace

class BackupDirectory::Lock {
 public:
  static absl::StatusOr<std::unique_ptr<Lock>> Take(rocksdb::Env& env,
                                                    const std::string& path) {
    rocksdb::FileLock* lock = nullptr;
    const rocksdb::Status status =
        env.LockFile(absl::StrCat(path, "/", kLockName), &lock);
    if (!status.ok()) return OpenError(status, path);
    return std::unique_ptr<Lock>(new Lock(env, lock));
  }
  ~Lock() { env_.UnlockFile(lock_).PermitUncheckedError(); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  Lock(rocksdb::Env& env, rocksdb::FileLock* lock) : env_(env), lock_(lock) {}
  rocksdb::Env& env_;
  rocksdb::FileLock* const lock_;
};

BackupDirectory::BackupDirectory(std::string path, rocksdb::Env* env)
    : path_(WithoutEndingSlashes(std::move(path))),
      env_(env != nullptr ? *env : *rocksdb::Env::Default()) {}

std::string BackupDirectory::Path(const std::string& name) const {
  return absl::StrCat(path_, "/", name);
}

std::string BackupDirectory::FilePath(uint64_t number,
                                      const BackedUpFile& file) const {
  return file.content_id.empty()
             ? absl::StrCat(Path(FilesName(number)), "/", file.name)
             : absl::StrCat(Path(kTablesName), "/", TableName(file.content_id));
}

absl::Status BackupDirectory::CheckMarker() const {
  if (path_.empty())
    return absl::InvalidArgumentError("the backup directory's name is empty");
  if (!env_.FileExists(path_).ok()) {
    return absl::NotFoundError(
        absl::StrCat(path_, ": there is no such backup directory"));
  }
  const auto text = ReadSmallFile(env_, Path(kMarkerName), kMaxMarkerBytes);
  if (absl::IsNotFound(text.status())) {
    return absl::FailedPreconditionError(
        absl::StrCat(path_, ": not a backup directory (it has no file ",
                     kMarkerName, "); name one, or a new or empty directory"));
  }
  SKG_RETURN_IF_ERROR(text.status());
  uint64_t version = 0;
  if (!std::string_view(*text).starts_with(kMarkerWord) ||
      !absl::SimpleAtoi(text->substr(kMarkerWord.size()), &version) ||
      *text != MarkerText(version)) {
    return absl::DataLossError(
        absl::StrCat(path_, ": the file ", kMarkerName, " is damaged"));
  }
  if (version == kMarkerVersion) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(path_, ": its backups are of format ", version,
                   ", this program reads format ", kMarkerVersion,
                   "; use the program that made them or a newer one"));
}

absl::Status BackupDirectory::MakeMarker() {
  if (path_.empty())
    return absl::InvalidArgumentError("the backup directory's name is empty");
  SKG_RETURN_IF_ERROR(MakeDirectory(path_, env_));
  bool is_directory = false;
  if (!env_.IsDirectory(path_, &is_directory).ok() || !is_directory) {
    return absl::FailedPreconditionError(
        absl::StrCat(path_, ": is not a directory"));
  }
  SKG_ASSIGN_OR_RETURN(const auto names, ListDirectory(env_, path_));
  const bool fresh =
      std::all_of(names.begin(), names.end(), [](const std::string& name) {
        return name == kLockName ||
               (name.starts_with(kMarkerName) && IsUnfinished(name));
      });
  if (!fresh) return CheckMarker();
  return ReplaceFile(env_, path_, kMarkerName, MarkerText(kMarkerVersion));
}

absl::StatusOr<BackupDirectory::Lists> BackupDirectory::ReadLists() const {
  SKG_ASSIGN_OR_RETURN(const auto names, ListDirectory(env_, path_));
  Lists lists;
  for (const std::string& name : names) {
    const uint64_t number = NumberOf(name, kListSuffix);
    if (number == 0) continue;
    SKG_ASSIGN_OR_RETURN(const std::string text,
                         ReadSmallFile(env_, Path(name), kMaxListBytes));
    absl::StatusOr<BackupList> list = DecodeBackupList(text);
    if (!list.ok()) {
      return absl::Status(
          list.status().code(),
          absl::StrCat(Path(name), ": ", list.status().message(),
                       absl::IsDataLoss(list.status())
                           ? "; remove this file to go on without the backup"
                           : ""));
    }
    lists.emplace_back(number, *std::move(list));
  }
  std::sort(lists.begin(), lists.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  return lists;
}

absl::StatusOr<std::vector<BackupSummary>> BackupDirectory::List() const {
  SKG_RETURN_IF_ERROR(CheckMarker());
  SKG_ASSIGN_OR_RETURN(const Lists lists, ReadLists());
  std::vector<BackupSummary> summaries;
  for (const auto& [number, list] : lists)
    summaries.push_back(SummaryOf(number, list));
  return summaries;
}

absl::StatusOr<std::pair<uint64_t, BackupList>> BackupDirectory::Find(
    uint64_t number) const {
  SKG_RETURN_IF_ERROR(CheckMarker());
  SKG_ASSIGN_OR_RETURN(Lists lists, ReadLists());
  for (auto it = lists.rbegin(); it != lists.rend(); ++it) {
    if (number == 0 || it->first == number) return std::move(*it);
  }
  return absl::NotFoundError(
      number == 0 ? absl::StrCat(path_, ": there is no backup in it")
                  : absl::StrCat(path_, ": there is no backup ", number));
}

absl::Status BackupDirectory::RemoveLeftFiles(const std::string& directory) {
  SKG_ASSIGN_OR_RETURN(const auto names, ListDirectory(env_, directory));
  for (const std::string& name : names)
    SKG_RETURN_IF_ERROR(RemoveFile(env_, absl::StrCat(directory, "/", name)));
  return ToAbsl(env_.DeleteDir(directory),
                absl::StrCat("removing ", directory));
}

absl::Status BackupDirectory::Clean(const Lists& lists) {
  // A list that was removed must not come back after its files have gone.
  SKG_RETURN_IF_ERROR(SyncDirectory(env_, path_));
  std::set<uint64_t> numbers;
  absl::flat_hash_set<std::string> tables;
  for (const auto& [number, list] : lists) {
    numbers.insert(number);
    for (const BackedUpFile& file : list.files) {
      if (!file.content_id.empty()) tables.insert(TableName(file.content_id));
    }
  }
  SKG_ASSIGN_OR_RETURN(const auto names, ListDirectory(env_, path_));
  for (const std::string& name : names) {
    const uint64_t number = NumberOf(name, kFilesSuffix);
    if (number != 0 && !numbers.contains(number))
      SKG_RETURN_IF_ERROR(RemoveLeftFiles(Path(name)));
    if (IsUnfinished(name)) SKG_RETURN_IF_ERROR(RemoveFile(env_, Path(name)));
  }
  if (!std::binary_search(names.begin(), names.end(), kTablesName))
    return absl::OkStatus();
  SKG_ASSIGN_OR_RETURN(const auto stored,
                       ListDirectory(env_, Path(kTablesName)));
  for (const std::string& name : stored) {
    if (tables.contains(name)) continue;
    SKG_RETURN_IF_ERROR(
        RemoveFile(env_, absl::StrCat(Path(kTablesName), "/", name)));
  }
  return absl::OkStatus();
}

absl::StatusOr<BackupSummary> BackupDirectory::Create(KvStore& store,
                                                      uint64_t keep,
                                                      const FileWork& work) {
  SKG_RETURN_IF_ERROR(MakeMarker());
  SKG_ASSIGN_OR_RETURN(const auto lock, Lock::Take(env_, path_));
  SKG_ASSIGN_OR_RETURN(Lists lists, ReadLists());
  SKG_RETURN_IF_ERROR(Clean(lists));
  const uint64_t number = lists.empty() ? 1 : lists.back().first + 1;
  absl::StatusOr<BackupSummary> added = Add(store, number, lists, work);
  if (!added.ok()) {
    Withdraw(number, lists);
    return added;
  }
  if (keep == 0) return added;
  SKG_ASSIGN_OR_RETURN(lists, ReadLists());
  const absl::Status pruned = PruneLists(std::move(lists), keep).status();
  if (pruned.ok()) return added;
  return absl::Status(pruned.code(), absl::StrCat("backup ", number,
                                                  " was made, but older ones "
                                                  "could not be removed: ",
                                                  pruned.message()));
}

// The list may have its name already, if not for sure. What cannot be removed
// now is by the next backup; a list that stays has all its files.
void BackupDirectory::Withdraw(uint64_t number, const Lists& others) {
  if (RemoveFile(env_, Path(ListName(number))).ok())
    Clean(others).IgnoreError();
}

absl::StatusOr<BackedUpFile> BackupDirectory::CopyFile(
    const KvCheckpoint& checkpoint, size_t file, uint64_t number,
    const std::function<absl::Status(uint64_t)>& copied) {
  const KvFile& source = checkpoint.files()[file];
  BackedUpFile target{source.name, source.size, "", source.content_id};
  SKG_ASSIGN_OR_RETURN(const auto out,
                       DurableFile::Create(env_, FilePath(number, target)));
  const auto write = [&](std::string_view piece) {
    const absl::Status appended = out->Append(piece);
    return appended.ok() ? copied(piece.size()) : appended;
  };
  SKG_RETURN_IF_ERROR(checkpoint.Read(file, write));
  SKG_RETURN_IF_ERROR(out->Close());
  target.hash = out->hash();
  return target;
}

absl::StatusOr<BackupSummary> BackupDirectory::Add(KvStore& store,
                                                   uint64_t number,
                                                   const Lists& lists,
                                                   const FileWork& work) {
  absl::flat_hash_map<std::string, const BackedUpFile*> known;
  for (const auto& [older, list] : lists) {
    for (const BackedUpFile& file : list.files) {
      if (!file.content_id.empty()) known[file.content_id] = &file;
    }
  }
  SKG_RETURN_IF_ERROR(MakeDirectory(Path(kTablesName), env_));
  SKG_RETURN_IF_ERROR(MakeDirectory(Path(FilesName(number)), env_));

  BackupList list;
  list.time = absl::FromUnixMicros(absl::ToUnixMicros(absl::Now()));
  SKG_ASSIGN_OR_RETURN(const auto checkpoint, store.NewCheckpoint());
  ByteProgress progress(work);
  for (const KvFile& file : checkpoint->files()) progress.Expect(file.size);
  for (size_t i = 0; i < checkpoint->files().size(); ++i) {
    const KvFile& file = checkpoint->files()[i];
    const auto it = known.find(file.content_id);
    uint64_t stored_size = 0;
    if (it != known.end() && it->second->size == file.size &&
        env_.GetFileSize(FilePath(number, *it->second), &stored_size).ok() &&
        stored_size == file.size) {
      list.files.push_back(*it->second);
      list.files.back().name = file.name;
      SKG_RETURN_IF_ERROR(progress.Done(file.size));
      continue;
    }
    SKG_ASSIGN_OR_RETURN(BackedUpFile copy,
                         CopyFile(*checkpoint, i, number, [&](uint64_t bytes) {
                           return progress.Done(bytes);
                         }));
    list.new_bytes += copy.size;
    list.files.push_back(std::move(copy));
  }
  SKG_RETURN_IF_ERROR(SyncDirectory(env_, Path(kTablesName)));
  SKG_RETURN_IF_ERROR(SyncDirectory(env_, Path(FilesName(number))));
  SKG_RETURN_IF_ERROR(
      ReplaceFile(env_, path_, ListName(number), EncodeBackupList(list)));
  return SummaryOf(number, list);
}

absl::StatusOr<uint64_t> BackupDirectory::PruneLists(Lists lists,
                                                     uint64_t keep) {
  if (lists.size() <= keep) return 0;
  const auto kept = lists.end() - static_cast<ptrdiff_t>(keep);
  const auto removed = static_cast<uint64_t>(kept - lists.begin());
  for (auto it = lists.begin(); it != kept; ++it)
    SKG_RETURN_IF_ERROR(RemoveFile(env_, Path(ListName(it->first))));
  lists.erase(lists.begin(), kept);
  SKG_RETURN_IF_ERROR(Clean(lists));
  return removed;
}

absl::StatusOr<uint64_t> BackupDirectory::Prune(uint64_t keep) {
  if (keep == 0) {
    return absl::InvalidArgumentError(
        "at least one backup must be kept; remove the directory to have none");
  }
  SKG_RETURN_IF_ERROR(CheckMarker());
  SKG_ASSIGN_OR_RETURN(const auto lock, Lock::Take(env_, path_));
  SKG_ASSIGN_OR_RETURN(Lists lists, ReadLists());
  return PruneLists(std::move(lists), keep);
}

absl::StatusOr<std::vector<BackupFinding>> BackupDirectory::Verify(
    uint64_t number, const FileWork& work) const {
  SKG_RETURN_IF_ERROR(CheckMarker());
  SKG_ASSIGN_OR_RETURN(Lists lists, ReadLists());
  if (number != 0) {
    SKG_ASSIGN_OR_RETURN(auto one, Find(number));
    lists = {std::move(one)};
  }
  // A table is read once, however many backups have it.
  absl::flat_hash_map<std::string, absl::Status> verified;
  ByteProgress progress(work);
  for (const auto& [backup, list] : lists) {
    for (const BackedUpFile& file : list.files) {
      if (verified.try_emplace(FilePath(backup, file)).second)
        progress.Expect(file.size);
    }
  }
  verified.clear();
  std::vector<BackupFinding> findings;
  for (const auto& [backup, list] : lists) {
    for (const BackedUpFile& file : list.files) {
      const std::string path = FilePath(backup, file);
      const auto [it, is_new] = verified.try_emplace(path);
      if (is_new) {
        it->second =
            ReadVerified(env_, path, file, progress,
                         [](std::string_view) { return absl::OkStatus(); });
        if (!it->second.ok() && !absl::IsDataLoss(it->second))
          return it->second;
      }
      if (!it->second.ok()) {
        findings.push_back({backup, std::string(sv(it->second.message()))});
      }
    }
  }
  return findings;
}

absl::StatusOr<BackupSummary> BackupDirectory::Restore(
    uint64_t number, const std::string& data_directory,
    const FileWork& work) const {
  SKG_ASSIGN_OR_RETURN(const auto found, Find(number));
  const auto& [backup, list] = found;
  BackupRestore restore(env_, WithoutEndingSlashes(data_directory));
  SKG_RETURN_IF_ERROR(restore.Run(
      list,
      [&, of = backup](const BackedUpFile& file) { return FilePath(of, file); },
      work));
  return SummaryOf(backup, list);
}

}  // namespace skg::storage
