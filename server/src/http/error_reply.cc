#include "http/error_reply.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "skg/quota.h"

namespace skg::server {
namespace {

// What is said about each status.
struct Kind {
  int status;
  const char* error;
  const char* category;
  const char* severity;
  bool retryable;
  const char* text;  // shown instead of the detail where it must not be
};

constexpr std::array<Kind, 21> kKinds = {{
    {400, "bad_request", "client", "low", false, "Bad request"},
    {401, "unauthorized", "auth", "medium", false, "Unauthorized"},
    {403, "forbidden", "auth", "medium", false, "Insufficient permissions"},
    {404, "not_found", "client", "low", false, "Not found"},
    {405, "method_not_allowed", "client", "low", false, "Method not allowed"},
    {408, "request_timeout", "client", "low", true, "Request timed out"},
    {409, "conflict", "client", "low", false, "Conflict"},
    {413, "payload_too_large", "client", "low", false, "Body too large"},
    {414, "uri_too_long", "client", "low", false, "URI too long"},
    {415, "unsupported_media_type", "client", "low", false,
     "Unsupported media type"},
    {416, "range_not_satisfiable", "client", "low", false,
     "Range not satisfiable"},
    {417, "expectation_failed", "client", "low", false, "Expectation failed"},
    {422, "validation_failed", "client", "low", false, "Validation failed"},
    {429, "rate_limited", "quota", "low", true, "Rate limit exceeded"},
    {431, "headers_too_large", "client", "low", false,
     "Request header fields too large"},
    {500, "internal_error", "server", "high", false, "Internal server error"},
    {501, "not_available", "server", "low", false, "Feature not available"},
    {502, "bad_gateway", "dependency", "medium", true,
     "An endpoint that the query asks has failed"},
    {503, "unavailable", "dependency", "high", true,
     "Service temporarily unavailable"},
    {504, "timeout", "dependency", "medium", true, "Query timed out"},
    {0, "error", "server", "high", false, "Error"},
}};

// When to look again whether a quota has room: Retry-After is a must with 429.
constexpr absl::Duration kRoomAfter = absl::Seconds(60);

const Kind& KindOf(int status) {
  return *std::find_if(kKinds.begin(), kKinds.end() - 1,
                       [&](const Kind& kind) { return kind.status == status; });
}

bool IsIndex(const std::string& part) {
  return !part.empty() && part.size() < 10 &&
         part.find_first_not_of("0123456789") == std::string::npos;
}

nlohmann::json FieldsJson(const ErrorDetail& detail) {
  auto errors = nlohmann::json::array();
  for (const FieldError& field : detail.fields) {
    errors.push_back({{"loc", FieldLocation(detail.place, field.path)},
                      {"msg", field.message},
                      {"type", field.type}});
  }
  return errors;
}

int64_t WholeSeconds(absl::Duration duration) {
  return std::max<int64_t>(
      1, absl::ToInt64Seconds(absl::Ceil(duration, absl::Seconds(1))));
}

}  // namespace

ApiResponse ErrorReply(int status, const ErrorDetail& detail,
                       std::string_view request_id) {
  const Kind& kind = KindOf(status);
  const bool ours = status >= 500 && status != 501;
  ApiResponse response;
  response.status = status;
  nlohmann::ordered_json body = {
      {"detail", ours || detail.detail.empty() ? kind.text : detail.detail},
      {"error", detail.error.empty() ? kind.error : detail.error},
      {"correlation_id", request_id},
      {"category", kind.category},
      {"severity", kind.severity},
      {"retryable", detail.retryable.value_or(kind.retryable)}};
  if (!detail.hint.empty()) body["hint"] = detail.hint;
  if (!detail.fields.empty())
    body["errors"] = nlohmann::ordered_json(FieldsJson(detail));
  std::optional<absl::Duration> retry_after = detail.retry_after;
  if (status == 503 && !retry_after.has_value()) {
    retry_after = absl::Seconds(1);
  }
  if (retry_after.has_value()) {
    const int64_t seconds = WholeSeconds(*retry_after);
    body["retry_after"] = seconds;
    response.headers.emplace_back("Retry-After", std::to_string(seconds));
  }
  response.body =
      body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return response;
}

ApiResponse ErrorReply(int status, std::string_view detail,
                       std::string_view request_id) {
  return ErrorReply(status, ErrorDetail{.detail = std::string(detail)},
                    request_id);
}

int HttpStatus(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return 200;
    case absl::StatusCode::kInvalidArgument:
      return FieldErrors(status).empty() ? 400 : 422;
    case absl::StatusCode::kOutOfRange:
      return 422;
    case absl::StatusCode::kUnauthenticated:
      return 401;
    case absl::StatusCode::kPermissionDenied:
      return 403;
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kFailedPrecondition:
      return 409;
    case absl::StatusCode::kUnimplemented:
      return 501;
    case absl::StatusCode::kResourceExhausted:
      return QuotaExceededOf(status).has_value() ? 429 : 503;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kCancelled:
      return 503;
    case absl::StatusCode::kDeadlineExceeded:
      return 504;
    case absl::StatusCode::kUnknown:
      return 502;  // of a query: an endpoint that it asks
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kDataLoss:
    default:
      return 500;
  }
}

nlohmann::json FieldLocation(std::string_view place,
                             const std::vector<std::string>& path) {
  auto location = nlohmann::json::array({std::string(place)});
  for (const std::string& part : path) {
    if (IsIndex(part)) {
      location.push_back(std::stoi(part));
    } else {
      location.push_back(part);
    }
  }
  return location;
}

ApiResponse StatusReply(const absl::Status& status, std::string_view request_id,
                        std::string_view place) {
  ErrorDetail detail;
  detail.place = place;
  detail.detail.assign(status.message().data(), status.message().size());
  detail.fields = FieldErrors(status);
  switch (status.code()) {
    case absl::StatusCode::kAborted:
      detail.hint = "another write came between; send the request again";
      break;
    case absl::StatusCode::kResourceExhausted:
      if (QuotaExceededOf(status).has_value()) {
        // The same request fails until somebody has made room.
        detail.error = "quota_exceeded";
        detail.retryable = false;
        detail.retry_after = kRoomAfter;
        detail.hint = "remove statements, or have the quota raised";
        break;
      }
      detail.hint = "a limit of memory or disk space was reached; ask for less";
      break;
    case absl::StatusCode::kDeadlineExceeded:
      detail.hint = "ask for less, or narrow the pattern";
      break;
    default:
      break;
  }
  ApiResponse response = ErrorReply(HttpStatus(status), detail, request_id);
  if (response.status >= 500) response.note = detail.detail;
  return response;
}

}  // namespace skg::server
