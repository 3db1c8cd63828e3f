// XPath's regular expressions, written as RE2 reads them. RE2 has most of the
// syntax; what differs are the escapes (\C, \i, \w of XML Schema), the dot
// (which XPath keeps from carriage returns too), flag x, and much that RE2
// reads and XPath does not.
#include "query/values/regex.h"
#include "rdf/characters.h"

namespace skg::query {
namespace {

// Classes of XML Schema, section F.1.1, without brackets; `not_` is the same
// class inverted, empty where RE2 cannot say it so.
struct ClassEscape {
  char letter;
  std::string_view set, not_;
};
constexpr ClassEscape kClasses[] = {
    {'s', R"(\x09\x0A\x0D\x20)",
     R"(\x00-\x08\x0B\x0C\x0E-\x1F\x21-\x{10FFFF})"},
    {'d', R"(\p{Nd})", R"(\P{Nd})"},
    {'w', R"(\p{L}\p{M}\p{N}\p{S})", R"(\p{P}\p{Z}\p{C})"},
    {'i',
     R"(:A-Z_a-z\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{2FF}\x{370}-\x{37D})"
     R"(\x{37F}-\x{1FFF}\x{200C}-\x{200D}\x{2070}-\x{218F}\x{2C00}-\x{2FEF})"
     R"(\x{3001}-\x{D7FF}\x{F900}-\x{FDCF}\x{FDF0}-\x{FFFD})"
     R"(\x{10000}-\x{EFFFF})",
     ""},
    {'c',
     R"(\-.0-9:A-Z_a-z\x{B7}\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{37D})"
     R"(\x{37F}-\x{1FFF}\x{200C}-\x{200D}\x{203F}-\x{2040}\x{2070}-\x{218F})"
     R"(\x{2C00}-\x{2FEF}\x{3001}-\x{D7FF}\x{F900}-\x{FDCF}\x{FDF0}-\x{FFFD})"
     R"(\x{10000}-\x{EFFFF})",
     ""},
};

class Translator {
 public:
  Translator(std::string_view pattern, bool dot_all, bool free_spacing)
      : rest_(pattern), dot_all_(dot_all), free_spacing_(free_spacing) {}

  std::optional<std::string> Run() {
    while (!rest_.empty()) {
      if (!Step()) return std::nullopt;
    }
    return std::move(out_);
  }

 private:
  char Take() {
    const char byte = rest_.front();
    rest_.remove_prefix(1);
    return byte;
  }

  bool Step() {
    const char byte = Take();
    switch (byte) {
      case '\\':
        return Escape(/*in_class=*/false);
      case '[':
        return Class();
      case '(':
        return Group();
      case '.':
        out_ += dot_all_ ? R"([\x00-\x{10FFFF}])" : R"([^\n\r])";
        return true;
      case ' ':
      case '\t':
      case '\n':
      case '\r':
        if (!free_spacing_) out_ += byte;
        return true;
      default:
        out_ += byte;
        return true;
    }
  }

  // RE2 would take names and flags here too.
  bool Group() {
    out_ += '(';
    if (!rest_.starts_with('?')) return true;
    for (const std::string_view known : {"?:", "?i)", "?i:"}) {
      if (!rest_.starts_with(known)) continue;
      out_ += known;
      rest_.remove_prefix(known.size());
      return true;
    }
    return false;
  }

  bool Class() {
    out_ += '[';
    if (rest_.starts_with('^')) out_ += Take();
    bool first = true;
    while (!rest_.empty()) {
      const char byte = Take();
      switch (byte) {
        case ']':
          if (first) return false;
          out_ += ']';
          return true;
        case '[':  // subtraction, or not escaped
          return false;
        case '\\':
          if (!Escape(/*in_class=*/true)) return false;
          break;
        default:
          out_ += byte;
      }
      first = false;
    }
    return false;
  }

  bool Escape(bool in_class) {
    if (rest_.empty()) return false;
    const char letter = Take();
    if (letter == 'p' || letter == 'P') return Property(letter);
    if (!rdf::Is(letter, rdf::kLetterByte | rdf::kDigitByte)) {
      if (!rdf::IsAscii(letter)) return false;
      out_ += '\\';
      out_ += letter;
      return true;
    }
    if (letter == 'n' || letter == 'r' || letter == 't' ||
        (!in_class && (letter == 'b' || letter == 'B'))) {
      out_ += '\\';
      out_ += letter;
      return true;
    }
    for (const ClassEscape& known : kClasses) {
      const bool positive = letter == known.letter;
      if (!positive && (letter | 0x20) != known.letter) continue;
      if (!in_class) {
        out_ += positive ? "[" : "[^";
        out_ += known.set;
        out_ += ']';
        return true;
      }
      const std::string_view set = positive ? known.set : known.not_;
      out_ += set;
      return !set.empty();
    }
    return false;
  }

  // RE2 knows the categories; of block names it says itself that it does not.
  bool Property(char letter) {
    const size_t end = rest_.find('}');
    if (!rest_.starts_with('{') || end == std::string_view::npos) return false;
    out_ += '\\';
    out_ += letter;
    out_ += rest_.substr(0, end + 1);
    rest_.remove_prefix(end + 1);
    return true;
  }

  std::string_view rest_;
  const bool dot_all_, free_spacing_;
  std::string out_;
};

}  // namespace

std::optional<std::string> TranslateRegex(std::string_view pattern,
                                          bool dot_all, bool free_spacing) {
  return Translator(pattern, dot_all, free_spacing).Run();
}

}  // namespace skg::query
