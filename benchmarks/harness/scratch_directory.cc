#include "harness/scratch_directory.h"

#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "harness/system_error.h"

namespace skg::bench {

absl::StatusOr<ScratchDirectory> ScratchDirectory::Make(
    const std::filesystem::path& parent) {
  std::string pattern = parent / "skg-bench-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(
        pattern, ": ", ErrnoText(errno), "; give a writable --data directory"));
  }
  return ScratchDirectory(pattern);
}

ScratchDirectory::ScratchDirectory(ScratchDirectory&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

ScratchDirectory& ScratchDirectory::operator=(
    ScratchDirectory&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

ScratchDirectory::~ScratchDirectory() {
  if (path_.empty()) return;
  std::error_code ignored;  // what is left behind is only litter
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace skg::bench
