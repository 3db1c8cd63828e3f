// KvStore over RocksDB for a directory that another process writes, or that
// nobody does: reading only.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/kv.h"

namespace rocksdb {
class Env;
}

namespace skg::storage {

// States that a reader can show at the same time.
inline constexpr size_t kReaderStates = 3;

struct RocksDbReaderOptions {
  // Block cache; the log that the writer has not flushed yet comes on top, once
  // for each state that is held.
  size_t memory_bytes = size_t{256} << 20;
  // A read looks for what was written since where the newest state that is
  // known is older than this (or than four times what the last look took).
  absl::Duration catch_up_interval = absl::Milliseconds(100);
  // Below RocksDB, for tests; null: the default one. Must outlive the store.
  rocksdb::Env* env = nullptr;
  std::function<void(std::string_view line)> log = nullptr;
};

// A snapshot keeps the state that it was made of: up to kReaderStates different
// ones are held, and while all of them are, others show the newest of those.
// Where looking fails, reads give the error, never an older state in silence,
// until a later look succeeds; snapshots that were made before stay good.
//
// No file of the directory is changed or made, the writer's lock is neither
// taken nor looked at. Errors: kNotFound (no such directory, or somebody is
// still making it), kFailedPrecondition (a directory of something else),
// kDataLoss, kUnavailable.
[[nodiscard]] absl::StatusOr<std::unique_ptr<KvStore>> OpenRocksDbReader(
    const std::string& directory, const RocksDbReaderOptions& options);

}  // namespace skg::storage
