#include "storage/rocksdb_reads.h"

#include "absl/strings/str_cat.h"
#include "base/strings.h"
#include "storage/rocksdb_status.h"

namespace skg::storage {
namespace {

std::string ReadPlace(std::string_view directory, Family family) {
  return absl::StrCat(av(directory), ": reading family ",
                      av(FamilyName(family)));
}

}  // namespace

absl::StatusOr<bool> RocksGet(rocksdb::DB& db,
                              rocksdb::ColumnFamilyHandle* handle,
                              const rocksdb::ReadOptions& read,
                              std::string_view directory, Family family,
                              std::string_view key, std::string* value) {
  const rocksdb::Status status =
      db.Get(read, handle, rocksdb::Slice(key.data(), key.size()), value);
  if (status.ok()) return true;
  if (status.IsNotFound()) return false;
  return ToAbsl(status, ReadPlace(directory, family));
}

absl::StatusOr<std::vector<std::optional<std::string>>> RocksMultiGet(
    rocksdb::DB& db, rocksdb::ColumnFamilyHandle* handle,
    const rocksdb::ReadOptions& read, std::string_view directory, Family family,
    std::span<const std::string> keys) {
  const std::vector<rocksdb::Slice> slices(keys.begin(), keys.end());
  std::vector<rocksdb::PinnableSlice> found(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  db.MultiGet(read, handle, keys.size(), slices.data(), found.data(),
              statuses.data());
  std::vector<std::optional<std::string>> values(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    if (statuses[i].ok()) {
      values[i].emplace(found[i].data(), found[i].size());
    } else if (!statuses[i].IsNotFound()) {
      return ToAbsl(statuses[i], ReadPlace(directory, family));
    }
  }
  return values;
}

}  // namespace skg::storage
