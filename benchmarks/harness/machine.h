// What a report says of the place it was measured in.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "harness/statistics.h"

namespace skg::bench {

struct Machine {
  std::string version;
  std::string commit;  // as it was when the build was configured
  std::string date;    // UTC
  std::string cpu;
  int cpus = 0;
  double memory_gib = 0;
  std::string kernel;
  std::string disk;         // device and file system of the data directory
  Spread fdatasync_micros;  // of a 4 KiB append
  std::string compiler;
  std::string flags;
  double load = 0;  // of the last minute, at the start
  std::vector<std::string> warnings;
};

// Writes and syncs a small file in `data` to time the disk.
[[nodiscard]] absl::StatusOr<Machine> LookAtMachine(
    const std::filesystem::path& data);

}  // namespace skg::bench
