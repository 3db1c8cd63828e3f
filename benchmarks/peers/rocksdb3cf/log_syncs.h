// A file system under RocksDB that counts the syncs of its write-ahead log and
// changes nothing.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "rocksdb/file_system.h"

namespace skg::bench {

[[nodiscard]] std::shared_ptr<rocksdb::FileSystem> CountLogSyncs(
    std::shared_ptr<rocksdb::FileSystem> target,
    std::shared_ptr<std::atomic<uint64_t>> syncs);

}  // namespace skg::bench
