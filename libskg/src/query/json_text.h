// Writing JSON: strings of any bytes, numbers, terms.
#pragma once

#include <string>
#include <string_view>

namespace skg::query {

// Quoted and escaped. Bytes that are not UTF-8 become U+FFFD, one for each
// maximal ill-formed part.
void AppendJsonString(std::string_view text, std::string& out);

// The shortest decimal that reads back as the same float, with a fraction or
// an exponent (`1.0`); null for what JSON cannot say.
void AppendJsonFloat(float value, std::string& out);

}  // namespace skg::query
