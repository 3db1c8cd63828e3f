// A new directory for one run's store, removed at the end of the scope.
#pragma once

#include <filesystem>
#include <string>

#include "absl/status/statusor.h"

namespace skg::bench {

class ScratchDirectory {
 public:
  [[nodiscard]] static absl::StatusOr<ScratchDirectory> Make(
      const std::filesystem::path& parent);
  ScratchDirectory(ScratchDirectory&& other) noexcept;
  ScratchDirectory& operator=(ScratchDirectory&& other) noexcept;
  ~ScratchDirectory();

  // Not there yet: whoever opens a store makes it.
  [[nodiscard]] std::string store() const { return (path_ / "store").string(); }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  explicit ScratchDirectory(std::filesystem::path path)
      : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace skg::bench
