#include "vector/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "base/strings.h"

namespace skg::vector {
namespace {

absl::Status Failed(const std::string& path, const char* what) {
  const int error = errno;
  const std::string text =
      absl::StrCat("vector segment \"", path, "\": cannot ", what, ": ",
                   std::generic_category().message(error));
  return error == ENOENT ? absl::NotFoundError(text)
                         : absl::UnavailableError(text);
}

}  // namespace

absl::StatusOr<std::unique_ptr<MappedFile>> MappedFile::Open(
    const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return Failed(path, "open it");
  struct stat about {};
  if (::fstat(file, &about) != 0) {
    const absl::Status status = Failed(path, "look at it");
    ::close(file);
    return status;
  }
  const auto size = static_cast<size_t>(about.st_size);
  void* data = nullptr;
  if (size > 0) {
    data = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file, 0);
    if (data == MAP_FAILED) {
      const absl::Status status = Failed(path, "map it");
      ::close(file);
      return status;
    }
  }
  ::close(file);  // the mapping stays
  return std::unique_ptr<MappedFile>(
      new MappedFile(static_cast<const uint8_t*>(data), size));
}

MappedFile::~MappedFile() {
  if (size_ > 0) ::munmap(const_cast<uint8_t*>(data_), size_);
}

void MappedFile::Advise(std::span<const uint8_t> part, Use use) const {
  if (part.empty()) return;
  const auto page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  const size_t begin = static_cast<size_t>(part.data() - data_) / page * page;
  const size_t end = static_cast<size_t>(part.data() - data_) + part.size();
  const int advice = use == Use::kRandom ? MADV_RANDOM
                     : use == Use::kSoon ? MADV_WILLNEED
                                         : MADV_SEQUENTIAL;
  // Advice only: where it is not taken nothing is lost.
  ::madvise(const_cast<uint8_t*>(data_) + begin, end - begin, advice);
}

}  // namespace skg::vector
