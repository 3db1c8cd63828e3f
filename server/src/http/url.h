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

// "http://HOST/PATH" of a target as sent, without its query; what no IRI may
// hold is percent-encoded.
[[nodiscard]] std::string RequestUrl(std::string_view host,
                                     std::string_view target);

}  // namespace skg::server
