// RocksDbImage: the files of a store that another process writes, as they stood
// at one moment; a file system that a RocksDB secondary instance reads.
//
// A secondary instance left to itself reads the manifest, then lists the log
// files, then reads them, while the writer goes on: a log file that is deleted
// or a table file that is added in between makes it join states of different
// moments, and one family shows what another does not. So it is shown an image:
// the manifest and every log file end where they ended at one moment, and
// every file is held open from then on, so that none can vanish.
//
// The moment is made as a sequence lock makes it: RocksDB deletes a file only
// after the manifest says that it is not needed, and what a log file says about
// an added table file follows the manifest's entry. So if CURRENT and the size
// of the manifest are the same before and after the log files are listed and
// measured, the image is a state that a crash at that moment would have left.
//
// Nothing that is asked of this file system changes a file, takes the writer's
// lock or makes a file of its own.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "rocksdb/file_system.h"

namespace skg::storage {

// Files that several images hold: one descriptor each. Thread-safe.
class SharedFiles {
 public:
  using File = std::shared_ptr<rocksdb::FSRandomAccessFile>;
  // Opens `path` unless an image holds it.
  [[nodiscard]] rocksdb::IOStatus Open(rocksdb::FileSystem& target,
                                       const std::string& path, File* file);

 private:
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<rocksdb::FSRandomAccessFile>> files_;
  size_t prune_at_ = 64;  // entries; those nobody holds are forgotten then
};

// Thread safety: all methods from any thread; Look must not run while an
// instance reads the manifest or the log.
class RocksDbImage {
 public:
  // `directory` without slashes at its end.
  RocksDbImage(std::string directory,
               std::shared_ptr<rocksdb::FileSystem> target,
               std::shared_ptr<SharedFiles> tables);
  ~RocksDbImage();

  enum class Change {
    kNone,
    kLog,    // the log has grown
    kFiles,  // the manifest has changed too: an instance must be opened anew
  };
  // Moves the image to the present. Errors (the image stays as it was):
  // kDataLoss (a file CURRENT that names nothing), kUnavailable (a file cannot
  // be opened; the files change faster than they can be listed).
  [[nodiscard]] absl::StatusOr<Change> Look();

  [[nodiscard]] std::shared_ptr<rocksdb::FileSystem> file_system() const {
    return file_system_;
  }

  class State;  // shared with the file system

 private:
  const std::shared_ptr<State> state_;
  const std::shared_ptr<rocksdb::FileSystem> file_system_;
};

}  // namespace skg::storage
