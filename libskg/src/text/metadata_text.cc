#include "text/metadata_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/bytes.h"

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
    if (!found_.text.empty()) {
      found_.text.push_back('\n');
      found_.begins.push_back(static_cast<uint32_t>(found_.text.size()));
    }
    found_.text += value;
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
  [[nodiscard]] MetadataText&& found() && { return std::move(found_); }

 private:
  MetadataText found_;
};

}  // namespace

MetadataText ReadMetadataText(std::string_view metadata) {
  if (metadata.empty()) return {};
  StringCollector strings;
  (void)nlohmann::json::sax_parse(metadata.begin(), metadata.end(), &strings);
  return std::move(strings).found();
}

TextHash HashText(const MetadataText& metadata) {
  const auto lines = static_cast<size_t>(
      std::count(metadata.text.begin(), metadata.text.end(), '\n'));
  if (lines == metadata.begins.size()) return HashText(metadata.text);
  std::string text = metadata.text;
  text.push_back('\0');
  for (const uint32_t begin : metadata.begins) AppendVarint(begin, text);
  return HashText(text);
}

}  // namespace skg::text
