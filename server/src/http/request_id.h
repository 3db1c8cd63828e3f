// Names of requests: the caller's if it is usable, else a random UUID.
#pragma once

#include <string>
#include <string_view>

namespace skg::server {

// UUID version 4. Unique, not secret: drawn from a generator per thread.
[[nodiscard]] std::string RandomUuid();

// Whether an inbound X-Request-ID is taken over: 1 to 128 characters of
// [A-Za-z0-9._-].
[[nodiscard]] bool IsUsableRequestId(std::string_view id);

}  // namespace skg::server
