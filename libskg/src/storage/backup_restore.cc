#include "storage/backup_restore.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "rocksdb/env.h"
#include "storage/durable_files.h"
#include "storage/rocksdb_directory.h"
#include "storage/rocksdb_status.h"

namespace skg::storage {
namespace {

constexpr char kHalfDoneName[] = "SKG_RESTORING";
constexpr std::string_view kHalfDoneText =
    "a restore has begun here and has not ended; run it again\n";
// What RocksDB opens a directory by.
constexpr char kCurrentName[] = "CURRENT";
constexpr size_t kMaxCurrentBytes = 4096;

}  // namespace

absl::Status ByteProgress::Done(uint64_t bytes) {
  done_ += bytes;
  if (work_.progress) work_.progress(done_, total_);
  return work_.cancellation == nullptr ? absl::OkStatus()
                                       : work_.cancellation->Check();
}

std::string WithoutEndingSlashes(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

absl::Status ReadVerified(
    rocksdb::Env& env, const std::string& path, const BackedUpFile& file,
    ByteProgress& progress,
    const std::function<absl::Status(std::string_view)>& sink) {
  ContentHash hash;
  uint64_t size = 0;
  const absl::Status read =
      ReadFilePieces(env, path, [&](std::string_view piece) -> absl::Status {
        hash.Add(piece);
        size += piece.size();
        SKG_RETURN_IF_ERROR(sink(piece));
        return progress.Done(piece.size());
      });
  if (absl::IsNotFound(read))
    return absl::DataLossError(absl::StrCat(path, ": the file is missing"));
  SKG_RETURN_IF_ERROR(read);
  if (size != file.size) {
    return absl::DataLossError(absl::StrCat(path, ": has ", size, " bytes, ",
                                            file.size, " were written"));
  }
  if (hash.Hex() != file.hash) {
    return absl::DataLossError(
        absl::StrCat(path, ": its bytes are not those that were written"));
  }
  return absl::OkStatus();
}

absl::Status BackupRestore::Empty() {
  SKG_ASSIGN_OR_RETURN(std::vector<std::string> names,
                       ListDirectory(env_, target_));
  std::erase(names, kHalfDoneName);
  for (const std::string& name : names)
    SKG_RETURN_IF_ERROR(RemoveFile(env_, absl::StrCat(target_, "/", name)));
  SKG_RETURN_IF_ERROR(SyncDirectory(env_, target_));
  return RemoveFile(env_, absl::StrCat(target_, "/", kHalfDoneName));
}

absl::Status BackupRestore::Prepare() {
  if (target_.empty())
    return absl::InvalidArgumentError("the data directory's name is empty");
  if (!env_.FileExists(target_).ok()) {
    SKG_RETURN_IF_ERROR(MakeDirectory(target_, env_));
    made_directory_ = true;
  } else {
    bool is_directory = false;
    if (!env_.IsDirectory(target_, &is_directory).ok() || !is_directory) {
      return absl::FailedPreconditionError(
          absl::StrCat(target_, ": is not a directory"));
    }
    SKG_ASSIGN_OR_RETURN(const auto names, ListDirectory(env_, target_));
    const auto has = [&](const std::string& name) {
      return std::binary_search(names.begin(), names.end(), name);
    };
    const bool begun =
        has(kHalfDoneName) ||
        has(absl::StrCat(kHalfDoneName, std::string(kUnfinishedSuffix)));
    if (begun && !has(kCurrentName)) {
      SKG_RETURN_IF_ERROR(Empty());
    } else if (!names.empty()) {
      return absl::FailedPreconditionError(
          absl::StrCat(target_,
                       ": is not empty; a backup is restored into a new or an "
                       "empty directory"));
    }
  }
  return ReplaceFile(env_, target_, kHalfDoneName, kHalfDoneText);
}

absl::Status BackupRestore::Copy(
    const BackupList& list,
    const std::function<std::string(const BackedUpFile&)>& path_of,
    const FileWork& work) {
  ByteProgress progress(work);
  for (const BackedUpFile& file : list.files) progress.Expect(file.size);
  std::string current;
  for (const BackedUpFile& file : list.files) {
    if (file.name == kCurrentName) {
      if (file.size > kMaxCurrentBytes)
        return absl::DataLossError("the backup's file CURRENT is too long");
      SKG_RETURN_IF_ERROR(ReadVerified(env_, path_of(file), file, progress,
                                       [&](std::string_view piece) {
                                         current.append(piece);
                                         return absl::OkStatus();
                                       }));
      continue;
    }
    SKG_ASSIGN_OR_RETURN(
        const auto out,
        DurableFile::Create(env_, absl::StrCat(target_, "/", file.name)));
    SKG_RETURN_IF_ERROR(ReadVerified(
        env_, path_of(file), file, progress,
        [&](std::string_view piece) { return out->Append(piece); }));
    SKG_RETURN_IF_ERROR(out->Close());
  }
  if (current.empty())
    return absl::DataLossError("the backup has no file CURRENT");
  SKG_RETURN_IF_ERROR(SyncDirectory(env_, target_));
  return ReplaceFile(env_, target_, kCurrentName, current);
}

absl::Status BackupRestore::Run(
    const BackupList& list,
    const std::function<std::string(const BackedUpFile&)>& path_of,
    const FileWork& work) {
  SKG_RETURN_IF_ERROR(Prepare());
  const absl::Status copied = Copy(list, path_of, work);
  if (!copied.ok()) {
    // CURRENT may have its name already, if not for sure: it goes first.
    RemoveFile(env_, absl::StrCat(target_, "/", kCurrentName)).IgnoreError();
    const absl::Status emptied = Empty();
    if (emptied.ok() && made_directory_)
      env_.DeleteDir(target_).PermitUncheckedError();
    return copied;
  }
  // The data are there: that a sign stays beside them harms nobody.
  RemoveFile(env_, absl::StrCat(target_, "/", kHalfDoneName)).IgnoreError();
  return absl::OkStatus();
}

}  // namespace skg::storage
