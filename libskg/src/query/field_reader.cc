#include "query/field_reader.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/strings.h"

namespace skg::query {
namespace {

std::optional<double> AsDouble(const JsonValue& value) {
  if (const double* real = value.real()) return *real;
  if (const JsonInteger* integer = value.integer()) {
    const auto magnitude = static_cast<double>(integer->magnitude);
    return integer->negative ? -magnitude : magnitude;
  }
  return std::nullopt;
}

}  // namespace

FieldPath operator/(FieldPath path, std::string_view member) {
  path.emplace_back(member);
  return path;
}

FieldPath operator/(FieldPath path, size_t index) {
  path.push_back(std::to_string(index));
  return path;
}

void ErrorCollector::Add(FieldPath path, std::string_view type,
                         std::string message) {
  if (errors_.size() >= kMax) return;
  errors_.push_back({std::move(path), std::move(message), std::string(type)});
}

std::string Describe(const JsonValue& value) {
  if (value.is_null()) return "null";
  if (const bool* boolean = value.boolean()) return *boolean ? "true" : "false";
  if (const std::string* text = value.string()) {
    return absl::StrCat("the string \"", Shorten(*text), "\"");
  }
  if (const JsonInteger* integer = value.integer()) {
    return absl::StrCat(integer->negative ? "-" : "", integer->magnitude);
  }
  if (const double* real = value.real()) return absl::StrCat(*real);
  return value.array() != nullptr ? "an array" : "an object";
}

void FieldReader::RefuseUnknown(std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : object_.members) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    std::string message = "is not a field here; known are ";
    for (const std::string_view* one = known.begin(); one != known.end();
         ++one) {
      if (one != known.begin()) message += ", ";
      message += *one;
    }
    errors_.Add(path_ / Shorten(name), "unknown_field", std::move(message));
  }
}

const JsonValue* FieldReader::Find(std::string_view name) const {
  for (const auto& [member, value] : object_.members) {
    if (member == name) return value.is_null() ? nullptr : &value;
  }
  return nullptr;
}

bool FieldReader::Has(std::string_view name) const {
  return std::any_of(object_.members.begin(), object_.members.end(),
                     [&](const auto& member) { return member.first == name; });
}

bool FieldReader::Bool(std::string_view name, bool absent) {
  const JsonValue* value = Find(name);
  if (value == nullptr) return absent;
  if (const bool* boolean = value->boolean()) return *boolean;
  Refuse(name, "wrong_type",
         absl::StrCat("must be true or false, not ", Describe(*value)));
  return absent;
}

uint64_t FieldReader::Integer(std::string_view name, uint64_t min, uint64_t max,
                              uint64_t absent) {
  const JsonValue* value = Find(name);
  if (value == nullptr) return absent;
  const JsonInteger* integer = value->integer();
  // An integer beyond 64 bits reaches us as a double.
  const bool number = integer != nullptr || value->real() != nullptr;
  const std::string range =
      max == UINT64_MAX ? absl::StrCat("an integer of ", min, " or more")
                        : absl::StrCat("an integer from ", min, " to ", max);
  if (integer == nullptr) {
    const double* real = value->real();
    const bool whole = real != nullptr && (*real >= 0x1p63 || *real <= -0x1p63);
    Refuse(name, number && whole ? "out_of_range" : "wrong_type",
           absl::StrCat("must be ", range, ", not ", Describe(*value)));
    return absent;
  }
  const bool below = integer->negative ? integer->magnitude != 0 || min > 0
                                       : integer->magnitude < min;
  if (below || integer->magnitude > max) {
    Refuse(name, "out_of_range",
           absl::StrCat("must be ", range, ", not ", Describe(*value)));
    return absent;
  }
  return integer->magnitude;
}

float FieldReader::Weight(std::string_view name, float absent) {
  const JsonValue* value = Find(name);
  if (value == nullptr) return absent;
  const std::optional<double> number = AsDouble(*value);
  if (!number.has_value()) {
    Refuse(
        name, "wrong_type",
        absl::StrCat("must be a number from 0 to 1, not ", Describe(*value)));
    return absent;
  }
  if (!(*number >= 0.0 && *number <= 1.0)) {
    Refuse(name, "out_of_range",
           absl::StrCat("must be from 0 to 1, not ", Describe(*value)));
    return absent;
  }
  return static_cast<float>(*number) + 0.0f;  // -0 becomes 0
}

const std::string* FieldReader::String(std::string_view name) {
  const JsonValue* value = Find(name);
  if (value == nullptr) return nullptr;
  if (const std::string* text = value->string()) return text;
  Refuse(name, "wrong_type",
         absl::StrCat("must be a string, not ", Describe(*value)));
  return nullptr;
}

const JsonArray* FieldReader::Array(std::string_view name) {
  const JsonValue* value = Find(name);
  if (value == nullptr) return nullptr;
  if (const JsonArray* array = value->array()) return array;
  Refuse(name, "wrong_type",
         absl::StrCat("must be an array, not ", Describe(*value)));
  return nullptr;
}

size_t FieldReader::Choice(std::string_view name,
                           std::initializer_list<std::string_view> choices,
                           size_t absent) {
  const JsonValue* value = Find(name);
  if (value == nullptr) return absent;
  const std::string* text = value->string();
  if (text != nullptr) {
    for (size_t i = 0; i < choices.size(); ++i) {
      if (*text == choices.begin()[i]) return i;
    }
  }
  std::string list;
  for (const std::string_view choice : choices) {
    list += list.empty() ? "" : ", ";
    list += choice;
  }
  Refuse(name, text == nullptr ? "wrong_type" : "not_allowed",
         absl::StrCat("must be one of ", list, "; not ", Describe(*value)));
  return absent;
}

void FieldReader::Refuse(std::string_view name, std::string_view type,
                         std::string message) {
  errors_.Add(path_ / name, type, std::move(message));
}

}  // namespace skg::query
