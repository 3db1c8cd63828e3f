#include "support/test_support.h"

#include <unistd.h>
#include <zlib.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace skg::test {

TemporaryDirectory::TemporaryDirectory() {
  std::string pattern =
      (std::filesystem::temp_directory_path() / "skg-test-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) {
    throw std::system_error(errno, std::generic_category(), pattern);
  }
  path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

uint64_t Seed() {
  static const uint64_t seed = [] {
    const char* given = std::getenv("SKG_TEST_SEED");
    const uint64_t value = given != nullptr ? std::strtoull(given, nullptr, 10)
                                            : std::random_device{}();
    std::fprintf(stderr, "SKG_TEST_SEED=%llu\n",
                 static_cast<unsigned long long>(value));
    return value;
  }();
  return seed;
}

std::mt19937_64 Random(uint64_t stream) {
  return std::mt19937_64(Seed() * 0x9E3779B97F4A7C15u + stream);
}

std::optional<std::filesystem::path> SharedFolder() {
  if (const char* given = std::getenv("SKG_SHARED"); given != nullptr) {
    return std::filesystem::path(given);
  }
  const std::filesystem::path beside =
      std::filesystem::path(SKG_SOURCE_DIRECTORY).parent_path() / "shared";
  if (std::filesystem::is_directory(beside / "conformance")) return beside;
  return std::nullopt;
}

absl::StatusOr<std::string> ReadFile(const std::filesystem::path& path) {
  std::string name = path.string();
  if (!std::filesystem::exists(path)) name += ".gz";
  // gzread passes through files that are not gzip.
  gzFile file = gzopen(name.c_str(), "rb");
  if (file == nullptr) {
    return absl::NotFoundError(absl::StrCat(path.string(), ": no such file"));
  }
  std::string content;
  char buffer[1 << 16];
  int got = 0;
  while ((got = gzread(file, buffer, sizeof buffer)) > 0) {
    content.append(buffer, static_cast<size_t>(got));
  }
  gzclose(file);
  if (got < 0) return absl::DataLossError(absl::StrCat(name, ": unreadable"));
  return content;
}

}  // namespace skg::test
