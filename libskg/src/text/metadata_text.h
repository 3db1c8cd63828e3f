// What a statement's metadata say.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "text/document_number.h"

namespace skg::text {

struct MetadataText {
  std::string text;              // each string on its own line
  std::vector<uint32_t> begins;  // of the strings but the first
};

// The strings that are values in a JSON object, nested ones too, in the order
// of the document. Keys, numbers and booleans say nothing. Of what is not JSON
// the strings before that. An empty text: there are none.
[[nodiscard]] MetadataText ReadMetadataText(std::string_view metadata);

// Lines of one string and strings of one line differ: they are other documents.
[[nodiscard]] TextHash HashText(const MetadataText& metadata);

}  // namespace skg::text
