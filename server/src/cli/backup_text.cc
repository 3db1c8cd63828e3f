#include "cli/backup_text.h"

#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "cli/interrupt.h"

namespace skg::cli {
namespace {

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

std::string ProgressText(const BackupProgress& progress) {
  std::string text = absl::StrCat(std::string(progress.stage), ": ",
                                  WithSeparators(progress.bytes >> 20), " MiB");
  if (progress.total > 0) {
    absl::StrAppend(&text, " of ", WithSeparators(progress.total >> 20),
                    " MiB");
  }
  return text;
}

}  // namespace

BackupProgressFunction ShowProgress(ProgressLine& line) {
  return [&line](const BackupProgress& progress) {
    if (line.Due()) line.Show(ProgressText(progress));
    return InterruptSignal() == 0;
  };
}

std::string BackupText(const BackupInfo& backup) {
  return absl::StrCat("backup ", backup.number, ": ",
                      Counted(backup.files, "file"), ", ",
                      Counted(backup.bytes, "byte"), ", ",
                      WithSeparators(backup.new_bytes), " of them new");
}

std::string BackupTable(const std::vector<BackupInfo>& backups) {
  std::string text = absl::StrFormat("%6s  %-20s  %7s  %18s  %18s\n", "number",
                                     "time", "files", "bytes", "new bytes");
  for (const BackupInfo& backup : backups) {
    absl::StrAppendFormat(&text, "%6d  %-20s  %7d  %18s  %18s\n", backup.number,
                          TimeText(backup.time), backup.files,
                          WithSeparators(backup.bytes),
                          WithSeparators(backup.new_bytes));
  }
  return text;
}

std::string BackupJson(const std::vector<BackupInfo>& backups) {
  std::string text = R"({"backups": [)";
  for (const BackupInfo& backup : backups) {
    if (&backup != &backups.front()) text += ", ";
    absl::StrAppend(&text, R"({"number": )", backup.number, R"(, "time": ")",
                    TimeText(backup.time), R"(", "files": )", backup.files,
                    R"(, "bytes": )", backup.bytes, R"(, "new_bytes": )",
                    backup.new_bytes, "}");
  }
  return text + "]}\n";
}

}  // namespace skg::cli
