// RocksDbSecondary: one state of a store that another process writes, which
// stands still until it is told to move on.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "storage/kv.h"
#include "storage/rocksdb_image.h"
#include "storage/rocksdb_tuning.h"

namespace skg::storage {

// What the instances of one reader share.
struct RocksDbReaderFiles {
  std::string directory;  // without slashes at its end
  std::shared_ptr<rocksdb::FileSystem> target;
  std::shared_ptr<SharedFiles> files = std::make_shared<SharedFiles>();
  RocksDbMemory memory;
  std::function<void(std::string_view line)> log;
};

// Thread safety: reads from any thread, while nothing moves it.
class RocksDbSecondary {
 public:
  explicit RocksDbSecondary(const RocksDbReaderFiles& files);
  ~RocksDbSecondary();
  RocksDbSecondary(const RocksDbSecondary&) = delete;
  RocksDbSecondary& operator=(const RocksDbSecondary&) = delete;

  // Shows what is in the directory now. Where only the log has grown, its new
  // part is read; where the manifest has changed the instance is opened anew: a
  // secondary that goes on keeps rows in its memtables that the writer has
  // meanwhile replaced or removed and compacted away (RocksDB 7.8 to 9).
  // Nothing may be read meanwhile, nor after an error. Errors: kNotFound
  // (somebody is still making the store), kDataLoss, kUnavailable.
  [[nodiscard]] absl::Status MoveOn();
  void Close();

  [[nodiscard]] bool open() const { return db_ != nullptr; }
  [[nodiscard]] rocksdb::DB& db() const { return *db_; }
  [[nodiscard]] rocksdb::ColumnFamilyHandle* handle(Family family) const {
    return opened_[static_cast<size_t>(family)];
  }

 private:
  [[nodiscard]] absl::Status Open();
  // A secondary instance leaves out the table files that it cannot open and the
  // log files that are missing, and says nothing: so they are opened, and the
  // log files counted, as a writer would.
  [[nodiscard]] absl::Status CheckFiles(
      rocksdb::DBOptions options,
      const std::vector<rocksdb::ColumnFamilyDescriptor>& families) const;

  const RocksDbReaderFiles& files_;
  RocksDbImage image_;
  const std::unique_ptr<rocksdb::Env> env_;
  std::vector<rocksdb::ColumnFamilyHandle*> opened_;
  std::unique_ptr<rocksdb::DB> db_;
};

}  // namespace skg::storage
