// RocksDB's errors as ours.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "rocksdb/status.h"

namespace skg::storage {

// `what` was attempted, and on what: it begins the message.
[[nodiscard]] absl::Status ToAbsl(const rocksdb::Status& status,
                                  std::string_view what);

// An error of opening `directory`: a lost file is damage, a lock is somebody.
[[nodiscard]] absl::Status OpenError(const rocksdb::Status& status,
                                     const std::string& directory);

[[nodiscard]] absl::Status InUseError(std::string_view directory);

}  // namespace skg::storage
