#include "engine/load_literal.h"

#include <string>

namespace skg::engine {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Takes digits off the front; how many they were.
size_t TakeDigits(std::string_view& text) {
  size_t count = 0;
  while (count < text.size() && IsDigit(text[count])) ++count;
  text.remove_prefix(count);
  return count;
}

bool Take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// An integer without superfluous sign or zeros. `0` is one, `-0` is not.
bool TakeInteger(std::string_view& text) {
  const bool negative = Take(text, '-');
  const bool zero = !text.empty() && text.front() == '0';
  const size_t digits = TakeDigits(text);
  return digits == 1 ? !(zero && negative) : digits > 1 && !zero;
}

// What the number written in the whole of `text` is; empty: not a number.
std::string_view NumberType(std::string_view text) {
  const bool negative = Take(text, '-');
  const bool zero = !text.empty() && text.front() == '0';
  const size_t whole = TakeDigits(text);
  if (whole == 0 || (whole > 1 && zero)) return {};
  if (text.empty())
    return negative && zero ? std::string_view() : rdf::iri::kXsdInteger;
  if (!Take(text, '.') || TakeDigits(text) == 0) return {};
  if (text.empty()) return rdf::iri::kXsdDecimal;
  if (whole != 1 || !Take(text, 'E') || !TakeInteger(text) || !text.empty())
    return {};
  return rdf::iri::kXsdDouble;
}

}  // namespace

rdf::Term CellLiteral(std::string_view text) {
  return rdf::Term::Literal(std::string(text), std::string(NumberType(text)));
}

}  // namespace skg::engine
