#include "http/request_head.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace skg::server {
namespace {

constexpr std::string_view kEnd = "\r\n\r\n";

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

// `lower` is in lower case.
bool EqualsLower(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() &&
         std::equal(text.begin(), text.end(), lower.begin(),
                    [](char a, char b) { return Lower(a) == b; });
}

std::string_view Trim(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<uint64_t> ParseLength(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

RequestHead Malformed(std::string_view error) {
  return {.state = RequestHead::State::kMalformed, .error = error};
}

// The fields that say where the body ends.
RequestHead ReadFraming(std::string_view head) {
  RequestHead result{.state = RequestHead::State::kComplete,
                     .head_bytes = head.size() + kEnd.size()};
  std::optional<uint64_t> length;
  size_t line_end = head.find("\r\n");  // of the request line
  while (line_end != std::string_view::npos) {
    const size_t begin = line_end + 2;
    line_end = head.find("\r\n", begin);
    const std::string_view line = head.substr(
        begin,
        line_end == std::string_view::npos ? line_end : line_end - begin);
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) {
      return Malformed("a header line is not \"name: value\"");
    }
    const std::string_view name = line.substr(0, colon);
    if (name.find_first_of(" \t") != std::string_view::npos) {
      return Malformed("a header's name holds a blank");
    }
    const std::string_view value = Trim(line.substr(colon + 1));
    if (EqualsLower(name, "content-length")) {
      const std::optional<uint64_t> parsed = ParseLength(value);
      if (!parsed.has_value() || (length.has_value() && *length != *parsed)) {
        return Malformed("Content-Length is not one whole number");
      }
      length = parsed;
    } else if (EqualsLower(name, "transfer-encoding")) {
      if (result.chunked || !EqualsLower(value, "chunked")) {
        return Malformed("Transfer-Encoding is not \"chunked\"");
      }
      result.chunked = true;
    }
  }
  if (result.chunked && length.has_value()) {
    return Malformed("both Content-Length and Transfer-Encoding are given");
  }
  result.content_length = length.value_or(0);
  return result;
}

}  // namespace

RequestHead ScanHead(std::string_view bytes, size_t& searched) {
  // The end may begin in what was searched before.
  const size_t from = searched - std::min(searched, kEnd.size() - 1);
  const size_t end = bytes.find(kEnd, from);
  if (end == std::string_view::npos) {
    searched = bytes.size();
    if (bytes.size() < kMaxHeadBytes) return {};
    return {.state = RequestHead::State::kTooLarge};
  }
  if (end + kEnd.size() > kMaxHeadBytes) {
    return {.state = RequestHead::State::kTooLarge};
  }
  return ReadFraming(bytes.substr(0, end));
}

}  // namespace skg::server
