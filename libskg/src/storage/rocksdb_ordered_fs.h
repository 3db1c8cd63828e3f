// A file system under RocksDB that puts in order what a disk may reorder, and
// counts the syncs of the write-ahead log.
//
// RocksDB starts a new log file without syncing the last one. After a power
// loss the end of the older file could then be missing while the newer one is
// there, and recovery would join them over the gap. So the older file is synced
// before the newer one gets its first byte, and the entries of both in their
// directory: what survives is a prefix of what was written.
//
// It renames its file CURRENT to name a new manifest before the manifest's own
// entry is durable. A journal keeps such changes in their order; where there is
// none, CURRENT could outlive what it names. So the directory is synced first.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "rocksdb/file_system.h"

namespace skg::storage {

[[nodiscard]] std::shared_ptr<rocksdb::FileSystem> MakeOrderedFileSystem(
    std::shared_ptr<rocksdb::FileSystem> target, std::shared_ptr<std::atomic<uint64_t>> syncs);

}  // namespace skg::storage
