#include "engine/graph_name.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"

namespace skg::engine {
namespace {

constexpr size_t kMaxTenantLength = 50;
constexpr size_t kMaxGraphLength = 63;

bool IsLowerOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}
bool IsLetterOrDigit(char c) {
  return IsLowerOrDigit(c) || (c >= 'A' && c <= 'Z');
}

// For messages: names may hold any bytes and be of any length.
std::string Quoted(std::string_view name) {
  constexpr size_t kShown = 80;
  return absl::StrCat("\"", absl::CHexEscape(av(name.substr(0, kShown))),
                      name.size() > kShown ? "..." : "", "\"");
}

absl::Status CheckPart(std::string_view part, std::string_view what,
                       size_t max_length, bool (*is_word)(char),
                       std::string_view letters) {
  const auto bad = [&](std::string_view problem) {
    return absl::InvalidArgumentError(
        absl::StrCat(av(what), " ", Quoted(part), " ", av(problem),
                     "; use 1 to ", max_length, " of ", av(letters),
                     ", digits, _ and -, the first of them a letter or digit"));
  };
  if (part.empty()) return bad("is empty");
  if (part.size() > max_length) return bad("is too long");
  const bool only_allowed = std::all_of(
      part.begin(), part.end(),
      [is_word](char c) { return is_word(c) || c == '_' || c == '-'; });
  if (!only_allowed) return bad("has a character that is not allowed");
  if (!is_word(part.front()))
    return bad("begins with a character that is not allowed there");
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckTenantName(std::string_view tenant) {
  return CheckPart(tenant, "tenant", kMaxTenantLength, IsLowerOrDigit,
                   "lower-case letters");
}

absl::StatusOr<GraphName> ParseGraphName(std::string_view name) {
  if (name.empty()) return GraphName{"public", "main"};
  std::string_view tenant = "public";
  std::string_view graph = name;
  if (const size_t slash = name.find('/'); slash != std::string_view::npos) {
    tenant = name.substr(0, slash);
    graph = name.substr(slash + 1);
  }
  SKG_RETURN_IF_ERROR(CheckTenantName(tenant));
  SKG_RETURN_IF_ERROR(
      CheckPart(graph, "graph", kMaxGraphLength, IsLetterOrDigit, "letters"));
  return GraphName{std::string(tenant), std::string(graph)};
}

}  // namespace skg::engine
