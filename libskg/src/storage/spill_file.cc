#include "storage/spill_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace skg::storage {

namespace {

constexpr size_t kWriteBytes = 1 << 20;

absl::Status Failed(int error, const char* what) {
  const std::string message = absl::StrCat(
      "temporary file: ", what, ": ", std::generic_category().message(error));
  return error == ENOSPC || error == EDQUOT || error == EFBIG ||
                 error == EMFILE || error == ENFILE
             ? absl::ResourceExhaustedError(message)
             : absl::UnavailableError(message);
}

}  // namespace

absl::StatusOr<std::unique_ptr<SpillFile>> SpillFile::Create(
    const std::string& directory) {
  std::string where = directory;
  if (where.empty()) {
    std::error_code error;
    where = std::filesystem::temp_directory_path(error).string();
    if (error) return Failed(error.value(), "finding a directory");
  }
  int descriptor = open(where.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (descriptor < 0 && (errno == EOPNOTSUPP || errno == EISDIR)) {
    std::string name = where + "/skg-spill-XXXXXX";
    descriptor = mkostemp(name.data(), O_CLOEXEC);
    if (descriptor >= 0) unlink(name.c_str());
  }
  if (descriptor < 0) return Failed(errno, where.c_str());
  return std::unique_ptr<SpillFile>(new SpillFile(descriptor));
}

SpillFile::~SpillFile() { close(descriptor_); }

absl::Status SpillFile::Append(const void* bytes, size_t size) {
  if (buffer_.capacity() == 0) buffer_.reserve(kWriteBytes);
  const auto* from = static_cast<const char*>(bytes);
  while (size > 0) {
    const size_t part = std::min(size, kWriteBytes - buffer_.size());
    buffer_.insert(buffer_.end(), from, from + part);
    from += part;
    size -= part;
    if (buffer_.size() == kWriteBytes) SKG_RETURN_IF_ERROR(Flush());
  }
  return absl::OkStatus();
}

absl::Status SpillFile::Flush() {
  size_t at = 0;
  while (at < buffer_.size()) {
    const ssize_t wrote =
        write(descriptor_, buffer_.data() + at, buffer_.size() - at);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return Failed(errno, "writing");
    at += static_cast<size_t>(wrote);
  }
  written_ += buffer_.size();
  buffer_.clear();
  return absl::OkStatus();
}

absl::Status SpillFile::Read(uint64_t offset, void* out, size_t size) const {
  auto* to = static_cast<char*>(out);
  while (size > 0) {
    const ssize_t got =
        pread(descriptor_, to, size, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Failed(errno, "reading");
    if (got == 0) {
      return absl::DataLossError("a temporary file ends before its time");
    }
    to += got;
    offset += static_cast<uint64_t>(got);
    size -= static_cast<size_t>(got);
  }
  return absl::OkStatus();
}

absl::Status SpillReader::Read(void* out, size_t size) {
  auto* to = static_cast<char*>(out);
  while (size > 0) {
    if (at_ == buffer_.size()) {
      buffer_.resize(
          static_cast<size_t>(std::min<uint64_t>(buffer_bytes_, end_ - next_)));
      at_ = 0;
      if (buffer_.empty()) {
        return absl::DataLossError("a temporary file ends before its time");
      }
      SKG_RETURN_IF_ERROR(file_->Read(next_, buffer_.data(), buffer_.size()));
      next_ += buffer_.size();
    }
    const size_t part = std::min(size, buffer_.size() - at_);
    std::memcpy(to, buffer_.data() + at_, part);
    to += part;
    at_ += part;
    size -= part;
  }
  return absl::OkStatus();
}

}  // namespace skg::storage
