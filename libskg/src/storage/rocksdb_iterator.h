// KvIterator over RocksDB.
#pragma once

#include <memory>

#include "rocksdb/db.h"
#include "storage/kv.h"

namespace skg::storage {

// `read` says of which moment; the range and the hints are those of `options`.
// What `read` points at must outlive the iterator.
[[nodiscard]] std::unique_ptr<KvIterator> NewRocksIterator(
    rocksdb::DB& db, rocksdb::ColumnFamilyHandle* handle, Family family,
    const KvScanOptions& options, const rocksdb::ReadOptions& read);

}  // namespace skg::storage
