#include "routes/json_object.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace skg::server {
namespace {

constexpr size_t kMostComponents = 4096;
constexpr size_t kMostDepth = 100;
constexpr double kMostReal = std::numeric_limits<float>::max();

size_t CodePoints(std::string_view text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(),
      [](char c) { return (static_cast<uint8_t>(c) & 0xC0) != 0x80; }));
}

// Documents are printed by recursion.
bool DeeperThan(std::string_view text, size_t most) {
  size_t depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '\\') {
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && (c == '{' || c == '[')) {
      if (++depth > most) return true;
    } else if (!quoted && (c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return false;
}

}  // namespace

JsonObject::Path JsonObject::PathOf(const std::string& name) const {
  Path path = path_;
  path.push_back(name);
  return path;
}

void JsonObject::Refuse(const std::string& name, std::string message,
                        std::string type) {
  errors_.push_back({PathOf(name), std::move(message), std::move(type)});
}

const JsonObject::Json* JsonObject::Find(const std::string& name) {
  known_.push_back(name);
  const auto found = object_.find(name);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

std::optional<std::string> JsonObject::Text(const std::string& name,
                                            size_t most) {
  const Json* const value = Find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) {
    Refuse(name, "a string is wanted", "wrong_type");
    return std::nullopt;
  }
  const auto& text = value->get_ref<const std::string&>();
  if (text.empty()) {
    Refuse(name, "must not be empty", "too_short");
    return std::nullopt;
  }
  if (CodePoints(text) > most) {
    Refuse(name, absl::StrCat("must have at most ", most, " characters"),
           "too_long");
    return std::nullopt;
  }
  return text;
}

uint64_t JsonObject::Count(const std::string& name, uint64_t fallback,
                           uint64_t least, uint64_t most) {
  const Json* const value = Find(name);
  if (value == nullptr) return fallback;
  const bool whole = value->is_number_unsigned();
  if (whole) {
    const auto number = value->get<uint64_t>();
    if (number >= least && number <= most) return number;
  }
  Refuse(name,
         absl::StrCat("must be a whole number from ", least, " to ", most),
         whole || value->is_number_integer() ? "out_of_range" : "wrong_type");
  return fallback;
}

std::optional<float> JsonObject::Real(const std::string& name, float least,
                                      float most) {
  const Json* const value = Find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number()) {
    Refuse(name, "a number is wanted", "wrong_type");
    return std::nullopt;
  }
  const auto number = value->get<double>();
  if (number >= least && number <= most) return static_cast<float>(number);
  Refuse(name, absl::StrCat("must be a number from ", least, " to ", most),
         "out_of_range");
  return std::nullopt;
}

std::optional<float> JsonObject::Real(const std::string& name) {
  const auto most = static_cast<float>(kMostReal);
  return Real(name, -most, most);
}

bool JsonObject::Flag(const std::string& name, bool fallback) {
  const Json* const value = Find(name);
  if (value == nullptr) return fallback;
  if (value->is_boolean()) return value->get<bool>();
  Refuse(name, "true or false is wanted", "wrong_type");
  return fallback;
}

std::vector<std::string> JsonObject::Names(const std::string& name,
                                           size_t most) {
  std::vector<std::string> names;
  const Json* const value = Find(name);
  if (value == nullptr) return names;
  if (!value->is_array()) {
    Refuse(name, "a list of names is wanted", "wrong_type");
    return names;
  }
  if (value->size() > most) {
    Refuse(name, absl::StrCat("must have at most ", most, " names"),
           "too_long");
    return names;
  }
  for (size_t i = 0; i < value->size(); ++i) {
    if ((*value)[i].is_string()) {
      names.push_back((*value)[i].get<std::string>());
      continue;
    }
    Path path = PathOf(name);
    path.push_back(absl::StrCat(i));
    errors_.push_back({std::move(path), "a string is wanted", "wrong_type"});
  }
  return names;
}

std::optional<std::vector<float>> JsonObject::Vector(const std::string& name) {
  const Json* const value = Find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_array() || value->empty()) {
    Refuse(name, "a list of numbers is wanted", "wrong_type");
    return std::nullopt;
  }
  if (value->size() > kMostComponents) {
    Refuse(name,
           absl::StrCat("must have at most ", kMostComponents, " numbers"),
           "too_long");
    return std::nullopt;
  }
  std::vector<float> vector;
  vector.reserve(value->size());
  for (const Json& component : *value) {
    const bool number = component.is_number();
    const double real = number ? component.get<double>() : 0;
    if (number && std::abs(real) <= kMostReal) {
      vector.push_back(static_cast<float>(real));
      continue;
    }
    Path path = PathOf(name);
    path.push_back(absl::StrCat(vector.size()));
    errors_.push_back({std::move(path),
                       number ? "is more than a 32-bit float holds"
                              : "a number is wanted",
                       number ? "out_of_range" : "wrong_type"});
    return std::nullopt;  // one is enough: the others may be thousands
  }
  return vector;
}

std::optional<PointInTime> JsonObject::Point(const std::string& name) {
  const Json* const value = Find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_number_unsigned()) return PointInTime(value->get<uint64_t>());
  if (!value->is_string()) {
    Refuse(name, "a commit number or a time is wanted", "wrong_type");
    return std::nullopt;
  }
  const absl::StatusOr<PointInTime> point =
      ParsePointInTime(value->get_ref<const std::string&>());
  if (point.ok()) return *point;
  Refuse(name, std::string(point.status().message()), "malformed");
  return std::nullopt;
}

void JsonObject::RefuseOthers() {
  for (const auto& [name, value] : object_.items()) {
    if (std::find(known_.begin(), known_.end(), name) == known_.end())
      Refuse(name, "no such field", "unknown_field");
  }
}

absl::StatusOr<nlohmann::json> ParseObject(const std::string& body,
                                           std::string_view example) {
  if (DeeperThan(body, kMostDepth)) {
    return absl::InvalidArgumentError(
        absl::StrCat("The body is nested deeper than ", kMostDepth));
  }
  nlohmann::json document =
      nlohmann::json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (document.is_object()) return document;
  return absl::InvalidArgumentError(
      absl::StrCat("The body is no JSON object; send one such as ",
                   std::string(example)));
}

std::string JsonText(const nlohmann::ordered_json& document) {
  return document.dump(-1, ' ', /*ensure_ascii=*/false,
                       nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace skg::server
