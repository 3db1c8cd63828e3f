#include "engine/load_errors.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace skg::engine {

std::string PlacedMessage(const std::string& name, uint64_t line,
                          uint64_t column, const std::string& message) {
  if (column == 0) return absl::StrCat(name, ":", line, ": ", message);
  return absl::StrCat(name, ":", line, ":", column, ": ", message);
}

absl::Status LoadErrors::Malformed(uint64_t line, uint64_t column,
                                   std::string message) {
  if (!continue_) return Fatal(line, column, message);
  ++result_.skipped;
  if (result_.errors.size() < kListed) {
    result_.errors.push_back(
        {.line = line, .column = column, .message = std::move(message)});
  }
  return absl::OkStatus();
}

absl::Status LoadErrors::Fatal(uint64_t line, uint64_t column,
                               const std::string& message) const {
  return absl::InvalidArgumentError(
      PlacedMessage(name_, line, column, message));
}

}  // namespace skg::engine
