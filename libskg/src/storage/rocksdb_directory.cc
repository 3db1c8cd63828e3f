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
  std::string path = directory;
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  if (path.empty())
    return absl::InvalidArgumentError("the data directory's path is empty");

  const absl::Status missing =
      absl::NotFoundError(absl::StrCat(path, ": no such data directory"));
  if (!env.FileExists(path).ok()) {
    if (!create) return missing;
    SKG_RETURN_IF_ERROR(MakeDirectory(path, env));
    return path;
  }
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
  if (std::find(children.begin(), children.end(), "CURRENT") ==
      children.end()) {
    if (!IsUnfinishedCreation(children))
      return NotOurs(path, "it has no file CURRENT");
    if (!create) return missing;
    return path;
  }
  SKG_RETURN_IF_ERROR(CheckUnlocked(path, env));
  SKG_RETURN_IF_ERROR(CheckFamilies(path, env));
  return path;
}

}  // namespace skg::storage
