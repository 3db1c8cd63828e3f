#include "rdf/name.h"

#include "absl/strings/str_cat.h"
#include "base/strings.h"
#include "rdf/characters.h"

namespace skg::rdf {
namespace {

bool LooksLikeTerm(std::string_view name) {
  return name.starts_with('<') || name.starts_with('"') ||
         name.starts_with('\\') || name.starts_with("_:");
}

bool MustEncode(char byte) { return !Is(byte, kIriByte) || byte == '%'; }

void AppendEncoded(std::string_view name, std::string& out) {
  constexpr char kHex[] = "0123456789ABCDEF";
  for (char byte : name) {
    if (!MustEncode(byte)) {
      out.push_back(byte);
      continue;
    }
    out.push_back('%');
    out.push_back(kHex[static_cast<uint8_t>(byte) >> 4]);
    out.push_back(kHex[static_cast<uint8_t>(byte) & 15]);
  }
}

// The name that encodes to exactly `local`, if there is one.
bool Decode(std::string_view local, std::string& name) {
  for (size_t at = 0; at < local.size(); ++at) {
    if (local[at] != '%') {
      if (MustEncode(local[at])) return false;
      name.push_back(local[at]);
      continue;
    }
    const std::string_view hex = local.substr(at + 1, 2);
    const int64_t value = hex.size() == 2 ? HexValue(hex) : -1;
    const auto is_lower = [](char digit) { return digit >= 'a'; };
    if (value < 0 || is_lower(hex[0]) || is_lower(hex[1]) ||
        !MustEncode(static_cast<char>(value))) {
      return false;
    }
    name.push_back(static_cast<char>(value));
    at += 2;
  }
  return !name.empty();
}

}  // namespace

absl::StatusOr<NameSpace> NameSpace::Make(std::string_view base) {
  if (!IsAbsoluteIri(base)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "base namespace \"", av(base.substr(0, 200)),
        "\" is not an absolute IRI; one is urn:skg: or https://example.org/"));
  }
  return NameSpace(std::string(base));
}

absl::StatusOr<Term> NameSpace::ToTerm(std::string_view name) const {
  if (name.empty()) {
    return absl::InvalidArgumentError(
        "a name is empty; it needs at least one character");
  }
  if (name.front() == '\\') {
    name.remove_prefix(1);
    if (!LooksLikeTerm(name)) {
      return absl::InvalidArgumentError(
          "a leading \\ is only for a name that begins with <, \", _: or \\; "
          "leave it out, or "
          "write \\\\ for a name that begins with \\");
    }
  } else if (LooksLikeTerm(name)) {
    absl::StatusOr<Term> term = FromNTriples(name);
    if (term.ok()) return term;
    return absl::InvalidArgumentError(
        absl::StrCat("malformed term (", av(term.status().message()),
                     "); put \\ in front if this is a name"));
  }
  if (!IsUtf8(name)) return absl::InvalidArgumentError("a name is not UTF-8");
  Term term;
  term.value.reserve(base_.size() + name.size());
  term.value.append(base_);
  AppendEncoded(name, term.value);
  return term;
}

std::string NameSpace::ToName(const Term& term) const {
  if (term.kind != TermKind::kIri ||
      !std::string_view(term.value).starts_with(base_)) {
    return ToNTriples(term);
  }
  std::string name;
  if (!Decode(std::string_view(term.value).substr(base_.size()), name))
    return ToNTriples(term);
  if (LooksLikeTerm(name)) name.insert(name.begin(), '\\');
  return name;
}

}  // namespace skg::rdf
