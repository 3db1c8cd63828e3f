// A disk that can lose power, below RocksDB.
//
// kill -9 loses nothing that the kernel holds, so it proves no fsync. This file
// system remembers what a disk would be bound to hold: of a file the bytes that
// were there at its last sync, of a directory the entries (creations, renames,
// removals) that were there at its last sync. LosePower() rewrites the real
// directory to one of the states that such a disk may show after a power cut:
// every unsynced tail is cut somewhere, every unsynced entry is undone or kept,
// as the seed decides.
//
// It also fails operations on demand: the n-th, or every one from the n-th on.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "absl/status/status.h"

namespace rocksdb {
class Env;
}

namespace skg::test {

class PowerLossFileSystem;

enum class DiskFault : uint8_t {
  kNoSpace,  // ENOSPC; an append keeps its first half
  kIoError,  // EIO
};

// Thread-safe. Must outlive the stores over it.
class PowerLossEnv {
 public:
  // `scratch`: an empty directory on the file system of the data, not in it.
  PowerLossEnv(const std::filesystem::path& scratch, uint64_t seed);
  ~PowerLossEnv();
  PowerLossEnv(const PowerLossEnv&) = delete;
  PowerLossEnv& operator=(const PowerLossEnv&) = delete;

  [[nodiscard]] rocksdb::Env* env() { return env_.get(); }

  // From now on every change fails. Waits for those under way.
  void CutPower();
  // After CutPower, and after the store was closed: the directory becomes what
  // the disk held, and the power is on again.
  [[nodiscard]] absl::Status Restore();

  // Changes (appends, syncs of files and directories, creations, renames,
  // removals) so far.
  [[nodiscard]] uint64_t changes() const;
  // Fails the n-th change from now (1: the next), and if `every_later_one`, all
  // after it. 0: none any more.
  void FailChange(uint64_t n, DiskFault fault, bool every_later_one);
  [[nodiscard]] bool fault_fired() const;
  // How long a sync of a file takes; 50 us at first.
  void SetSyncTime(std::chrono::microseconds time);

 private:
  std::shared_ptr<PowerLossFileSystem> file_system_;
  std::unique_ptr<rocksdb::Env> env_;
};

}  // namespace skg::test
