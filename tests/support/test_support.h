// What tests share: a directory of their own, a seed, and where the shared
// suites and data lie.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <random>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace skg::test {

// A new empty directory, removed at the end of the scope.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::string operator/(const std::string& name) const {
    return (path_ / name).string();
  }

 private:
  std::filesystem::path path_;
};

// SKG_TEST_SEED if it is set, else random; printed once when first asked for.
[[nodiscard]] uint64_t Seed();
[[nodiscard]] std::mt19937_64 Random(uint64_t stream = 0);

// The folder `shared` that lies beside the checkout (or $SKG_SHARED), if any.
[[nodiscard]] std::optional<std::filesystem::path> SharedFolder();

// The whole file; unpacks "<path>.gz" where only that exists.
[[nodiscard]] absl::StatusOr<std::string> ReadFile(
    const std::filesystem::path& path);

}  // namespace skg::test

// For a Status or a StatusOr: fails with the message.
#define REQUIRE_OK(expression)                  \
  do {                                          \
    const auto& skg_status_ = (expression);     \
    INFO(::skg::test::StatusText(skg_status_)); \
    REQUIRE(skg_status_.ok());                  \
  } while (false)

namespace skg::test {
inline std::string StatusText(const absl::Status& status) {
  return status.ToString();
}
template <typename T>
std::string StatusText(const absl::StatusOr<T>& result) {
  return result.status().ToString();
}
}  // namespace skg::test
