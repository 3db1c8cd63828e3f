// A file as a LoadSource.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "skg/load.h"

namespace skg {
namespace {

std::string ErrnoText(int error) {
  return std::generic_category().message(error);
}

class File {
 public:
  File(std::string path, int descriptor)
      : path_(std::move(path)), descriptor_(descriptor) {}
  ~File() { close(descriptor_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  absl::StatusOr<size_t> Read(char* buffer, size_t size) const {
    while (true) {
      const ssize_t got = read(descriptor_, buffer, size);
      if (got >= 0) return static_cast<size_t>(got);
      if (errno != EINTR) {
        return absl::UnavailableError(
            absl::StrCat(path_, ": ", ErrnoText(errno)));
      }
    }
  }

 private:
  const std::string path_;
  const int descriptor_;
};

absl::Status OpenError(const std::string& path, int error) {
  const std::string message = absl::StrCat(path, ": ", ErrnoText(error));
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return absl::NotFoundError(message);
    case EACCES:
    case EPERM:
      return absl::PermissionDeniedError(message);
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return absl::ResourceExhaustedError(message);
    default:
      return absl::UnavailableError(message);
  }
}

}  // namespace

absl::StatusOr<LoadSource> OpenLoadFile(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return OpenError(path, errno);
  auto file = std::make_shared<File>(path, descriptor);
  struct stat status {};
  if (fstat(descriptor, &status) != 0) return OpenError(path, errno);
  if (S_ISDIR(status.st_mode)) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": is a directory; name the files in it"));
  }
  return LoadSource{.name = path, .read = [file](char* buffer, size_t size) {
                      return file->Read(buffer, size);
                    }};
}

}  // namespace skg
