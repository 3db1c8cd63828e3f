#include "http/url.h"

#include <algorithm>

namespace skg::server {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string Decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() &&
                        HexDigit(text[i + 1]) >= 0 &&
                        HexDigit(text[i + 2]) >= 0;
    if (escape) {
      decoded +=
          static_cast<char>(HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2]));
      i += 2;
    } else {
      decoded += text[i] == '+' ? ' ' : text[i];
    }
  }
  return decoded;
}

// What RFC 3987 keeps out of an IRI, and bytes that are not ASCII.
bool MayStand(char c) {
  constexpr std::string_view kNever = "<>\"{}|\\^`";
  return c > ' ' && c < '\x7f' && kNever.find(c) == std::string_view::npos;
}

void AppendEncoded(std::string_view text, std::string& out) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (const char c : text) {
    if (MayStand(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
}

}  // namespace

std::string RequestUrl(std::string_view host, std::string_view target) {
  std::string url;
  // A proxy's client sends the whole URL as target (RFC 9112, section 3.2.2).
  if (target.starts_with('/')) {
    url = "http://";
    AppendEncoded(host, url);
  }
  AppendEncoded(target.substr(0, target.find_first_of("?#")), url);
  return url;
}

QueryParameters ParseQuery(std::string_view target) {
  const size_t mark = target.find('?');
  if (mark == std::string_view::npos) return {};
  const std::string_view rest = target.substr(mark + 1);
  return ParseForm(rest.substr(0, rest.find('#')));
}

QueryParameters ParseForm(std::string_view rest) {
  QueryParameters parameters;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (pair.empty()) continue;
    const size_t equal = std::min(pair.find('='), pair.size());
    parameters.emplace_back(
        Decode(pair.substr(0, equal)),
        Decode(pair.substr(std::min(equal + 1, pair.size()))));
  }
  return parameters;
}

}  // namespace skg::server
