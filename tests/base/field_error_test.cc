#include "skg/field_error.h"

#include <catch2/catch.hpp>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "support/test_support.h"

namespace skg {
namespace {

void RequireEqual(const std::vector<FieldError>& got,
                  const std::vector<FieldError>& want) {
  REQUIRE(got.size() == want.size());
  for (size_t i = 0; i < got.size(); ++i) {
    CHECK(got[i].path == want[i].path);
    CHECK(got[i].message == want[i].message);
    CHECK(got[i].type == want[i].type);
  }
}

TEST_CASE("a status carries its field errors", "[field_error]") {
  const std::vector<FieldError> errors = {
      {{"patterns", "0", "weight_min"},
       "is 2; a weight is from 0 to 1",
       "out_of_range"},
      {{}, "is not an object", "wrong_type"},
      {{"", std::string("\0\xff", 2)}, "", ""}};
  const absl::Status status = FieldErrorStatus(errors);
  CHECK(status.code() == absl::StatusCode::kInvalidArgument);
  RequireEqual(FieldErrors(status), errors);
  CHECK(absl::StartsWith(status.message(), "patterns.0.weight_min: is 2;"));
}

TEST_CASE("thousands of errors make a short message", "[field_error]") {
  const std::vector<FieldError> errors(5000,
                                       {{"field"}, "is missing", "missing"});
  const absl::Status status = FieldErrorStatus(errors);
  CHECK(status.message().size() < 400);
  CHECK(absl::EndsWith(status.message(), "and 4992 more errors"));
  CHECK(FieldErrors(status).size() == 5000);
}

TEST_CASE("other statuses carry none", "[field_error]") {
  CHECK(FieldErrors(absl::OkStatus()).empty());
  CHECK(FieldErrors(absl::InvalidArgumentError("field: is missing")).empty());
}

// A status may come from anywhere.
TEST_CASE("damaged payloads are no errors and do no harm", "[field_error]") {
  std::string url, payload;
  FieldErrorStatus(
      {{{"a", "b"}, "message", "type"}, {{"c"}, "other", "missing"}})
      .ForEachPayload([&](auto type, const absl::Cord& bytes) {
        url = std::string(type);
        payload = std::string(bytes);
      });
  REQUIRE_FALSE(payload.empty());
  const auto read = [&](const std::string& bytes) {
    absl::Status status = absl::InvalidArgumentError("x");
    status.SetPayload(url, absl::Cord(bytes));
    return FieldErrors(status);
  };
  CHECK(read(payload).size() == 2);
  for (size_t size = 0; size < payload.size(); ++size) {
    CHECK(read(payload.substr(0, size)).size() < 2);
  }
  auto random = test::Random();
  for (int round = 0; round < 2000; ++round) {
    std::string damaged = payload;
    for (uint64_t n = random() % 4 + 1; n > 0; --n) {
      damaged[random() % damaged.size()] = static_cast<char>(random());
    }
    CHECK(read(damaged).size() <= damaged.size());
  }
  CHECK(read(std::string(9, '\xff') + "\x01").empty());
}

}  // namespace
}  // namespace skg
