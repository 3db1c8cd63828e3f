// Names and terms as a person reads them.
#pragma once

#include <string>
#include <string_view>

namespace skg::server {

// Of an IRI what follows its last '/', '#' or ':', of a literal its text, of a
// name itself.
[[nodiscard]] std::string ReadableText(std::string_view name_or_term);

}  // namespace skg::server
