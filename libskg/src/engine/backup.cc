// Backups of a data directory.
#include "skg/backup.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <string>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/cancellation.h"
#include "base/status.h"
#include "base/strings.h"
#include "engine/caller_thread.h"
#include "engine/engine_impl.h"
#include "skg/engine.h"
#include "storage/backup_directory.h"

namespace skg {
namespace {

// Task titles are short.
constexpr size_t kMaxShownPath = 1000;

using storage::BackupDirectory;
using storage::BackupSummary;

BackupInfo InfoOf(const BackupSummary& summary) {
  return {summary.number, summary.time, summary.files, summary.bytes,
          summary.new_bytes};
}

absl::StatusOr<BackupDirectory> DirectoryOf(std::string_view path) {
  if (path.find('\0') != std::string_view::npos) {
    return absl::InvalidArgumentError(
        "the backup directory's name has a NUL byte");
  }
  return BackupDirectory(std::string(path));
}

// What is written into the data directory while it is copied would be lost
// with it.
absl::Status CheckOutside(const std::string& data, std::string_view backup) {
  std::error_code failed;
  const auto inner = std::filesystem::weakly_canonical(backup, failed);
  if (failed) return absl::OkStatus();  // whoever opens it says why
  const auto outer = std::filesystem::weakly_canonical(data, failed);
  if (failed) return absl::OkStatus();
  const auto [left, rest] =
      std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end());
  if (left != outer.end()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(av(backup), " lies in the data directory ", data,
                   "; name a directory outside of it, best on another disk"));
}

// Of work on the calling thread.
class Progress {
 public:
  Progress(const BackupProgressFunction& function, std::string_view stage) {
    work_.cancellation = &cancellation_;
    if (!function) return;
    work_.progress = [this, &function, stage](uint64_t done, uint64_t total) {
      if (!function({done, total, stage})) cancellation_.Cancel();
    };
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  [[nodiscard]] const storage::FileWork& work() const { return work_; }

 private:
  Cancellation cancellation_;
  storage::FileWork work_;
};

}  // namespace

absl::StatusOr<std::vector<BackupInfo>> ListBackups(
    std::string_view directory) {
  SKG_ASSIGN_OR_RETURN(const BackupDirectory backups, DirectoryOf(directory));
  SKG_ASSIGN_OR_RETURN(const auto summaries, backups.List());
  std::vector<BackupInfo> infos;
  for (const BackupSummary& summary : summaries)
    infos.push_back(InfoOf(summary));
  return infos;
}

absl::StatusOr<std::vector<BackupFinding>> VerifyBackups(
    std::string_view directory, const VerifyBackupsOptions& options) {
  SKG_ASSIGN_OR_RETURN(const BackupDirectory backups, DirectoryOf(directory));
  const Progress progress(options.progress, "verifying");
  SKG_ASSIGN_OR_RETURN(const auto found,
                       backups.Verify(options.number, progress.work()));
  std::vector<BackupFinding> findings;
  for (const storage::BackupFinding& finding : found)
    findings.push_back({finding.number, finding.message});
  return findings;
}

absl::StatusOr<uint64_t> PruneBackups(std::string_view directory,
                                      uint64_t keep) {
  SKG_ASSIGN_OR_RETURN(BackupDirectory backups, DirectoryOf(directory));
  return backups.Prune(keep);
}

absl::StatusOr<BackupInfo> RestoreBackup(std::string_view directory,
                                         std::string_view data_directory,
                                         const RestoreBackupOptions& options) {
  SKG_ASSIGN_OR_RETURN(const BackupDirectory backups, DirectoryOf(directory));
  if (data_directory.find('\0') != std::string_view::npos) {
    return absl::InvalidArgumentError(
        "the data directory's name has a NUL byte");
  }
  const Progress progress(options.progress, "copying");
  SKG_ASSIGN_OR_RETURN(
      const BackupSummary summary,
      backups.Restore(options.number, std::string(data_directory),
                      progress.work()));
  return InfoOf(summary);
}

absl::StatusOr<BackupInfo> Engine::Backup(std::string_view directory,
                                          const BackupOptions& options) {
  SKG_ASSIGN_OR_RETURN(BackupDirectory backups, DirectoryOf(directory));
  SKG_RETURN_IF_ERROR(CheckOutside(impl_->directory(), directory));
  tasks::TaskSpec spec;
  spec.kind = "backup";
  spec.pool = TaskPool::kImport;
  spec.title =
      absl::StrCat("all graphs into ", av(directory.substr(0, kMaxShownPath)));
  spec.unit = "bytes";
  engine::CallerThread caller(options.progress);
  BackupInfo info;
  const auto work =
      [&](tasks::TaskContext& task) -> absl::StatusOr<std::string> {
    storage::FileWork files;
    files.cancellation = &task.cancellation();
    files.progress = [&](uint64_t done, uint64_t total) {
      task.Progress(done, total);
      caller.Reached({done, total, "copying"});
    };
    SKG_ASSIGN_OR_RETURN(
        const BackupSummary summary,
        backups.Create(impl_->store().kv(), options.keep, files));
    info = InfoOf(summary);
    return absl::StrCat(R"({"number": )", info.number, R"(, "files": )",
                        info.files, R"(, "bytes": )", info.bytes,
                        R"(, "new_bytes": )", info.new_bytes, "}");
  };
  SKG_RETURN_IF_ERROR(caller.Run(impl_->tasks(), std::move(spec), work));
  return info;
}

}  // namespace skg
