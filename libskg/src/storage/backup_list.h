// The list of one backup: which files it has and what is in them. The bytes are
// settled in libskg/docs/formats.md (section "Backup directories").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace skg::storage {

struct BackedUpFile {
  std::string name;  // in the data directory
  uint64_t size = 0;
  std::string hash;        // 32 hexadecimal digits
  std::string content_id;  // shared by all backups; empty: of this one alone
  friend bool operator==(const BackedUpFile&, const BackedUpFile&) = default;
};

struct BackupList {
  absl::Time time;
  uint64_t new_bytes = 0;  // that this backup added to its directory
  std::vector<BackedUpFile> files;
  friend bool operator==(const BackupList&, const BackupList&) = default;
};

[[nodiscard]] std::string EncodeBackupList(const BackupList& list);
// No name in it leads out of a directory. Errors: kDataLoss,
// kFailedPrecondition (of a newer version).
[[nodiscard]] absl::StatusOr<BackupList> DecodeBackupList(
    std::string_view text);

}  // namespace skg::storage
