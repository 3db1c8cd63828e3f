// Reading the members of a JSON object by name and type, collecting all that is
// wrong with them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "query/json_value.h"
#include "skg/field_error.h"

namespace skg::query {

using FieldPath = std::vector<std::string>;

[[nodiscard]] FieldPath operator/(FieldPath path, std::string_view member);
[[nodiscard]] FieldPath operator/(FieldPath path, size_t index);

// Keeps the first kMax errors: a document wrong in a million places must not
// make an answer of that size.
class ErrorCollector {
 public:
  static constexpr size_t kMax = 64;

  void Add(FieldPath path, std::string_view type, std::string message);
  [[nodiscard]] bool empty() const { return errors_.empty(); }
  [[nodiscard]] const std::vector<FieldError>& errors() const {
    return errors_;
  }
  [[nodiscard]] std::vector<FieldError> Take() { return std::move(errors_); }

 private:
  std::vector<FieldError> errors_;
};

// What a value is, for messages: `the string "abc"`, `null`, `an object`.
[[nodiscard]] std::string Describe(const JsonValue& value);

// One object of the document. An optional member that is null counts as
// absent. Getters that find an error add it and return the default.
class FieldReader {
 public:
  // All must outlive the reader.
  FieldReader(const JsonObject& object, FieldPath path, ErrorCollector& errors)
      : object_(object), path_(std::move(path)), errors_(errors) {}

  // Adds an error for every member that is not in `known`.
  void RefuseUnknown(std::initializer_list<std::string_view> known);

  // The member's value; null if absent or JSON null.
  [[nodiscard]] const JsonValue* Find(std::string_view name) const;
  [[nodiscard]] bool Has(std::string_view name) const;

  [[nodiscard]] bool Bool(std::string_view name, bool absent);
  [[nodiscard]] uint64_t Integer(std::string_view name, uint64_t min,
                                 uint64_t max, uint64_t absent);
  // In [0, 1], as float32.
  [[nodiscard]] float Weight(std::string_view name, float absent);
  // Null if absent or wrong.
  [[nodiscard]] const std::string* String(std::string_view name);
  [[nodiscard]] const JsonArray* Array(std::string_view name);
  // The index into `choices`.
  [[nodiscard]] size_t Choice(std::string_view name,
                              std::initializer_list<std::string_view> choices,
                              size_t absent);

  void Refuse(std::string_view name, std::string_view type,
              std::string message);
  [[nodiscard]] FieldPath PathOf(std::string_view name) const {
    return path_ / name;
  }
  [[nodiscard]] const FieldPath& path() const { return path_; }
  [[nodiscard]] ErrorCollector& errors() { return errors_; }

 private:
  const JsonObject& object_;
  FieldPath path_;
  ErrorCollector& errors_;
};

}  // namespace skg::query
