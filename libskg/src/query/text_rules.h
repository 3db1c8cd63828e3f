// What the text of names may hold. All take valid UTF-8.
#pragma once

#include <string_view>

namespace skg::query {

// Only white space, or nothing.
[[nodiscard]] bool IsBlank(std::string_view text);
// Without the white space at both ends.
[[nodiscard]] std::string_view Trim(std::string_view text);
// U+0000 to U+001F and U+007F to U+009F.
[[nodiscard]] bool HasControl(std::string_view text);
// Only letters, digits, underscore, blank and hyphen.
[[nodiscard]] bool IsPlainName(std::string_view text);
// Letters, digits and underscore; 1 to 100 characters: what follows the `?`.
[[nodiscard]] bool IsVariableName(std::string_view text);

}  // namespace skg::query
