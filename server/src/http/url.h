// The query part of a request's target.
#pragma once

#include <string>
#include <string_view>

#include "http/message.h"

namespace skg::server {

// "a=1&a=2&b=%20" -> {a, 1}, {a, 2}, {b, " "}: in order, repeated names and
// empty values kept (the HTTP library's own parser drops repeated pairs). A
// stray `%` stands for itself.
[[nodiscard]] QueryParameters ParseQuery(std::string_view target);

}  // namespace skg::server
