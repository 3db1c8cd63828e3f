#include "storage/rocksdb_directory.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "storage/kv.h"
#include "storage/rocksdb_status.h"
#include "storage/rocksdb_tuning.h"

namespace skg::storage {
namespace {

absl::Status NotOurs(const std::string& path, std::string_view why) {
  return absl::FailedPreconditionError(
      absl::StrCat(path, ": not a data directory (", av(why),
                   "); name an empty or a new one"));
}

// What RocksDB leaves when it stops before its first CURRENT.
bool IsUnfinishedCreation(const std::vector<std::string>& children) {
  return std::all_of(
      children.begin(), children.end(), [](const std::string& name) {
        return name == "LOCK" || name == "IDENTITY" ||
               name == "MANIFEST-000001" || name.ends_with(".dbtmp");
      });
}

absl::Status CheckUnlocked(const std::string& path, rocksdb::Env& env) {
  rocksdb::FileLock* lock = nullptr;
  const rocksdb::Status status = env.LockFile(path + "/LOCK", &lock);
  if (!status.ok()) return OpenError(status, path);
  return ToAbsl(env.UnlockFile(lock), absl::StrCat("unlocking ", path));
}

// A RocksDB without any of our families: one whose creation was cut short is
// empty, another program's is not.
absl::Status CheckEmptyDefault(const std::string& path, rocksdb::Env& env) {
  const RocksDbMemory memory(0);
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status = rocksdb::DB::OpenForReadOnly(
      MakeDatabaseOptions(memory, &env, nullptr), path,
      {{rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions()}},
      &handles, &opened);
  const std::unique_ptr<rocksdb::DB> db(opened);
  if (status.IsInvalidArgument())
    return NotOurs(path, "it is another program's store");
  if (!status.ok()) return OpenError(status, path);
  bool empty = true;
  {
    const std::unique_ptr<rocksdb::Iterator> rows(
        db->NewIterator(rocksdb::ReadOptions()));
    rows->SeekToFirst();
    empty = !rows->Valid();
    if (!rows->status().ok()) return OpenError(rows->status(), path);
  }
  for (rocksdb::ColumnFamilyHandle* handle : handles) {
    db->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
  }
  return empty ? absl::OkStatus()
               : NotOurs(path, "it is another program's store");
}

absl::Status CheckFamilies(const std::string& path, rocksdb::Env& env) {
  rocksdb::DBOptions options;
  options.env = &env;
  std::vector<std::string> names;
  const rocksdb::Status status =
      rocksdb::DB::ListColumnFamilies(options, path, &names);
  if (!status.ok()) return OpenError(status, path);
  bool ours = false;
  for (const std::string& name : names) {
    if (name == rocksdb::kDefaultColumnFamilyName) continue;
    bool known = false;
    for (size_t i = 0; i < kFamilyCount; ++i) {
      known = known || name == FamilyName(static_cast<Family>(i));
    }
    if (!known) {
      return NotOurs(path,
                     absl::StrCat("it holds the unknown column family ", name,
                                  ": another program's, or a newer version's"));
    }
    ours = true;
  }
  return ours ? absl::OkStatus() : CheckEmptyDefault(path, env);
}

// What lies at a path.
struct Place {
  std::string path;  // without slashes at its end
  enum { kNothing, kUnfinished, kStore } what = kNothing;
};

absl::StatusOr<Place> LookAt(const std::string& directory, rocksdb::Env& env) {
  Place place{.path = directory};
  std::string& path = place.path;
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  if (path.empty())
    return absl::InvalidArgumentError("the data directory's path is empty");
  if (!env.FileExists(path).ok()) return place;
  bool is_directory = false;
  if (rocksdb::Status status = env.IsDirectory(path, &is_directory);
      !status.ok()) {
    return ToAbsl(status, absl::StrCat("opening ", path));
  }
  if (!is_directory) return NotOurs(path, "it is a file");
  std::vector<std::string> children;
  if (rocksdb::Status status = env.GetChildren(path, &children); !status.ok()) {
    return ToAbsl(status, absl::StrCat("listing ", path));
  }
  std::erase_if(children, [](const std::string& name) {
    return name == "." || name == "..";
  });
  place.what = Place::kStore;
  if (std::find(children.begin(), children.end(), "CURRENT") ==
      children.end()) {
    if (!IsUnfinishedCreation(children)) {
      const bool store = std::any_of(children.begin(), children.end(),
                                     [](const std::string& name) {
                                       return name.starts_with("MANIFEST-");
                                     });
      if (!store) return NotOurs(path, "it has no file CURRENT");
      return absl::DataLossError(absl::StrCat(
          path, ": the file CURRENT is missing; restore a backup"));
    }
    place.what = Place::kUnfinished;
  }
  return place;
}

absl::Status Missing(const std::string& path) {
  return absl::NotFoundError(absl::StrCat(path, ": no such data directory"));
}

}  // namespace

absl::Status MakeDirectory(const std::string& path, rocksdb::Env& env) {
  if (path == "/" || path == "." || env.FileExists(path).ok()) {
    return absl::OkStatus();
  }
  const size_t slash = path.rfind('/');
  std::string parent = slash == std::string::npos ? "." : path.substr(0, slash);
  if (parent.empty()) parent = "/";
  SKG_RETURN_IF_ERROR(MakeDirectory(parent, env));
  rocksdb::Status status = env.CreateDirIfMissing(path);
  std::unique_ptr<rocksdb::Directory> entry;
  if (status.ok()) status = env.NewDirectory(parent, &entry);
  if (status.ok()) status = entry->Fsync();
  return ToAbsl(status, absl::StrCat("creating ", path));
}

absl::StatusOr<std::string> PrepareDirectory(const std::string& directory,
                                             bool create, rocksdb::Env& env) {
  SKG_ASSIGN_OR_RETURN(const Place place, LookAt(directory, env));
  if (place.what != Place::kStore) {
    if (!create) return Missing(place.path);
    if (place.what == Place::kNothing)
      SKG_RETURN_IF_ERROR(MakeDirectory(place.path, env));
    return place.path;
  }
  SKG_RETURN_IF_ERROR(CheckUnlocked(place.path, env));
  SKG_RETURN_IF_ERROR(CheckFamilies(place.path, env));
  return place.path;
}

absl::StatusOr<std::string> CheckReadable(const std::string& directory,
                                          rocksdb::Env& env) {
  // A writer may replace the manifest between two steps of the check.
  constexpr int kTries = 20;
  SKG_ASSIGN_OR_RETURN(const Place place, LookAt(directory, env));
  if (place.what != Place::kStore) return Missing(place.path);
  absl::Status checked;
  for (int i = 0; i < kTries; ++i) {
    checked = CheckFamilies(place.path, env);
    if (!absl::IsDataLoss(checked) && !absl::IsUnavailable(checked)) break;
  }
  SKG_RETURN_IF_ERROR(checked);
  return place.path;
}

}  // namespace skg::storage
