#include "storage/rocksdb_checkpoint.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "rocksdb/env.h"
#include "rocksdb/unique_id.h"
#include "storage/rocksdb_status.h"

namespace skg::storage {
namespace {

using rocksdb::LiveFileStorageInfo;

// A shorter log is copied as it is: a flush would leave another small table.
constexpr uint64_t kFlushAboveLogBytes = 1 << 20;
constexpr size_t kPieceBytes = 256 << 10;

std::string FileName(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

// By file name. A table that a compaction has just replaced may be missing.
absl::flat_hash_map<std::string, std::string> ContentIds(
    rocksdb::DB& db,
    const std::vector<rocksdb::ColumnFamilyHandle*>& families) {
  absl::flat_hash_map<std::string, std::string> ids;
  for (rocksdb::ColumnFamilyHandle* family : families) {
    rocksdb::TablePropertiesCollection tables;
    // Who cannot be read here is copied, and fails there if it must.
    if (!db.GetPropertiesOfAllTables(family, &tables).ok()) continue;
    for (const auto& [path, properties] : tables) {
      std::string id;
      if (rocksdb::GetExtendedUniqueIdFromTableProperties(*properties, &id)
              .ok()) {
        ids[FileName(path)] = absl::BytesToHexString(id);
      }
    }
  }
  return ids;
}

class RocksCheckpoint final : public KvCheckpoint {
 public:
  // Deletions are held back already.
  explicit RocksCheckpoint(rocksdb::DB& db) : db_(db) {}
  ~RocksCheckpoint() override {
    db_.EnableFileDeletions(/*force=*/false).PermitUncheckedError();
  }
  RocksCheckpoint(const RocksCheckpoint&) = delete;
  RocksCheckpoint& operator=(const RocksCheckpoint&) = delete;

  rocksdb::Status Fill(
      const std::vector<rocksdb::ColumnFamilyHandle*>& families) {
    rocksdb::LiveFilesStorageInfoOptions options;
    options.wal_size_for_flush = kFlushAboveLogBytes;
    rocksdb::Status status = db_.GetLiveFilesStorageInfo(options, &sources_);
    if (!status.ok()) return status;
    const auto ids = ContentIds(db_, families);
    for (const LiveFileStorageInfo& source : sources_) {
      KvFile& file = files_.emplace_back();
      file.name = source.relative_filename;
      file.size = source.size;
      if (source.file_type != rocksdb::kTableFile) continue;
      const auto id = ids.find(source.relative_filename);
      if (id != ids.end()) file.content_id = id->second;
    }
    return status;
  }

  [[nodiscard]] const std::vector<KvFile>& files() const override {
    return files_;
  }

  [[nodiscard]] absl::Status Read(
      size_t file, const std::function<absl::Status(std::string_view)>& sink)
      const override {
    const LiveFileStorageInfo& source = sources_[file];
    if (!source.replacement_contents.empty())
      return sink(source.replacement_contents);
    const std::string path =
        absl::StrCat(source.directory, "/", source.relative_filename);
    std::unique_ptr<rocksdb::SequentialFile> bytes;
    SKG_RETURN_IF_ERROR(ToAbsl(
        db_.GetEnv()->NewSequentialFile(path, &bytes, rocksdb::EnvOptions()),
        absl::StrCat("opening ", path)));
    std::string buffer(kPieceBytes, '\0');
    for (uint64_t left = source.size; left > 0;) {
      rocksdb::Slice piece;
      SKG_RETURN_IF_ERROR(
          ToAbsl(bytes->Read(std::min<uint64_t>(left, buffer.size()), &piece,
                             buffer.data()),
                 absl::StrCat("reading ", path)));
      if (piece.empty()) {
        return absl::DataLossError(
            absl::StrCat(path, ": ends ", left, " bytes early"));
      }
      left -= piece.size();
      SKG_RETURN_IF_ERROR(sink({piece.data(), piece.size()}));
    }
    return absl::OkStatus();
  }

 private:
  rocksdb::DB& db_;
  std::vector<LiveFileStorageInfo> sources_;
  std::vector<KvFile> files_;
};

}  // namespace

rocksdb::Status MakeCheckpoint(
    rocksdb::DB& db, const std::vector<rocksdb::ColumnFamilyHandle*>& families,
    std::unique_ptr<KvCheckpoint>* checkpoint) {
  rocksdb::Status status = db.DisableFileDeletions();
  if (!status.ok()) return status;
  auto made = std::make_unique<RocksCheckpoint>(db);
  status = made->Fill(families);
  if (status.ok()) *checkpoint = std::move(made);
  return status;
}

}  // namespace skg::storage
