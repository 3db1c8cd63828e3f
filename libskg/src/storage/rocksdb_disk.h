// The files of one store, as RocksDB writes them: a file system that keeps what
// RocksDB 7.8 leaves to luck.
//
// Order. RocksDB starts a new log file without syncing the last one. After a
// power loss the end of the older file could then be missing while the newer
// one is there, and recovery would join them over the gap. So the older file is
// synced before the newer one gets its first byte, and the entries of both in
// their directory: what survives is a prefix of what was written. RocksDB also
// renames its file CURRENT to name a new manifest before the manifest's own
// entry is durable; the directory is synced before that.
//
// Failure. The first write that fails stops all others: after a failed sync the
// kernel may have dropped the pages and report success the next time, and what
// was written behind a hole must not be acknowledged. Debian's RocksDB is built
// with assertions, and two of them fire where a disk fails:
// - a log file must not be synced again after a failed append or sync, but
//   DB::SyncWAL and flushes do so where another thread has just failed. SyncLog
//   goes round RocksDB, and a file that is no longer written has nothing left
//   to sync.
// - a compaction that could not write the file for a range of deletions asks
//   for the smallest key of a file without keys. So a failed write to a table
//   file is reported as success, and nothing can come of it: no later change of
//   the manifest, without which no table file counts, succeeds.
// And no file is deleted any more: where the manifest could not be synced
// RocksDB takes back the files that it was about to name (of an ingest, say),
// but what was appended to it may be read at the next open. That removes what
// is left over.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "rocksdb/file_system.h"

namespace skg::storage {

// Thread safety: all methods from any thread.
class RocksDbDisk {
 public:
  // `log`, if any, is told of the first failure.
  RocksDbDisk(std::shared_ptr<rocksdb::FileSystem> target,
              std::function<void(std::string_view line)> log);
  ~RocksDbDisk();

  [[nodiscard]] std::shared_ptr<rocksdb::FileSystem> file_system() const;

  // Makes durable what was appended to the write-ahead log before the call.
  [[nodiscard]] rocksdb::IOStatus SyncLog();
  // Syncs of the write-ahead log that the disk was asked for.
  [[nodiscard]] uint64_t log_syncs() const;
  // The first write that failed; OK: none has.
  [[nodiscard]] rocksdb::IOStatus failure() const;

  class State;  // shared with the open files

 private:
  const std::shared_ptr<State> state_;
  const std::shared_ptr<rocksdb::FileSystem> file_system_;
};

}  // namespace skg::storage
