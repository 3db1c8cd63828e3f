#include "query/record_property.h"

#include <array>
#include <utility>

namespace skg::query {
namespace {

using Field = RecordProperty::Field;

constexpr std::array<std::pair<std::string_view, Field>, 6> kNames = {{
    {"weight", Field::kWeight},
    {"createdAt", Field::kCreatedAt},
    {"updatedAt", Field::kUpdatedAt},
    {"validFrom", Field::kValidFrom},
    {"validTo", Field::kValidTo},
    {"metadata", Field::kMetadata},
}};
constexpr std::string_view kMember = "meta/";

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// What is no escape stands for itself.
std::string PercentDecoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      const int high = HexDigit(text[i + 1]), low = HexDigit(text[i + 2]);
      if (high >= 0 && low >= 0) {
        out.push_back(static_cast<char>(16 * high + low));
        i += 2;
        continue;
      }
    }
    out.push_back(text[i]);
  }
  return out;
}

}  // namespace

std::optional<RecordProperty> RecordPropertyOf(std::string_view iri) {
  if (!iri.starts_with(kRecordVocabulary)) return std::nullopt;
  const std::string_view name = iri.substr(kRecordVocabulary.size());
  for (const auto& [known, field] : kNames) {
    if (name == known) return RecordProperty{field, {}};
  }
  if (!name.starts_with(kMember) || name.size() == kMember.size())
    return std::nullopt;
  return RecordProperty{Field::kMetadataMember,
                        PercentDecoded(name.substr(kMember.size()))};
}

std::string NameOf(const RecordProperty& property) {
  for (const auto& [known, field] : kNames) {
    if (property.field == field) return std::string(known);
  }
  return std::string(kMember) + property.key;
}

}  // namespace skg::query
