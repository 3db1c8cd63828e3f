// KvStore over RocksDB: one column family a Family.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "storage/kv.h"

namespace rocksdb {
class Env;
}

namespace skg::storage {

struct RocksDbOptions {
  bool create = true;
  // Block cache and memtables together (index and filter blocks included).
  size_t memory_bytes = size_t{256} << 20;
  // Bytes a second that the background may write; 0: no bound.
  uint64_t background_io_bytes = 0;
  // Below RocksDB, for fault tests; null: the default one. Must outlive the
  // store.
  rocksdb::Env* env = nullptr;
  std::function<void(std::string_view line)> log = nullptr;
};

// Strict recovery: a write-ahead log that is damaged anywhere but in its torn
// tail is kDataLoss, never a silent loss.
// Errors: kNotFound (nothing there and not `create`), kFailedPrecondition (in
// use by another process; a directory that holds something else), kDataLoss,
// kResourceExhausted.
[[nodiscard]] absl::StatusOr<std::unique_ptr<KvStore>> OpenRocksDb(
    const std::string& directory, const RocksDbOptions& options);

}  // namespace skg::storage
