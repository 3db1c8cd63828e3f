// Relative IRIs.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "skg/export.h"

namespace skg {

// The absolute IRI that `reference` means where `base` is the base IRI
// (RFC 3986, section 5.2, without normalisation); one that has a scheme is
// itself. Errors: kInvalidArgument (a character that no IRI has; a relative
// reference where `base` is not absolute).
[[nodiscard]] SKG_EXPORT absl::StatusOr<std::string> ResolveIri(
    std::string_view reference, std::string_view base);

}  // namespace skg
