#include "query/exec/metadata_text.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "query/json_text.h"
#include "query/json_value.h"
#include "query/values/value.h"

namespace skg::query::exec {
namespace {

using rdf::Term;

constexpr std::string_view kRdfJson =
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON";
constexpr size_t kMostDepth = 101;  // of the object, and of what it holds
constexpr size_t kMostBytes = (size_t{1} << 20) - 256;

struct Member {
  std::string_view key, value;  // as they are written
};

// Where the string that begins at `at` ends.
size_t EndOfString(std::string_view text, size_t at) {
  for (++at; text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return at + 1;
}

// Where the value that begins at `at` ends.
size_t EndOfValue(std::string_view text, size_t at) {
  size_t depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = EndOfString(text, at);
      continue;
    }
    if (depth == 0 && (c == ',' || c == '}')) break;
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    ++at;
  }
  return at;
}

std::vector<Member> Members(std::string_view metadata) {
  std::vector<Member> members;
  size_t at = 1;
  while (at < metadata.size() && metadata[at] == '"') {
    const size_t key_end = EndOfString(metadata, at);
    const size_t value_end = EndOfValue(metadata, key_end + 1);
    members.push_back({metadata.substr(at, key_end - at),
                       metadata.substr(key_end + 1, value_end - key_end - 1)});
    at = value_end + 1;
  }
  return members;
}

bool Is(std::string_view written_key, std::string_view key) {
  const auto parsed = ParseJson(written_key);
  return parsed.ok() && parsed->root.string() != nullptr &&
         *parsed->root.string() == key;
}

std::string WithoutSpace(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '"') {
      const size_t end = EndOfString(text, at);
      out.append(text.substr(at, end - at));
      at = end;
      continue;
    }
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') out.push_back(c);
    ++at;
  }
  return out;
}

Term Literal(std::string_view text, std::string_view datatype) {
  return Term::Literal(std::string(text), std::string(datatype));
}

}  // namespace

std::optional<std::string_view> FindMember(std::string_view metadata,
                                           std::string_view key) {
  for (const Member& member : Members(metadata)) {
    if (Is(member.key, key)) return member.value;
  }
  return std::nullopt;
}

std::string WithMember(std::string_view metadata, std::string_view key,
                       std::string_view value) {
  std::string out = "{";
  const auto add = [&](std::string_view written_key, std::string_view text) {
    absl::StrAppend(&out, out.size() > 1 ? "," : "", av(written_key), ":",
                    av(text));
  };
  bool found = false;
  for (const Member& member : Members(metadata)) {
    const bool is_it = Is(member.key, key);
    found = found || is_it;
    if (!is_it) {
      add(member.key, member.value);
    } else if (!value.empty()) {
      add(member.key, value);
    }
  }
  if (!found && !value.empty()) {
    std::string written_key;
    AppendJsonString(key, written_key);
    add(written_key, value);
  }
  return out.size() == 1 ? "" : out + "}";
}

absl::StatusOr<std::string> NormalisedMetadata(std::string_view text) {
  SKG_ASSIGN_OR_RETURN(const JsonDocument document,
                       ParseJson(text, {.max_depth = kMostDepth}));
  if (document.root.object() == nullptr)
    return absl::InvalidArgumentError("metadata is a JSON object");
  std::string out = WithoutSpace(text);
  if (out.size() > kMostBytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        "metadata has ", out.size(), " bytes; it may have ", kMostBytes));
  }
  return out == "{}" ? "" : out;
}

absl::StatusOr<Term> TermOfJson(std::string_view value) {
  SKG_ASSIGN_OR_RETURN(const JsonDocument document,
                       ParseJson(value, {.max_depth = kMostDepth}));
  const JsonValue& root = document.root;
  if (const std::string* text = root.string()) return Term::Literal(*text);
  if (root.boolean() != nullptr) return Literal(value, rdf::iri::kXsdBoolean);
  if (root.integer() != nullptr) return Literal(value, rdf::iri::kXsdInteger);
  if (const double* real = root.real()) {
    return Literal(TextOf(Value::Double(*real)), rdf::iri::kXsdDouble);
  }
  return Literal(value, kRdfJson);
}

absl::StatusOr<std::string> JsonOfTerm(const Term& term) {
  if (term.kind != rdf::TermKind::kLiteral || !term.language.empty()) {
    return absl::InvalidArgumentError(
        "a member of metadata is a string, a number, a boolean or rdf:JSON");
  }
  if (term.datatype.empty()) {
    std::string text;
    AppendJsonString(term.value, text);
    return text;
  }
  const bool is_json = term.datatype == kRdfJson;
  if (!is_json && term.datatype != rdf::iri::kXsdBoolean &&
      !ValueOf(term).numeric()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a member of metadata is a string, a number, a boolean or rdf:JSON, "
        "and no <",
        term.datatype, ">"));
  }
  const absl::StatusOr<JsonDocument> document =
      ParseJson(term.value, {.max_depth = kMostDepth - 1});
  if (!document.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", Shorten(term.value),
                     "\" is no JSON value, as members of metadata are"));
  }
  return WithoutSpace(term.value);
}

}  // namespace skg::query::exec
