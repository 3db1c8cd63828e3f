// The files of a RocksDB store as of one moment.
#pragma once

#include <memory>
#include <vector>

#include "rocksdb/db.h"
#include "storage/kv.h"

namespace skg::storage {

// Flushes what is buffered unless the log is short; then its files are copied
// instead. `families`: all that are open. The checkpoint holds back the
// deletion of files.
[[nodiscard]] rocksdb::Status MakeCheckpoint(
    rocksdb::DB& db, const std::vector<rocksdb::ColumnFamilyHandle*>& families,
    std::unique_ptr<KvCheckpoint>* checkpoint);

}  // namespace skg::storage
