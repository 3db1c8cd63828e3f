#include "http/multipart.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace skg::server {
namespace {

constexpr size_t kMostParts = 1000;

absl::string_view Abseil(std::string_view text) {
  return {text.data(), text.size()};
}

// The value of `name` among the parameters of a header's value.
std::string Parameter(std::string_view value, std::string_view name) {
  size_t at = value.find(';');
  while (at != std::string_view::npos) {
    const std::string_view rest = value.substr(at + 1);
    const size_t begin = rest.find_first_not_of(" \t");
    if (begin == std::string_view::npos) break;
    std::string_view parameter = rest.substr(begin);
    const size_t equal = parameter.find('=');
    if (equal == std::string_view::npos) break;
    const bool wanted = absl::EqualsIgnoreCase(
        Abseil(parameter.substr(0, equal)), Abseil(name));
    parameter.remove_prefix(equal + 1);
    const bool quoted = parameter.starts_with('"');
    if (quoted) parameter.remove_prefix(1);
    const size_t end = parameter.find(quoted ? '"' : ';');
    if (wanted) {
      return std::string(
          absl::StripAsciiWhitespace(Abseil(parameter.substr(0, end))));
    }
    if (end == std::string_view::npos) break;
    const size_t next = parameter.substr(end).find(';');
    if (next == std::string_view::npos) break;
    at = static_cast<size_t>(parameter.data() - value.data()) + end + next;
  }
  return {};
}

absl::Status Malformed(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("multipart body: ", what));
}

// Headers and bytes of one part, which is between two boundaries.
absl::StatusOr<BodyPart> ReadPart(std::string_view text) {
  const size_t blank = text.starts_with("\r\n") ? 0 : text.find("\r\n\r\n");
  if (blank == std::string_view::npos)
    return Malformed("a part without an empty line after its headers");
  BodyPart part;
  std::string_view head = text.substr(0, blank);
  part.bytes = text.substr(blank + (blank == 0 ? 2 : 4));
  while (!head.empty()) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(std::min(head.size(), line.size() + 2));
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) return Malformed("a header without :");
    const absl::string_view name = Abseil(line.substr(0, colon));
    const std::string_view value = line.substr(colon + 1);
    if (absl::EqualsIgnoreCase(name, "Content-Type")) {
      part.content_type =
          std::string(absl::StripAsciiWhitespace(Abseil(value)));
    } else if (absl::EqualsIgnoreCase(name, "Content-Disposition")) {
      part.name = Parameter(value, "filename");
      if (part.name.empty()) part.name = Parameter(value, "name");
    }
  }
  return part;
}

}  // namespace

absl::StatusOr<std::vector<BodyPart>> ReadParts(std::string_view content_type,
                                                std::string_view body) {
  const std::string boundary = Parameter(content_type, "boundary");
  if (boundary.empty() || boundary.size() > 70)
    return Malformed("the content type needs a boundary of 1 to 70 characters");
  const std::string line = "--" + boundary;
  size_t at = 0;
  if (!body.starts_with(line)) {
    at = body.find("\r\n" + line);
    if (at == std::string_view::npos) return Malformed("no boundary in it");
    at += 2;
  }
  std::vector<BodyPart> parts;
  for (;;) {
    std::string_view rest = body.substr(at + line.size());
    if (rest.starts_with("--")) return parts;
    const size_t begin = rest.find("\r\n");
    const size_t end = rest.find("\r\n" + line, begin);
    if (begin == std::string_view::npos || end == std::string_view::npos)
      return Malformed("its last part has no end");
    if (parts.size() == kMostParts) return Malformed("too many parts");
    // A part without headers begins with the line end that this one ends with.
    absl::StatusOr<BodyPart> part =
        ReadPart(end < begin + 2 ? std::string_view()
                                 : rest.substr(begin + 2, end - begin - 2));
    if (!part.ok()) return part.status();
    parts.push_back(*std::move(part));
    at += line.size() + end + 2;
  }
}

}  // namespace skg::server
