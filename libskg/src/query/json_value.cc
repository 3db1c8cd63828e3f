#include "query/json_value.h"

#include <exception>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/strings.h"

namespace skg::query {
namespace {

constexpr size_t kMaxDuplicates = 64;

// Reads bytes for the parser and lets the builder see how far it has come:
// the parser's callbacks do not tell.
class TrackedByte {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  TrackedByte(const char* at, const char** position)
      : at_(at), position_(position) {}
  const char& operator*() const { return *at_; }
  TrackedByte& operator++() {
    ++at_;
    if (position_ != nullptr) *position_ = at_;
    return *this;
  }
  TrackedByte operator++(int) {
    TrackedByte before = *this;
    ++*this;
    return before;
  }
  bool operator==(const TrackedByte& other) const { return at_ == other.at_; }
  bool operator!=(const TrackedByte& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  const char** position_;
};

// nlohmann's messages read "[...] parse error at line 1, column 2: syntax
// error while ...; last read: '...'". The middle is ours to show; the rest
// repeats the place, or bytes that may not be text.
std::string Reason(std::string_view message) {
  size_t from = message.find(": ");
  from = from == std::string_view::npos ? 0 : from + 2;
  if (message.starts_with("[json.exception.out_of_range")) {
    return "a number is beyond the range of a double";
  }
  return std::string(message.substr(from, message.find("; last read") - from));
}

class DocumentBuilder : public nlohmann::json::json_sax_t {
 public:
  DocumentBuilder(std::string_view text, const JsonOptions& options,
                  const char* const* position)
      : text_(text), options_(options), position_(position) {}

  bool null() override {
    return Put([] { return JsonValue(); });
  }
  bool boolean(bool value) override {
    return Put([&] { return JsonValue(value); });
  }
  bool number_integer(number_integer_t value) override {
    const bool negative = value < 0;
    const auto bits = static_cast<uint64_t>(value);
    return Put([&] {
      return JsonValue(JsonInteger{negative, negative ? 0 - bits : bits});
    });
  }
  bool number_unsigned(number_unsigned_t value) override {
    return Put([&] { return JsonValue(JsonInteger{false, value}); });
  }
  bool number_float(number_float_t value, const string_t&) override {
    return Put([&] { return JsonValue(value); });
  }
  bool string(string_t& value) override {
    return Put([&] { return JsonValue(std::move(value)); });
  }
  bool binary(binary_t&) override { return false; }  // not in JSON text

  bool start_object(std::size_t) override { return Open(/*array=*/false); }
  bool start_array(std::size_t) override { return Open(/*array=*/true); }
  bool end_array() override { return Close(); }
  bool end_object() override {
    Frame& frame = frames_.back();
    if (frame.object != nullptr) {
      frame.object->source = text_.substr(frame.begin, Offset() - frame.begin);
    }
    return Close();
  }

  bool key(string_t& name) override {
    if (options_.only_check) return true;
    Frame& frame = frames_.back();
    frame.key = std::move(name);
    frame.repeated = !frame.keys.insert(frame.key).second;
    if (!frame.repeated) return true;
    if (document_.duplicates.size() == kMaxDuplicates) {
      Fail(Offset(), absl::StrCat("more than ", kMaxDuplicates,
                                  " members are given twice in their object"));
      return false;
    }
    document_.duplicates.push_back(
        {Path(), "is given twice; give it once", "not_allowed"});
    return true;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    Fail(position == 0 ? 0 : position - 1, Reason(error.what()));
    return false;
  }

  absl::StatusOr<JsonDocument> Finish() {
    if (!error_.ok()) return error_;
    document_.root = std::move(root_);
    return std::move(document_);
  }

 private:
  struct Frame {
    // Both null: an opaque container, whose content is only checked.
    JsonArray* array = nullptr;
    JsonObject* object = nullptr;
    bool is_array = false;
    bool opaque = false;
    bool repeated = false;  // the current member was there before
    size_t begin = 0;
    size_t index = 0;  // of the next item
    std::string key;   // of the current member
    absl::flat_hash_set<std::string> keys;
  };

  [[nodiscard]] size_t Offset() const {
    return static_cast<size_t>(*position_ - text_.data());
  }

  [[nodiscard]] std::vector<std::string> Path() const {
    std::vector<std::string> path;
    path.reserve(frames_.size());
    for (const Frame& frame : frames_) {
      path.push_back(frame.is_array ? std::to_string(frame.index)
                                    : Shorten(frame.key));
    }
    return path;
  }

  void Fail(size_t offset, std::string_view reason) {
    const std::string_view before = text_.substr(0, offset);
    const size_t newline = before.rfind('\n');
    size_t line = 1;
    for (const char c : before) line += c == '\n' ? 1u : 0u;
    const size_t column = CodePoints(newline == std::string_view::npos
                                         ? before
                                         : before.substr(newline + 1)) +
                          1;
    error_ = absl::InvalidArgumentError(absl::StrCat("malformed JSON at line ",
                                                     line, ", column ", column,
                                                     ": ", av(reason)));
  }

  // Whether a value that begins now is part of an opaque one.
  [[nodiscard]] bool InsideOpaque() const {
    if (frames_.empty()) return false;
    const Frame& frame = frames_.back();
    return frame.opaque ||
           (!frame.is_array && !options_.opaque_member.empty() &&
            frame.key == options_.opaque_member);
  }

  // The place for the next value; null where it is not built.
  JsonValue* Place() {
    if (frames_.empty()) return &root_;
    Frame& frame = frames_.back();
    if (frame.array != nullptr) return &frame.array->items.emplace_back();
    if (frame.object == nullptr || frame.opaque || frame.repeated)
      return nullptr;
    return &frame.object->members.emplace_back(frame.key, JsonValue()).second;
  }

  bool CountValue() {
    if (++values_ <= kMaxJsonValues) return true;
    Fail(Offset(),
         absl::StrCat("more than ", kMaxJsonValues, " values in one document"));
    return false;
  }

  void Advance() {
    if (!frames_.empty() && frames_.back().is_array) ++frames_.back().index;
  }

  template <typename Make>
  bool Put(Make make) {
    if (!CountValue()) return false;
    if (JsonValue* place = Place(); place != nullptr) *place = make();
    Advance();
    return true;
  }

  bool Open(bool array) {
    if (!CountValue()) return false;
    if (frames_.size() >= options_.max_depth) {
      Fail(Offset() - 1,
           absl::StrCat("nested deeper than ", options_.max_depth, " levels"));
      return false;
    }
    Frame frame;
    frame.is_array = array;
    frame.begin = Offset() - 1;
    frame.opaque = options_.only_check || InsideOpaque();
    if (JsonValue* place = Place(); place != nullptr) {
      if (array) {
        auto made = std::make_unique<JsonArray>();
        if (!frame.opaque) frame.array = made.get();
        *place = JsonValue(std::move(made));
      } else {
        auto made = std::make_unique<JsonObject>();
        frame.object = made.get();
        *place = JsonValue(std::move(made));
      }
    }
    frames_.push_back(std::move(frame));
    return true;
  }

  bool Close() {
    frames_.pop_back();
    Advance();
    return true;
  }

  std::string_view text_;
  JsonOptions options_;
  const char* const* position_;
  JsonValue root_;
  JsonDocument document_;
  std::vector<Frame> frames_;
  size_t values_ = 0;
  absl::Status error_;
};

}  // namespace

absl::StatusOr<JsonDocument> ParseJson(std::string_view text,
                                       const JsonOptions& options) {
  const char* const begin = text.data();
  const char* const end = text.empty() ? begin : begin + text.size();
  const char* position = begin;
  DocumentBuilder builder(text, options, &position);
  try {
    (void)nlohmann::json::sax_parse(TrackedByte(begin, &position),
                                    TrackedByte(end, nullptr), &builder);
  } catch (const nlohmann::json::exception& error) {
    return absl::InvalidArgumentError(
        absl::StrCat("malformed JSON: ", error.what()));
  }
  return builder.Finish();
}

size_t CodePoints(std::string_view text) {
  size_t count = 0;
  for (const char c : text)
    count += (static_cast<uint8_t>(c) & 0xC0) != 0x80 ? 1u : 0u;
  return count;
}

std::string Shorten(std::string_view text, size_t characters) {
  size_t seen = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<uint8_t>(text[i]) & 0xC0) == 0x80) continue;
    if (seen++ == characters) return std::string(text.substr(0, i)) + "…";
  }
  return std::string(text);
}

}  // namespace skg::query
