// Files and directories that are on stable storage before anybody counts on
// them, through RocksDB's Env, so that tests can make the disk fail.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rocksdb/env.h"

namespace skg::storage {

// 32 hexadecimal digits of the XXH3-128 of bytes that come in pieces.
class ContentHash {
 public:
  ContentHash();
  ~ContentHash();
  ContentHash(const ContentHash&) = delete;
  ContentHash& operator=(const ContentHash&) = delete;
  void Add(std::string_view bytes);
  [[nodiscard]] std::string Hex() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};
[[nodiscard]] std::string HashOf(std::string_view bytes);

// A new file, hashed as it is written. Close makes its bytes durable, the
// directory's entry is not yet. Not thread-safe.
class DurableFile {
 public:
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<DurableFile>> Create(
      rocksdb::Env& env, const std::string& path);
  [[nodiscard]] absl::Status Append(std::string_view bytes);
  [[nodiscard]] absl::Status Close();
  [[nodiscard]] std::string hash() const { return hash_.Hex(); }
  [[nodiscard]] uint64_t size() const { return size_; }

 private:
  DurableFile(std::unique_ptr<rocksdb::WritableFile> file, std::string path)
      : file_(std::move(file)), path_(std::move(path)) {}

  const std::unique_ptr<rocksdb::WritableFile> file_;
  const std::string path_;
  ContentHash hash_;
  uint64_t size_ = 0;
};

// All names in a directory, sorted. kNotFound: there is none.
[[nodiscard]] absl::StatusOr<std::vector<std::string>> ListDirectory(
    rocksdb::Env& env, const std::string& path);
[[nodiscard]] absl::Status SyncDirectory(rocksdb::Env& env,
                                         const std::string& path);
// What is not there is no error.
[[nodiscard]] absl::Status RemoveFile(rocksdb::Env& env,
                                      const std::string& path);
// Gives the file's bytes to `sink` in pieces. kNotFound.
[[nodiscard]] absl::Status ReadFilePieces(
    rocksdb::Env& env, const std::string& path,
    const std::function<absl::Status(std::string_view)>& sink);
// The whole of a small file. kDataLoss: it is longer than `max_bytes`.
[[nodiscard]] absl::StatusOr<std::string> ReadSmallFile(rocksdb::Env& env,
                                                        const std::string& path,
                                                        size_t max_bytes);
// Writes `directory`/`name` whole or not at all: under another name first.
// Durable when it returns.
[[nodiscard]] absl::Status ReplaceFile(rocksdb::Env& env,
                                       const std::string& directory,
                                       const std::string& name,
                                       std::string_view bytes);
// What ReplaceFile appends to the name until the file is complete.
inline constexpr std::string_view kUnfinishedSuffix = ".part";

}  // namespace skg::storage
