// A TOML file as a list of keys and texts. The parser's header stays here.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace skg::server {

struct TomlValue {
  std::string key;   // with the names of its tables: "v1.max_results"
  std::string text;  // lists as JSON arrays
  unsigned line = 0;
};

// Errors: kInvalidArgument (unreadable, malformed: with line and column, or a
// value that is no text, number, boolean or list of texts).
[[nodiscard]] absl::StatusOr<std::vector<TomlValue>> ReadTomlValues(
    const std::string& path);

}  // namespace skg::server
