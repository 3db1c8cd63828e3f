// Bodies of several parts: multipart/form-data (RFC 7578, RFC 2046).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace skg::server {

struct BodyPart {
  std::string name;  // the file's, else the field's
  std::string content_type;
  std::string_view bytes;  // of the body
};

// The views are of `body`. Errors: kInvalidArgument (no boundary, a part
// without end, more than 1000 parts).
[[nodiscard]] absl::StatusOr<std::vector<BodyPart>> ReadParts(
    std::string_view content_type, std::string_view body);

}  // namespace skg::server
