// BackupRestore: the files of one backup become a data directory.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "storage/backup_directory.h"
#include "storage/backup_list.h"

namespace rocksdb {
class Env;
}

namespace skg::storage {

// Bytes done of those expected, told now and then. Not thread-safe.
class ByteProgress {
 public:
  explicit ByteProgress(const FileWork& work) : work_(work) {}
  void Expect(uint64_t bytes) { total_ += bytes; }
  // Errors: kCancelled, kDeadlineExceeded.
  [[nodiscard]] absl::Status Done(uint64_t bytes);

 private:
  const FileWork& work_;
  uint64_t done_ = 0, total_ = 0;
};

// "a/b//" -> "a/b".
[[nodiscard]] std::string WithoutEndingSlashes(std::string path);

// Gives the bytes of `path` to `sink`. kDataLoss: it is missing, or is not what
// `file` says; the sink has seen bytes by then.
[[nodiscard]] absl::Status ReadVerified(
    rocksdb::Env& env, const std::string& path, const BackedUpFile& file,
    ByteProgress& progress,
    const std::function<absl::Status(std::string_view)>& sink);

// One restore. The file that makes a directory a store comes last; until then
// another file says that it is half done. Not thread-safe.
class BackupRestore {
 public:
  BackupRestore(rocksdb::Env& env, std::string target)
      : env_(env), target_(std::move(target)) {}

  // `path_of`: where a file of the backup lies.
  [[nodiscard]] absl::Status Run(
      const BackupList& list,
      const std::function<std::string(const BackedUpFile&)>& path_of,
      const FileWork& work);

 private:
  [[nodiscard]] absl::Status Prepare();
  [[nodiscard]] absl::Status Copy(
      const BackupList& list,
      const std::function<std::string(const BackedUpFile&)>& path_of,
      const FileWork& work);
  // All files, what tells that it is half done last.
  [[nodiscard]] absl::Status Empty();

  rocksdb::Env& env_;
  const std::string target_;
  bool made_directory_ = false;
};

}  // namespace skg::storage
