// How RocksDB is set up for libskg's families.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "rocksdb/options.h"
#include "storage/kv.h"

namespace skg::storage {

// Memory that the store's families share.
struct RocksDbMemory {
  explicit RocksDbMemory(size_t bytes);

  // Blocks, index and filter blocks, and a charge for the memtables.
  std::shared_ptr<rocksdb::Cache> cache;
  // As KvStore::lender.
  [[nodiscard]] std::function<void(size_t bytes)> lender() const;
  std::shared_ptr<rocksdb::WriteBufferManager> write_buffers;
  size_t memtable_bytes;  // of one family, before it is flushed
  size_t wal_bytes;       // of all log files; what an open may have to replay
};

[[nodiscard]] rocksdb::DBOptions MakeDatabaseOptions(
    const RocksDbMemory& memory, rocksdb::Env* env,
    std::function<void(std::string_view line)> log);

[[nodiscard]] rocksdb::ColumnFamilyOptions MakeFamilyOptions(
    Family family, const RocksDbMemory& memory);

}  // namespace skg::storage
