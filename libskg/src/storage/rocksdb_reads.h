// Point reads of RocksDB, for every store that is made of one.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "rocksdb/db.h"
#include "storage/kv.h"

namespace skg::storage {

// As KvStore::Get; `read` says of which moment, errors name the directory and
// the family.
[[nodiscard]] absl::StatusOr<bool> RocksGet(rocksdb::DB& db,
                                            rocksdb::ColumnFamilyHandle* handle,
                                            const rocksdb::ReadOptions& read,
                                            std::string_view directory,
                                            Family family, std::string_view key,
                                            std::string* value);

// As KvStore::MultiGet, so.
[[nodiscard]] absl::StatusOr<std::vector<std::optional<std::string>>>
RocksMultiGet(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* handle,
              const rocksdb::ReadOptions& read, std::string_view directory,
              Family family, std::span<const std::string> keys);

}  // namespace skg::storage
