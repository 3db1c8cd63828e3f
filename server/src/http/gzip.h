// Content-Encoding: gzip.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace skg::server {

// Smaller answers are not worth the work.
inline constexpr size_t kMinGzipBytes = 1000;

// Whether an Accept-Encoding value admits gzip (RFC 9110, section 12.5.3):
// named, or covered by `*`, and not with q=0.
[[nodiscard]] bool AcceptsGzip(std::string_view accept_encoding);

// Memory: about a quarter of a MiB beside the result.
[[nodiscard]] std::string Gzip(std::string_view body);

}  // namespace skg::server
