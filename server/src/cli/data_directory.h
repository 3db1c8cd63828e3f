// The data directory that a verb works on.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "skg/engine.h"

namespace skg::cli {

// --data, else the first of the variables that `skg serve` takes it from.
// Errors: kInvalidArgument (none is set).
[[nodiscard]] absl::StatusOr<std::string> DataDirectoryOf(
    const std::string& flag);

// For one command: tasks that an earlier process left are not resumed. Errors:
// as Engine::Open.
[[nodiscard]] absl::StatusOr<std::unique_ptr<Engine>> OpenEngine(
    const std::string& directory, bool create,
    Durability durability = Durability::kSync);

// For a command that only reads: beside a process that writes where `beside`,
// else as OpenEngine without `create`.
[[nodiscard]] absl::StatusOr<std::unique_ptr<Engine>> OpenToRead(
    const std::string& directory, bool beside);

}  // namespace skg::cli
