// BackupDirectory: numbered backups of one data directory after another, which
// share the table files that they have in common.
//
//   DIR/SKG_BACKUPS        says what the directory is
//   DIR/LOCK               held by who adds or removes
//   DIR/tables/ID.sst      table files, by what is in them
//   DIR/000007.files/NAME  the other files of backup 7
//   DIR/000007.backup      its list; the backup is there once this file is
//
// The list is written last and removed first, so a backup is whole or is not
// there. What no list names is left over from work that was cut short; the next
// one that adds or removes clears it away.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/cancellation.h"
#include "storage/backup_list.h"
#include "storage/kv.h"

namespace rocksdb {
class Env;
}

namespace skg::storage {

struct BackupSummary {
  uint64_t number = 0;
  absl::Time time;
  uint64_t files = 0;
  uint64_t bytes = 0;      // of all its files
  uint64_t new_bytes = 0;  // of those that it added to the directory
};

// What long work on files asks and tells.
struct FileWork {
  const Cancellation* cancellation = nullptr;
  // Bytes done and to do.
  std::function<void(uint64_t done, uint64_t total)> progress = nullptr;
};

struct BackupFinding {
  uint64_t number = 0;
  std::string message;
};

// Thread safety: all methods from any thread; adding and removing refuse each
// other, also between processes (kFailedPrecondition).
class BackupDirectory {
 public:
  // `env`: null for the default one; else it must outlive the object.
  explicit BackupDirectory(std::string path, rocksdb::Env* env = nullptr);

  // By number. Errors: kNotFound (no such directory), kFailedPrecondition (not
  // a directory of backups, or of a newer version), kDataLoss (the message
  // names the list that is damaged).
  [[nodiscard]] absl::StatusOr<std::vector<BackupSummary>> List() const;

  // Adds a backup of the store, then keeps the `keep` newest (0: all). Makes
  // the directory where there is none. Durable when it returns; on an error
  // nothing was added, but where the message says that only older ones could
  // not be removed.
  [[nodiscard]] absl::StatusOr<BackupSummary> Create(KvStore& store,
                                                     uint64_t keep,
                                                     const FileWork& work);

  // Reads backup `number` (0: all) and compares it with what was written.
  [[nodiscard]] absl::StatusOr<std::vector<BackupFinding>> Verify(
      uint64_t number, const FileWork& work) const;

  // Removes all but the newest; gives how many those were. keep >= 1.
  [[nodiscard]] absl::StatusOr<uint64_t> Prune(uint64_t keep);

  // Makes a data directory of backup `number` (0: the newest) in a new or empty
  // directory, verifying what it copies. Until all is there it cannot be
  // opened; what an earlier restore left half done is begun anew. On an error
  // nothing stays. kFailedPrecondition: the directory is not empty.
  [[nodiscard]] absl::StatusOr<BackupSummary> Restore(
      uint64_t number, const std::string& data_directory,
      const FileWork& work) const;

 private:
  class Lock;
  using Lists = std::vector<std::pair<uint64_t, BackupList>>;

  [[nodiscard]] std::string Path(const std::string& name) const;
  [[nodiscard]] std::string FilePath(uint64_t number,
                                     const BackedUpFile& file) const;
  [[nodiscard]] absl::Status CheckMarker() const;
  [[nodiscard]] absl::Status MakeMarker();
  [[nodiscard]] absl::StatusOr<Lists> ReadLists() const;
  [[nodiscard]] absl::StatusOr<std::pair<uint64_t, BackupList>> Find(
      uint64_t number) const;
  // Removes what no list names.
  [[nodiscard]] absl::Status Clean(const Lists& lists);
  [[nodiscard]] absl::Status RemoveLeftFiles(const std::string& directory);
  [[nodiscard]] absl::StatusOr<BackupSummary> Add(KvStore& store,
                                                  uint64_t number,
                                                  const Lists& lists,
                                                  const FileWork& work);
  // Of a backup that failed.
  void Withdraw(uint64_t number, const Lists& others);
  [[nodiscard]] absl::StatusOr<BackedUpFile> CopyFile(
      const KvCheckpoint& checkpoint, size_t file, uint64_t number,
      const std::function<absl::Status(uint64_t)>& copied);
  [[nodiscard]] absl::StatusOr<uint64_t> PruneLists(Lists lists, uint64_t keep);

  const std::string path_;
  rocksdb::Env& env_;
};

}  // namespace skg::storage
