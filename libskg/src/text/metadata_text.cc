#include "text/metadata_text.h"

#include <nlohmann/json.hpp>

namespace skg::text {

namespace {

class StringCollector : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t& value) override {
    if (value.empty()) return true;
    if (!text_.empty()) text_.push_back('\n');
    text_ += value;
    return true;
  }
  bool binary(binary_t&) override { return true; }
  bool key(string_t&) override { return true; }
  bool start_object(size_t) override { return true; }
  bool end_object() override { return true; }
  bool start_array(size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(size_t, const std::string&,
                   const nlohmann::json::exception&) override {
    return false;
  }
  [[nodiscard]] std::string&& text() && { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace

std::string MetadataText(std::string_view metadata) {
  if (metadata.empty()) return {};
  StringCollector strings;
  (void)nlohmann::json::sax_parse(metadata.begin(), metadata.end(), &strings);
  return std::move(strings).text();
}

}  // namespace skg::text
