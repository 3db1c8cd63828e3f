// Backups: of a whole data directory, and of one graph as a file.
// Engine::Backup, Graph::Save and Engine::RestoreGraph make and read them in an
// open directory; the functions here need none. See libskg/docs/backup.md.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "skg/export.h"
#include "skg/time_travel.h"

namespace skg {

// How far a backup or a restore has come.
struct BackupProgress {
  uint64_t bytes = 0;  // written, or read
  uint64_t total = 0;  // 0: not known
  // "copying", "verifying", "writing", "reading", "sorting" or "checking".
  std::string_view stage;
};
// Called now and then, on the thread that called. False cancels (kCancelled).
using BackupProgressFunction = std::function<bool(const BackupProgress&)>;

// ---- directories ------------------------------------------------------------

// One backup in a backup directory.
struct BackupInfo {
  uint64_t number = 0;  // 1, 2, ...
  absl::Time time;      // the backup holds what had been written by then
  uint64_t files = 0;
  uint64_t bytes = 0;      // of all its files
  uint64_t new_bytes = 0;  // of those that no earlier backup had
};

struct BackupOptions {
  // Afterwards, remove all but so many, the newest (0: keep all).
  uint64_t keep = 0;
  BackupProgressFunction progress = nullptr;
};

// The backups in a directory, by number. Errors: kNotFound (no such directory),
// kFailedPrecondition (not a backup directory, or of a newer version),
// kDataLoss (a list is damaged; the message names it). Cost: reads the lists.
[[nodiscard]] SKG_EXPORT absl::StatusOr<std::vector<BackupInfo>> ListBackups(
    std::string_view directory);

struct VerifyBackupsOptions {
  uint64_t number = 0;  // only this one (0: all)
  BackupProgressFunction progress = nullptr;
};
// A file of a backup that is not as it was written.
struct BackupFinding {
  uint64_t number = 0;
  std::string message;
};
// Reads backups and compares them with their checksums. Empty: all is well.
// Errors: as ListBackups, kNotFound (no such number), kCancelled, kUnavailable
// (the disk). Cost: reads each file once, however many backups share it.
[[nodiscard]] SKG_EXPORT absl::StatusOr<std::vector<BackupFinding>>
VerifyBackups(std::string_view directory,
              const VerifyBackupsOptions& options = {});

// Removes all but the `keep` newest (at least 1); gives how many those were.
// Errors: as ListBackups, kInvalidArgument, kFailedPrecondition (a backup is
// being made).
[[nodiscard]] SKG_EXPORT absl::StatusOr<uint64_t> PruneBackups(
    std::string_view directory, uint64_t keep);

struct RestoreBackupOptions {
  uint64_t number = 0;  // 0: the newest
  BackupProgressFunction progress = nullptr;
};
// Makes a data directory of a backup. `data_directory` must not exist, or be
// empty, or hold what an interrupted restore left. Every file is verified; the
// directory can be opened only once all of it is there, durably. On an error
// nothing stays. Errors: as ListBackups, kNotFound (no such number),
// kFailedPrecondition (the directory is not empty), kDataLoss (the backup is
// damaged), kCancelled, kResourceExhausted (disk full). Cost: copies all bytes.
[[nodiscard]] SKG_EXPORT absl::StatusOr<BackupInfo> RestoreBackup(
    std::string_view directory, std::string_view data_directory,
    const RestoreBackupOptions& options = {});

// ---- graph files ------------------------------------------------------------

struct SaveOptions {
  // The graph as it was then, with the past that it had then; nothing of later
  // commits is written. Unset: the present.
  std::optional<PointInTime> as_of = std::nullopt;
  BackupProgressFunction progress = nullptr;
};

// What a graph file holds.
struct SaveResult {
  uint64_t commit = 0;  // the last one in it
  uint64_t bytes = 0;
  uint64_t terms = 0;
  // Versions of statements: those that are the newest of theirs, and others.
  uint64_t rows = 0, past_rows = 0;
  uint64_t records = 0;
  uint64_t logged_commits = 0;
};

// The UUID of a restored graph. The ids of its statements are made from it:
// they are those of the saved graph where it is kept.
enum class RestoredUuid {
  kKeepIfFree,  // keep it unless a graph in this directory has it
  kKeep,        // kAlreadyExists where one has it
  kNew,         // a copy with ids of its own
};

struct RestoreGraphOptions {
  RestoredUuid uuid = RestoredUuid::kKeepIfFree;
  // Check every invariant of the graph before it appears, as
  // Engine::Check(deep) does. False saves about half of the time, for files
  // whose maker is trusted; checksums are looked at in any case.
  bool check = true;
  // Of the source, for progress only; 0: not known.
  uint64_t total_bytes = 0;
  BackupProgressFunction progress = nullptr;
};

}  // namespace skg
