#include "query/text_rules.h"

#include <unicode/uchar.h>

#include "query/json_value.h"
#include "rdf/characters.h"

namespace skg::query {
namespace {

constexpr size_t kMaxVariableLength = 100;

template <typename Predicate>
bool All(std::string_view text, Predicate predicate) {
  const char* p = text.data();
  const char* const end = p + text.size();
  while (p != end) {
    char32_t c = 0;
    if (!rdf::DecodeUtf8(p, end, c) || !predicate(static_cast<UChar32>(c)))
      return false;
  }
  return true;
}

bool IsSpace(UChar32 c) { return u_isUWhiteSpace(c) != 0; }

}  // namespace

bool IsBlank(std::string_view text) { return All(text, IsSpace); }

std::string_view Trim(std::string_view text) {
  const char* const end = text.data() + text.size();
  const char* first = end;  // of what is kept
  const char* last = end;   // one past it
  for (const char* p = text.data(); p != end;) {
    const char* const at = p;
    char32_t c = 0;
    if (!rdf::DecodeUtf8(p, end, c)) return text;
    if (IsSpace(static_cast<UChar32>(c))) continue;
    if (first == end) first = at;
    last = p;
  }
  return first == end
             ? std::string_view()
             : std::string_view(first, static_cast<size_t>(last - first));
}

bool HasControl(std::string_view text) {
  return !All(text,
              [](UChar32 c) { return c >= 0x20 && !(c >= 0x7F && c < 0xA0); });
}

bool IsPlainName(std::string_view text) {
  return All(text, [](UChar32 c) {
    return c == ' ' || c == '_' || c == '-' || u_isalnum(c) != 0;
  });
}

bool IsVariableName(std::string_view text) {
  return !text.empty() && CodePoints(text) <= kMaxVariableLength &&
         All(text, [](UChar32 c) { return c == '_' || u_isalnum(c) != 0; });
}

}  // namespace skg::query
