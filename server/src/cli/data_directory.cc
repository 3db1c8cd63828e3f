#include "cli/data_directory.h"

#include <cstdlib>

namespace skg::cli {

absl::StatusOr<std::string> DataDirectoryOf(const std::string& flag) {
  if (!flag.empty()) return flag;
  for (const char* name :
       {"SKG_DB_PATH", "SKG_DATA_DIR", "DATA_DIR", "SQLITE_PATH"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return std::string(value);
  }
  return absl::InvalidArgumentError(
      "--data DIR is required (or SKG_DATA_DIR in the environment)");
}

absl::StatusOr<std::unique_ptr<Engine>> OpenEngine(const std::string& directory,
                                                   bool create,
                                                   Durability durability) {
  return Engine::Open(
      directory,
      {.create = create, .durability = durability, .resume_tasks = false});
}

absl::StatusOr<std::unique_ptr<Engine>> OpenToRead(const std::string& directory,
                                                   bool beside) {
  return beside ? Engine::OpenReader(directory)
                : OpenEngine(directory, /*create=*/false);
}

}  // namespace skg::cli
