// A file system that changes no file: what would is refused, whoever asks.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "rocksdb/file_system.h"

namespace skg::storage {

class ReadOnlyFileSystem : public rocksdb::FileSystemWrapper {
 public:
  explicit ReadOnlyFileSystem(std::shared_ptr<rocksdb::FileSystem> target)
      : FileSystemWrapper(std::move(target)) {}

  rocksdb::IOStatus NewWritableFile(const std::string&,
                                    const rocksdb::FileOptions&,
                                    std::unique_ptr<rocksdb::FSWritableFile>*,
                                    rocksdb::IODebugContext*) override {
    return Refused();
  }
  rocksdb::IOStatus ReopenWritableFile(
      const std::string&, const rocksdb::FileOptions&,
      std::unique_ptr<rocksdb::FSWritableFile>*,
      rocksdb::IODebugContext*) override {
    return Refused();
  }
  rocksdb::IOStatus ReuseWritableFile(const std::string&, const std::string&,
                                      const rocksdb::FileOptions&,
                                      std::unique_ptr<rocksdb::FSWritableFile>*,
                                      rocksdb::IODebugContext*) override {
    return Refused();
  }
  rocksdb::IOStatus NewRandomRWFile(const std::string&,
                                    const rocksdb::FileOptions&,
                                    std::unique_ptr<rocksdb::FSRandomRWFile>*,
                                    rocksdb::IODebugContext*) override {
    return Refused();
  }
  rocksdb::IOStatus DeleteFile(const std::string&, const rocksdb::IOOptions&,
                               rocksdb::IODebugContext*) override {
    return Refused();
  }
  rocksdb::IOStatus Truncate(const std::string&, size_t,
                             const rocksdb::IOOptions&,
                             rocksdb::IODebugContext*) override {
    return Refused();
  }
  rocksdb::IOStatus CreateDir(const std::string&, const rocksdb::IOOptions&,
                              rocksdb::IODebugContext*) override {
    return Refused();
  }
  rocksdb::IOStatus CreateDirIfMissing(const std::string&,
                                       const rocksdb::IOOptions&,
                                       rocksdb::IODebugContext*) override {
    return Refused();
  }
  rocksdb::IOStatus DeleteDir(const std::string&, const rocksdb::IOOptions&,
                              rocksdb::IODebugContext*) override {
    return Refused();
  }
  rocksdb::IOStatus RenameFile(const std::string&, const std::string&,
                               const rocksdb::IOOptions&,
                               rocksdb::IODebugContext*) override {
    return Refused();
  }
  rocksdb::IOStatus LinkFile(const std::string&, const std::string&,
                             const rocksdb::IOOptions&,
                             rocksdb::IODebugContext*) override {
    return Refused();
  }
  rocksdb::IOStatus LockFile(const std::string&, const rocksdb::IOOptions&,
                             rocksdb::FileLock**,
                             rocksdb::IODebugContext*) override {
    return Refused();
  }
  rocksdb::IOStatus NewLogger(const std::string&, const rocksdb::IOOptions&,
                              std::shared_ptr<rocksdb::Logger>*,
                              rocksdb::IODebugContext*) override {
    return Refused();
  }

 private:
  static rocksdb::IOStatus Refused() {
    return rocksdb::IOStatus::NotSupported("a reader changes no file");
  }
};

}  // namespace skg::storage
