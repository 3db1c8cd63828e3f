#include "http/error_reply.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "storage/quota.h"

namespace skg::server {
namespace {

using Json = nlohmann::json;

TEST_CASE("every status code has its HTTP status") {
  struct Case {
    absl::StatusCode code;
    int status;
  };
  const Case cases[] = {
      {absl::StatusCode::kOk, 200},
      {absl::StatusCode::kCancelled, 503},
      {absl::StatusCode::kUnknown, 502},
      {absl::StatusCode::kInvalidArgument, 400},
      {absl::StatusCode::kDeadlineExceeded, 504},
      {absl::StatusCode::kNotFound, 404},
      {absl::StatusCode::kAlreadyExists, 409},
      {absl::StatusCode::kPermissionDenied, 403},
      {absl::StatusCode::kResourceExhausted, 503},
      {absl::StatusCode::kFailedPrecondition, 409},
      {absl::StatusCode::kAborted, 409},
      {absl::StatusCode::kOutOfRange, 422},
      {absl::StatusCode::kUnimplemented, 501},
      {absl::StatusCode::kInternal, 500},
      {absl::StatusCode::kUnavailable, 503},
      {absl::StatusCode::kDataLoss, 500},
      {absl::StatusCode::kUnauthenticated, 401},
  };
  std::set<int> seen;
  for (const Case& each : cases) {
    seen.insert(static_cast<int>(each.code));
    CHECK(HttpStatus(absl::Status(each.code, "x")) == each.status);
  }
  for (int code = 0; code <= 16; ++code) CHECK(seen.contains(code));
}

TEST_CASE("an invalid argument with fields is a validation error") {
  const absl::Status status = FieldErrorStatus(
      {{{"triples", "3", "weight"}, "must be from 0 to 1", "out_of_range"},
       {{"triples"}, "is missing", "missing"}});
  CHECK(HttpStatus(status) == 422);
  const ApiResponse reply = StatusReply(status, "id-1");
  CHECK(reply.status == 422);
  const Json body = Json::parse(reply.body);
  CHECK(body["error"] == "validation_failed");
  CHECK(body["correlation_id"] == "id-1");
  CHECK(body["detail"].is_string());
  REQUIRE(body["errors"].size() == 2);
  CHECK(body["errors"][0]["loc"] == Json({"body", "triples", 3, "weight"}));
  CHECK(body["errors"][0]["type"] == "out_of_range");
  CHECK(body["errors"][0]["msg"] == "must be from 0 to 1");
  CHECK(
      Json::parse(StatusReply(status, "i", "query").body)["errors"][1]["loc"] ==
      Json::array({"query", "triples"}));
}

TEST_CASE("a quota that is exceeded is 429, but not worth a retry at once") {
  const absl::Status status = storage::QuotaExceededStatus(
      {"tenant \"acme\"", QuotaExceeded::Resource::kStatements, 10, 9, 2});
  CHECK(HttpStatus(status) == 429);
  const ApiResponse reply = StatusReply(status, "id-1");
  const Json body = Json::parse(reply.body);
  CHECK(body["error"] == "quota_exceeded");
  CHECK(body["category"] == "quota");
  CHECK(body["retryable"] == false);
  CHECK(body["retry_after"] == 60);
  CHECK(body["detail"].get<std::string>().find("10 statements") !=
        std::string::npos);
  CHECK(Json::parse(ErrorReply(429, "x", "i").body)["error"] == "rate_limited");
}

TEST_CASE("every error has the one shape") {
  for (const int status : {400, 401, 403, 404, 405, 409, 413, 414, 415, 422,
                           429, 431, 500, 501, 503, 504, 418}) {
    const Json body = Json::parse(ErrorReply(status, "text", "id").body);
    for (const char* field :
         {"detail", "error", "correlation_id", "category", "severity"}) {
      INFO(status << " " << field);
      REQUIRE(body.contains(field));
      CHECK(body[field].is_string());
    }
    CHECK(body["retryable"].is_boolean());
  }
}

TEST_CASE("messages of our own failures stay inside") {
  for (const absl::StatusCode code :
       {absl::StatusCode::kInternal, absl::StatusCode::kDataLoss,
        absl::StatusCode::kUnavailable, absl::StatusCode::kResourceExhausted,
        absl::StatusCode::kUnknown, absl::StatusCode::kDeadlineExceeded}) {
    const ApiResponse reply =
        StatusReply(absl::Status(code, "/var/lib/secret.sst: bad"), "id");
    CHECK_THAT(reply.body, !Catch::Contains("secret"));
    CHECK_THAT(reply.note, Catch::Contains("secret"));
  }
}

TEST_CASE("a wait is told in header and body, in whole seconds") {
  const ApiResponse reply = ErrorReply(
      429, ErrorDetail{.detail = "x", .retry_after = absl::Milliseconds(11200)},
      "id");
  CHECK(Json::parse(reply.body)["retry_after"] == 12);
  CHECK(Json::parse(reply.body)["retryable"] == true);
  REQUIRE(reply.headers.size() == 1);
  CHECK(reply.headers[0] ==
        std::pair<std::string, std::string>("Retry-After", "12"));
}

TEST_CASE("text that is not UTF-8 does not break the answer") {
  const ApiResponse reply = ErrorReply(400, "\xFF\xC0", "id");
  CHECK_FALSE(Json::parse(reply.body, nullptr, false).is_discarded());
}

}  // namespace
}  // namespace skg::server
