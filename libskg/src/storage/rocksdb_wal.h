// A file system under RocksDB that counts the syncs of the write-ahead log, and
// keeps its files in order.
//
// RocksDB starts a new log file without syncing the last one. After a power
// loss the end of the older file could then be missing while the newer one is
// there, and recovery would join them over the gap. So the older file is synced
// before the newer one gets its first byte, and the entries of both in their
// directory: what survives is a prefix of what was written.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "rocksdb/file_system.h"

namespace skg::storage {

[[nodiscard]] std::shared_ptr<rocksdb::FileSystem> MakeWalFileSystem(
    std::shared_ptr<rocksdb::FileSystem> target, std::shared_ptr<std::atomic<uint64_t>> syncs);

}  // namespace skg::storage
