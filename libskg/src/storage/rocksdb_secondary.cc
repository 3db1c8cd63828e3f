#include "storage/rocksdb_secondary.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "storage/rocksdb_status.h"

namespace skg::storage {
namespace {

absl::Status Failure(const rocksdb::Status& status,
                     const std::string& directory) {
  if (status.IsInvalidArgument() &&
      absl::StrContains(status.ToString(), "Column family not found")) {
    return absl::NotFoundError(absl::StrCat(
        directory,
        ": another process is still making this data directory; try again"));
  }
  return OpenError(status, directory);
}

}  // namespace

RocksDbSecondary::RocksDbSecondary(const RocksDbReaderFiles& files)
    : files_(files),
      image_(files.directory, files.target, files.files),
      env_(rocksdb::NewCompositeEnv(image_.file_system())) {}

RocksDbSecondary::~RocksDbSecondary() { Close(); }

void RocksDbSecondary::Close() {
  if (db_ == nullptr) return;
  for (rocksdb::ColumnFamilyHandle* handle : opened_)
    db_->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
  opened_.clear();
  db_->Close().PermitUncheckedError();
  db_.reset();
}

absl::Status RocksDbSecondary::MoveOn() {
  SKG_ASSIGN_OR_RETURN(const RocksDbImage::Change change, image_.Look());
  if (db_ == nullptr || change == RocksDbImage::Change::kFiles) {
    Close();
    return Open();
  }
  if (change == RocksDbImage::Change::kNone) return absl::OkStatus();
  const rocksdb::Status status = db_->TryCatchUpWithPrimary();
  if (status.ok()) return absl::OkStatus();
  Close();
  return ToAbsl(status, absl::StrCat("following ", files_.directory));
}

absl::Status RocksDbSecondary::Open() {
  rocksdb::DBOptions options =
      MakeDatabaseOptions(files_.memory, env_.get(), files_.log);
  // Every file stays open: the writer may delete it.
  options.max_open_files = -1;
  options.skip_stats_update_on_db_open = true;
  // Opening is often: no thread is made for it, no buffer that stays empty.
  options.max_file_opening_threads = 1;
  // The manifest lists the log files as the writer's next recovery needs them,
  // which a secondary instance does not follow.
  options.track_and_verify_wals_in_manifest = false;
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  const auto add = [&](std::string name, Family family) {
    rocksdb::ColumnFamilyOptions of = MakeFamilyOptions(family, files_.memory);
    of.arena_block_size = size_t{64} << 10;
    of.memtable_prefix_bloom_size_ratio = 0;
    families.emplace_back(std::move(name), of);
  };
  for (size_t i = 0; i < kFamilyCount; ++i) {
    const auto family = static_cast<Family>(i);
    add(std::string(FamilyName(family)), family);
  }
  add(rocksdb::kDefaultColumnFamilyName, Family::kFollowers);
  SKG_RETURN_IF_ERROR(CheckFiles(options, families));
  rocksdb::DB* db = nullptr;
  // Its own directory would hold its log file; there is none.
  const rocksdb::Status status = rocksdb::DB::OpenAsSecondary(
      options, files_.directory, files_.directory, families, &opened_, &db);
  db_.reset(db);
  if (status.ok()) return absl::OkStatus();
  opened_.clear();
  db_.reset();
  return Failure(status, files_.directory);
}

absl::Status RocksDbSecondary::CheckFiles(
    rocksdb::DBOptions options,
    const std::vector<rocksdb::ColumnFamilyDescriptor>& families) const {
  // Else RocksDB 7.8 wants to write that it does not check (an assertion).
  options.track_and_verify_wals_in_manifest = true;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  // The log is not read twice: the open ends before that, all else being well.
  const rocksdb::Status status = rocksdb::DB::OpenForReadOnly(
      options, files_.directory, families, &handles, &opened,
      /*error_if_wal_file_exists=*/true);
  const std::unique_ptr<rocksdb::DB> db(opened);
  for (rocksdb::ColumnFamilyHandle* handle : handles)
    db->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
  if (status.ok() ||
      absl::StrContains(status.ToString(), "error_if_wal_file_exists")) {
    return absl::OkStatus();
  }
  return Failure(status, files_.directory);
}

}  // namespace skg::storage
