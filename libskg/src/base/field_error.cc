#include "skg/field_error.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/strings/cord.h"
#include "base/bytes.h"
#include "base/strings.h"

namespace skg {
namespace {

// The payload: varint count; for each error a varint count of path members,
// then those, type and message, each with its varint length.
constexpr char kPayloadUrl[] = "type.skg/field-errors";
// A document may be wrong in thousands of places; nobody reads that many.
constexpr size_t kErrorsInMessage = 8;

void AppendText(std::string_view text, std::string& out) {
  AppendVarint(text.size(), out);
  out.append(text);
}

std::string ReadText(ByteReader& in) {
  return std::string(in.Bytes(in.Varint()));
}

std::string Encode(const std::vector<FieldError>& errors) {
  std::string out;
  AppendVarint(errors.size(), out);
  for (const FieldError& error : errors) {
    AppendVarint(error.path.size(), out);
    for (const std::string& member : error.path) AppendText(member, out);
    AppendText(error.type, out);
    AppendText(error.message, out);
  }
  return out;
}

std::string Summary(const std::vector<FieldError>& errors) {
  std::string text;
  for (size_t i = 0; i < errors.size() && i < kErrorsInMessage; ++i) {
    if (i > 0) text += "; ";
    for (size_t j = 0; j < errors[i].path.size(); ++j) {
      if (j > 0) text += '.';
      text += errors[i].path[j];
    }
    if (!errors[i].path.empty()) text += ": ";
    text += errors[i].message;
  }
  if (errors.size() > kErrorsInMessage) {
    text += "; and " + std::to_string(errors.size() - kErrorsInMessage) +
            " more errors";
  }
  return text;
}

}  // namespace

absl::Status FieldErrorStatus(const std::vector<FieldError>& errors,
                              absl::StatusCode code) {
  absl::Status status(code, av(Summary(errors)));
  status.SetPayload(kPayloadUrl, absl::Cord(Encode(errors)));
  return status;
}

std::vector<FieldError> FieldErrors(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayloadUrl);
  if (!payload.has_value()) return {};
  const std::string bytes(*payload);
  ByteReader in(bytes);
  std::vector<FieldError> errors;
  // Counts are not trusted: every turn needs bytes that are really there.
  for (uint64_t count = in.Varint(); count > 0 && in.ok(); --count) {
    FieldError error;
    for (uint64_t members = in.Varint(); members > 0 && in.ok(); --members) {
      error.path.push_back(ReadText(in));
    }
    error.type = ReadText(in);
    error.message = ReadText(in);
    if (in.ok()) errors.push_back(std::move(error));
  }
  return errors;
}

}  // namespace skg
