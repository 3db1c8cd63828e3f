// JSON documents from callers: parsed strictly, with bounds, and with the place
// of what is wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "skg/field_error.h"

namespace skg::query {

struct JsonArray;
struct JsonObject;

// An integer that fits 64 bits; others are doubles.
struct JsonInteger {
  bool negative = false;
  uint64_t magnitude = 0;
};

class JsonValue {
 public:
  using Data =
      std::variant<std::monostate, bool, JsonInteger, double, std::string,
                   std::unique_ptr<JsonArray>, std::unique_ptr<JsonObject>>;

  JsonValue() = default;
  template <typename T>
  explicit JsonValue(T value) : data_(std::move(value)) {}

  [[nodiscard]] bool is_null() const { return data_.index() == 0; }
  // Null where the value is of another type.
  [[nodiscard]] const bool* boolean() const {
    return std::get_if<bool>(&data_);
  }
  [[nodiscard]] const JsonInteger* integer() const {
    return std::get_if<JsonInteger>(&data_);
  }
  [[nodiscard]] const double* real() const {
    return std::get_if<double>(&data_);
  }
  [[nodiscard]] const std::string* string() const {
    return std::get_if<std::string>(&data_);
  }
  [[nodiscard]] const JsonArray* array() const {
    const auto* held = std::get_if<std::unique_ptr<JsonArray>>(&data_);
    return held == nullptr ? nullptr : held->get();
  }
  [[nodiscard]] const JsonObject* object() const {
    const auto* held = std::get_if<std::unique_ptr<JsonObject>>(&data_);
    return held == nullptr ? nullptr : held->get();
  }

 private:
  Data data_;
};

struct JsonArray {
  std::vector<JsonValue> items;
};

// Members in the order of the document.
struct JsonObject {
  std::vector<std::pair<std::string, JsonValue>> members;
  // The object as it was written, braces included. Lends from the text.
  std::string_view source;
};

struct JsonDocument {
  JsonValue root;
  // Members that occur twice in one object; the first one is in `root`.
  std::vector<FieldError> duplicates;
};

inline constexpr size_t kMaxJsonDepth = 64;
inline constexpr size_t kMaxJsonValues = size_t{1} << 20;

struct JsonOptions {
  // Values of members with this name are checked but not built: such an
  // object has its `source` and no members.
  std::string_view opaque_member = {};
  // The whole document is opaque, and members may be given twice.
  bool only_check = false;
  size_t max_depth = kMaxJsonDepth;
};

// Errors: kInvalidArgument with line and column (in characters, from 1): not
// JSON, not UTF-8, nested too deep, more than kMaxJsonValues values. `text`
// must outlive the document. Time and memory: linear in the text.
[[nodiscard]] absl::StatusOr<JsonDocument> ParseJson(
    std::string_view text, const JsonOptions& options = {});

// Characters (code points) of valid UTF-8.
[[nodiscard]] size_t CodePoints(std::string_view text);

// At most `characters` code points of it, with an ellipsis if it was longer:
// what a caller sent, fit for a message.
[[nodiscard]] std::string Shorten(std::string_view text,
                                  size_t characters = 60);

}  // namespace skg::query
