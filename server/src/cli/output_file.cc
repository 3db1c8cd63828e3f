#include "cli/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"

namespace skg::cli {
namespace {

constexpr mode_t kMode = 0666;  // less the umask

absl::Status ErrnoStatus(const std::string& path, int error) {
  const std::string message =
      absl::StrCat(path, ": ", std::generic_category().message(error));
  switch (error) {
    case ENOSPC:
      return absl::ResourceExhaustedError(message);
    case ENOENT:
    case ENOTDIR:
      return absl::NotFoundError(message);
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::PermissionDeniedError(message);
    default:
      return absl::UnavailableError(message);
  }
}

// A link keeps pointing to the file, which is replaced.
std::string Resolve(const std::string& path) {
  std::error_code error;
  const std::filesystem::path resolved =
      std::filesystem::canonical(path, error);
  return error ? path : resolved.string();
}

}  // namespace

OutputFile::OutputFile(std::string path, std::string temporary, int descriptor)
    : path_(std::move(path)),
      temporary_(std::move(temporary)),
      descriptor_(descriptor),
      output_(descriptor, path_) {}

absl::StatusOr<std::unique_ptr<OutputFile>> OutputFile::Create(
    const std::string& path) {
  const std::string target = Resolve(path);
  struct stat status {};
  const bool exists = stat(target.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": is a directory; name a file in it"));
  }
  std::string temporary;
  int descriptor = -1;
  if (exists && !S_ISREG(status.st_mode)) {
    descriptor = open(target.c_str(), O_WRONLY | O_CLOEXEC);
  } else {
    temporary = absl::StrCat(target, ".", getpid(), ".part");
    descriptor =
        open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kMode);
  }
  if (descriptor < 0) return ErrnoStatus(path, errno);
  std::unique_ptr<OutputFile> file(
      new OutputFile(target, std::move(temporary), descriptor));
  if (path.ends_with(".gz")) {
    // zlib closes what it is given.
    const int own = dup(descriptor);
    file->gzip_ = own < 0 ? nullptr : gzdopen(own, "wb");
    if (file->gzip_ == nullptr) {
      if (own >= 0) close(own);
      return absl::ResourceExhaustedError(
          absl::StrCat(path, ": cannot begin a gzip file"));
    }
  }
  return file;
}

OutputFile::~OutputFile() {
  if (gzip_ != nullptr) gzclose(gzip_);
  if (descriptor_ >= 0) close(descriptor_);
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

absl::Status OutputFile::Write(std::string_view bytes) {
  if (gzip_ == nullptr) return output_.Write(bytes);
  if (bytes.empty()) return absl::OkStatus();
  errno = 0;
  if (gzfwrite(bytes.data(), 1, bytes.size(), gzip_) == bytes.size())
    return absl::OkStatus();
  return ErrnoStatus(path_, errno);
}

absl::Status OutputFile::Finish() {
  if (gzip_ == nullptr) return output_.Flush();
  errno = 0;
  const int closed = gzclose(std::exchange(gzip_, nullptr));
  return closed == Z_OK ? absl::OkStatus() : ErrnoStatus(path_, errno);
}

absl::Status OutputFile::SyncAndMove() {
  if (temporary_.empty()) return absl::OkStatus();
  if (fsync(descriptor_) != 0) return ErrnoStatus(path_, errno);
  if (rename(temporary_.c_str(), path_.c_str()) != 0)
    return ErrnoStatus(path_, errno);
  temporary_.clear();
  // The new name is durable once its directory is.
  const std::string parent =
      std::filesystem::path(path_).parent_path().string();
  const int directory =
      open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_CLOEXEC);
  if (directory < 0) return ErrnoStatus(path_, errno);
  const int synced = fsync(directory);
  const int error = errno;
  close(directory);
  return synced == 0 ? absl::OkStatus() : ErrnoStatus(path_, error);
}

absl::Status OutputFile::Commit() {
  const absl::Status finished = Finish();
  return finished.ok() ? SyncAndMove() : finished;
}

}  // namespace skg::cli
