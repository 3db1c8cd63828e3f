// SortedFiles: the rows of one family in rising order, in as many sorted files
// as their bytes ask for.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/status.h"
#include "storage/kv.h"

namespace skg::storage {

// Not thread-safe.
class SortedFiles {
 public:
  SortedFiles(KvStore& kv, Family family) : kv_(&kv), family_(family) {}

  // As KvSortedFile::Put, over all files.
  [[nodiscard]] absl::Status Put(std::string_view key, std::string_view value) {
    // Space is given back file by file.
    constexpr uint64_t kFileBytes = uint64_t{64} << 20;
    if (files_.empty() || files_.back()->size_bytes() > kFileBytes) {
      SKG_ASSIGN_OR_RETURN(auto file, kv_->NewSortedFile(family_));
      files_.push_back(std::move(file));
    }
    return files_.back()->Put(key, value);
  }
  // Moves the files behind those of `all`, to be ingested together.
  void MoveTo(std::vector<std::unique_ptr<KvSortedFile>>& all) {
    for (auto& file : files_) all.push_back(std::move(file));
    files_.clear();
  }

 private:
  KvStore* kv_;
  Family family_;
  std::vector<std::unique_ptr<KvSortedFile>> files_;
};

}  // namespace skg::storage
