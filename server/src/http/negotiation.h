// Choosing the form of an answer by what the client accepts.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace skg::server {

// The offer that an Accept value prefers (RFC 9110, section 12.5.1): the most
// specific range that covers an offer gives its weight; of equal weights the
// earlier offer. Parameters other than q are not looked at. An empty value
// accepts everything. Unset: none is acceptable.
[[nodiscard]] std::optional<size_t> ChooseMediaType(
    std::string_view accept, std::span<const std::string_view> offers);

// "Text/Turtle; charset=utf-8" -> whether it is this type.
[[nodiscard]] bool IsMediaType(std::string_view content_type,
                               std::string_view type);

// Whether the type's parameter `charset`, if it has one, says UTF-8 (or ASCII,
// which is a part of it).
[[nodiscard]] bool IsUtf8(std::string_view content_type);

}  // namespace skg::server
