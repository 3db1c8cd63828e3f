#include "config/toml_values.h"

#include <toml++/toml.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace skg::server {
namespace {

absl::Status Malformed(const std::string& path, toml::source_position at,
                       const std::string& what) {
  return absl::InvalidArgumentError(
      absl::StrCat(path, ":", at.line, ":", at.column, ": ", what));
}

// Nothing if the value is of no kind that a setting has.
std::optional<std::string> ValueText(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) {
    return absl::StrCat(number->get());
  }
  if (const auto* number = node.as_floating_point()) {
    return absl::StrCat(number->get());
  }
  if (const auto* flag = node.as_boolean()) {
    return flag->get() ? "true" : "false";
  }
  if (const auto* list = node.as_array()) {
    auto items = nlohmann::json::array();
    for (const toml::node& item : *list) {
      if (!item.is_string()) return std::nullopt;
      items.push_back(item.as_string()->get());
    }
    return items.dump();
  }
  return std::nullopt;
}

absl::Status Collect(const std::string& path, const std::string& prefix,
                     const toml::table& table, std::vector<TomlValue>& values) {
  for (const auto& [name, node] : table) {
    const std::string key = prefix + std::string(name.str());
    if (const auto* inner = node.as_table()) {
      absl::Status status = Collect(path, key + ".", *inner, values);
      if (!status.ok()) return status;
      continue;
    }
    std::optional<std::string> text = ValueText(node);
    if (!text.has_value()) {
      return Malformed(path, node.source().begin,
                       key +
                           ": expected a text, a number, true, false or a "
                           "list of texts");
    }
    values.push_back({key, *std::move(text), node.source().begin.line});
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<TomlValue>> ReadTomlValues(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  if (!file.is_open() || file.bad()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--config: the file \"", path, "\" cannot be read"));
  }
  std::vector<TomlValue> values;
  try {
    const absl::Status status =
        Collect(path, "", toml::parse(content.str(), path), values);
    if (!status.ok()) return status;
  } catch (const toml::parse_error& error) {
    return Malformed(path, error.source().begin,
                     std::string(error.description()));
  }
  return values;
}

}  // namespace skg::server
