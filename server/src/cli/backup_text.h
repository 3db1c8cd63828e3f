// What `backup` and `restore` say.
#pragma once

#include <string>
#include <vector>

#include "cli/terminal.h"
#include "skg/backup.h"

namespace skg::cli {

// Shows progress on a terminal; wants no more once there was an interrupt.
// `line` must outlive what it gives.
[[nodiscard]] BackupProgressFunction ShowProgress(ProgressLine& line);

// "backup 3: 12 files, 1,234,567 bytes, 23,456 of them new".
[[nodiscard]] std::string BackupText(const BackupInfo& backup);
[[nodiscard]] std::string BackupTable(const std::vector<BackupInfo>& backups);
[[nodiscard]] std::string BackupJson(const std::vector<BackupInfo>& backups);

}  // namespace skg::cli
