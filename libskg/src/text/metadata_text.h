// What a statement's metadata say.
#pragma once

#include <string>
#include <string_view>

namespace skg::text {

// The strings that are values in a JSON object, nested ones too, in the order
// of the document, each on its own line. Keys, numbers and booleans say
// nothing. Of what is not JSON the strings before that. Empty: there are none.
[[nodiscard]] std::string MetadataText(std::string_view metadata);

}  // namespace skg::text
