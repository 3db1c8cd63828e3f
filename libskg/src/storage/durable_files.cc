#include "storage/durable_files.h"

#include <xxhash.h>

#include <algorithm>
#include <new>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "storage/rocksdb_status.h"

namespace skg::storage {
namespace {

constexpr size_t kPieceBytes = 256 << 10;

// RocksDB's default maps files that are written, which hides errors.
rocksdb::EnvOptions PlainWrites() {
  rocksdb::EnvOptions options;
  options.use_mmap_writes = false;
  return options;
}

std::string HexOf(const XXH128_hash_t& hash) {
  return absl::StrCat(absl::Hex(hash.high64, absl::kZeroPad16),
                      absl::Hex(hash.low64, absl::kZeroPad16));
}

}  // namespace

struct ContentHash::State {
  State() : xxh(XXH3_createState()) {
    if (xxh == nullptr) throw std::bad_alloc();
    XXH3_128bits_reset(xxh);
  }
  ~State() { XXH3_freeState(xxh); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  XXH3_state_t* const xxh;
};

ContentHash::ContentHash() : state_(std::make_unique<State>()) {}
ContentHash::~ContentHash() = default;

void ContentHash::Add(std::string_view bytes) {
  XXH3_128bits_update(state_->xxh, bytes.data(), bytes.size());
}

std::string ContentHash::Hex() const {
  return HexOf(XXH3_128bits_digest(state_->xxh));
}

std::string HashOf(std::string_view bytes) {
  return HexOf(XXH3_128bits(bytes.data(), bytes.size()));
}

absl::StatusOr<std::unique_ptr<DurableFile>> DurableFile::Create(
    rocksdb::Env& env, const std::string& path) {
  std::unique_ptr<rocksdb::WritableFile> file;
  SKG_RETURN_IF_ERROR(ToAbsl(env.NewWritableFile(path, &file, PlainWrites()),
                             absl::StrCat("creating ", path)));
  return std::unique_ptr<DurableFile>(new DurableFile(std::move(file), path));
}

absl::Status DurableFile::Append(std::string_view bytes) {
  hash_.Add(bytes);
  size_ += bytes.size();
  return ToAbsl(file_->Append(rocksdb::Slice(bytes.data(), bytes.size())),
                absl::StrCat("writing ", path_));
}

absl::Status DurableFile::Close() {
  rocksdb::Status status = file_->Flush();
  if (status.ok()) status = file_->Sync();
  if (status.ok()) status = file_->Close();
  return ToAbsl(status, absl::StrCat("writing ", path_));
}

absl::StatusOr<std::vector<std::string>> ListDirectory(
    rocksdb::Env& env, const std::string& path) {
  std::vector<std::string> names;
  SKG_RETURN_IF_ERROR(
      ToAbsl(env.GetChildren(path, &names), absl::StrCat("listing ", path)));
  std::erase_if(names, [](const std::string& name) {
    return name == "." || name == "..";
  });
  std::sort(names.begin(), names.end());
  return names;
}

absl::Status SyncDirectory(rocksdb::Env& env, const std::string& path) {
  std::unique_ptr<rocksdb::Directory> directory;
  rocksdb::Status status = env.NewDirectory(path, &directory);
  if (status.ok()) status = directory->Fsync();
  return ToAbsl(status, absl::StrCat("syncing ", path));
}

absl::Status RemoveFile(rocksdb::Env& env, const std::string& path) {
  const rocksdb::Status exists = env.FileExists(path);
  if (exists.IsNotFound()) return absl::OkStatus();
  return ToAbsl(env.DeleteFile(path), absl::StrCat("removing ", path));
}

absl::Status ReadFilePieces(
    rocksdb::Env& env, const std::string& path,
    const std::function<absl::Status(std::string_view)>& sink) {
  const std::string what = absl::StrCat("reading ", path);
  if (env.FileExists(path).IsNotFound())
    return absl::NotFoundError(absl::StrCat(path, ": there is no such file"));
  std::unique_ptr<rocksdb::SequentialFile> file;
  SKG_RETURN_IF_ERROR(
      ToAbsl(env.NewSequentialFile(path, &file, rocksdb::EnvOptions()), what));
  std::string buffer(kPieceBytes, '\0');
  for (;;) {
    rocksdb::Slice piece;
    SKG_RETURN_IF_ERROR(
        ToAbsl(file->Read(buffer.size(), &piece, buffer.data()), what));
    if (piece.empty()) return absl::OkStatus();
    SKG_RETURN_IF_ERROR(sink({piece.data(), piece.size()}));
  }
}

absl::StatusOr<std::string> ReadSmallFile(rocksdb::Env& env,
                                          const std::string& path,
                                          size_t max_bytes) {
  std::string bytes;
  SKG_RETURN_IF_ERROR(
      ReadFilePieces(env, path, [&](std::string_view piece) -> absl::Status {
        if (bytes.size() + piece.size() > max_bytes) {
          return absl::DataLossError(
              absl::StrCat(path, ": is longer than ", max_bytes, " bytes"));
        }
        bytes.append(piece);
        return absl::OkStatus();
      }));
  return bytes;
}

absl::Status ReplaceFile(rocksdb::Env& env, const std::string& directory,
                         const std::string& name, std::string_view bytes) {
  const std::string path = absl::StrCat(directory, "/", name);
  const std::string unfinished = absl::StrCat(path, av(kUnfinishedSuffix));
  SKG_ASSIGN_OR_RETURN(const auto file, DurableFile::Create(env, unfinished));
  SKG_RETURN_IF_ERROR(file->Append(bytes));
  SKG_RETURN_IF_ERROR(file->Close());
  SKG_RETURN_IF_ERROR(
      ToAbsl(env.RenameFile(unfinished, path), absl::StrCat("writing ", path)));
  return SyncDirectory(env, directory);
}

}  // namespace skg::storage
