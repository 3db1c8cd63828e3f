// Reading the members of a JSON object that a request sent, with everything
// that is wrong with them.
#pragma once

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "skg/field_error.h"
#include "skg/time_travel.h"

namespace skg::server {

// A word of a document and what it means.
template <typename Value>
using Word = std::pair<std::string_view, Value>;

// Members that are absent or null have their fallbacks. What is wrong is told
// with its place in the document, and the reader goes on.
// Lifetime: the object and the list of errors outlive it. Thread safety: none.
class JsonObject {
 public:
  using Json = nlohmann::json;
  using Path = std::vector<std::string>;

  // `path`: where the object stands in the document.
  JsonObject(const Json& object, Path path, std::vector<FieldError>& errors)
      : object_(object), path_(std::move(path)), errors_(errors) {}

  // Null where it is absent.
  [[nodiscard]] const Json* Find(const std::string& name);
  [[nodiscard]] Path PathOf(const std::string& name) const;

  // Of at most so many code points, and not empty.
  [[nodiscard]] std::optional<std::string> Text(const std::string& name,
                                                size_t most);
  [[nodiscard]] uint64_t Count(const std::string& name, uint64_t fallback,
                               uint64_t least, uint64_t most);
  [[nodiscard]] std::optional<float> Real(const std::string& name, float least,
                                          float most);
  // A number that a float holds.
  [[nodiscard]] std::optional<float> Real(const std::string& name);
  [[nodiscard]] bool Flag(const std::string& name, bool fallback);
  [[nodiscard]] std::vector<std::string> Names(const std::string& name,
                                               size_t most);
  // Of at most 4096 numbers, each within what a float holds.
  [[nodiscard]] std::optional<std::vector<float>> Vector(
      const std::string& name);
  // A commit number, or a time.
  [[nodiscard]] std::optional<PointInTime> Point(const std::string& name);
  template <typename Value, size_t kWords>
  [[nodiscard]] Value Choice(const std::string& name, Value fallback,
                             const std::array<Word<Value>, kWords>& words) {
    const Json* const value = Find(name);
    if (value == nullptr) return fallback;
    std::string names;
    for (const auto& [word, meaning] : words) {
      if (value->is_string() && value->get_ref<const std::string&>() == word)
        return meaning;
      absl::StrAppend(&names, names.empty() ? "" : ", ", std::string(word));
    }
    Refuse(name, absl::StrCat("must be one of ", names),
           value->is_string() ? "out_of_range" : "wrong_type");
    return fallback;
  }

  void Refuse(const std::string& name, std::string message, std::string type);
  // Members that nobody has asked for are errors.
  void RefuseOthers();

 private:
  const Json& object_;
  const Path path_;
  std::vector<FieldError>& errors_;
  std::vector<std::string> known_;
};

// The body as an object. Errors: kInvalidArgument; `example` is shown.
[[nodiscard]] absl::StatusOr<nlohmann::json> ParseObject(
    const std::string& body, std::string_view example);

// The same as an answer's body; bytes that are not UTF-8 (which may come from
// a parameter) become U+FFFD.
[[nodiscard]] std::string JsonText(const nlohmann::ordered_json& document);

}  // namespace skg::server
