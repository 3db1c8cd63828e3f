#include "peers/rocksdb3cf/log_syncs.h"

#include <string>
#include <utility>

namespace skg::bench {
namespace {

using rocksdb::FileOptions;
using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

class CountedFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  CountedFile(std::unique_ptr<FSWritableFile> target,
              std::shared_ptr<std::atomic<uint64_t>> syncs)
      : FSWritableFileOwnerWrapper(std::move(target)),
        syncs_(std::move(syncs)) {}

  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    syncs_->fetch_add(1, std::memory_order_relaxed);
    return FSWritableFileOwnerWrapper::Sync(options, debug);
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    syncs_->fetch_add(1, std::memory_order_relaxed);
    return FSWritableFileOwnerWrapper::Fsync(options, debug);
  }

 private:
  const std::shared_ptr<std::atomic<uint64_t>> syncs_;
};

class CountingFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  CountingFileSystem(std::shared_ptr<rocksdb::FileSystem> target,
                     std::shared_ptr<std::atomic<uint64_t>> syncs)
      : FileSystemWrapper(std::move(target)), syncs_(std::move(syncs)) {}

  [[nodiscard]] const char* Name() const override {
    return "skg.bench.CountingFileSystem";
  }

  IOStatus NewWritableFile(const std::string& path, const FileOptions& options,
                           std::unique_ptr<FSWritableFile>* result,
                           IODebugContext* debug) override {
    IOStatus status = target()->NewWritableFile(path, options, result, debug);
    if (status.ok() && path.ends_with(".log")) {
      *result = std::make_unique<CountedFile>(std::move(*result), syncs_);
    }
    return status;
  }

 private:
  const std::shared_ptr<std::atomic<uint64_t>> syncs_;
};

}  // namespace

std::shared_ptr<rocksdb::FileSystem> CountLogSyncs(
    std::shared_ptr<rocksdb::FileSystem> target,
    std::shared_ptr<std::atomic<uint64_t>> syncs) {
  return std::make_shared<CountingFileSystem>(std::move(target),
                                              std::move(syncs));
}

}  // namespace skg::bench
