// Debian's Abseil has its own string_view that does not convert to or from
// std::string_view; upstream's is the same type. These bridge both.
#pragma once

#include <string>
#include <string_view>

#include "absl/strings/string_view.h"

namespace skg {

inline absl::string_view av(std::string_view text) {
  return absl::string_view(text.data(), text.size());
}
#if !defined(ABSL_USES_STD_STRING_VIEW)
inline absl::string_view av(absl::string_view text) { return text; }
inline absl::string_view av(const std::string& text) { return text; }
inline absl::string_view av(const char* text) { return text; }
inline std::string_view sv(absl::string_view text) {
  return std::string_view(text.data(), text.size());
}
#endif
inline std::string_view sv(std::string_view text) { return text; }

// Lets flat_hash_map<std::string, ...> be asked with a std::string_view.
struct StringHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};
struct StringEqual {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const {
    return a == b;
  }
};

}  // namespace skg
