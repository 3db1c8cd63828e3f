// Looks at a directory before RocksDB may touch it.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace rocksdb {
class Env;
}

namespace skg::storage {

// The path to open: `directory` without slashes at its end. Makes the directory
// (and those above it) durably where there is none and `create`; changes
// nothing else, and nothing at all if it refuses.
// Errors: kInvalidArgument (empty path), kNotFound, kFailedPrecondition (a
// file, or a directory of something else; in use by another process),
// kDataLoss.
[[nodiscard]] absl::StatusOr<std::string> PrepareDirectory(
    const std::string& directory, bool create, rocksdb::Env& env);

// The same for reading only: takes no lock, makes nothing. Errors: kNotFound
// (also where somebody is still making it), kInvalidArgument,
// kFailedPrecondition, kDataLoss.
[[nodiscard]] absl::StatusOr<std::string> CheckReadable(
    const std::string& directory, rocksdb::Env& env);
// Makes `path` and what is missing above it, each durable in its parent.
[[nodiscard]] absl::Status MakeDirectory(const std::string& path,
                                         rocksdb::Env& env);

}  // namespace skg::storage
