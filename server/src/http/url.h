// The query part of a request's target, and forms.
#pragma once

#include <string>
#include <string_view>

#include "http/message.h"

namespace skg::server {

// "a=1&a=2&b=%20" -> {a, 1}, {a, 2}, {b, " "}: in order, repeated names and
// empty values kept (the HTTP library's own parser drops repeated pairs). A
// stray `%` stands for itself.
[[nodiscard]] QueryParameters ParseQuery(std::string_view target);

// The same of a body that is application/x-www-form-urlencoded.
[[nodiscard]] QueryParameters ParseForm(std::string_view body);

}  // namespace skg::server
