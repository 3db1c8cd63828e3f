#include "http/multipart.h"

#include <catch2/catch.hpp>
#include <random>
#include <string>

#include "support/test_support.h"

namespace skg::server {
namespace {

constexpr char kType[] = "multipart/form-data; x=\"a;b\"; boundary=B";

std::vector<BodyPart> MustRead(const std::string& body) {
  auto parts = ReadParts(kType, body);
  REQUIRE_OK(parts);
  return *std::move(parts);
}

TEST_CASE("the parts of a form, with name and type") {
  const std::string body =
      "preamble\r\n--B\r\n"
      "content-disposition: form-data; name=\"n\"; filename=\"f.ttl\"\r\n"
      "Content-Type: text/turtle; charset=utf-8\r\n\r\none\r\ntwo\r\n"
      "--B \r\nContent-Disposition: form-data; name=plain\r\n\r\n\r\n"
      "--B\r\n\r\nno headers\r\n--B--\r\nepilogue";
  const auto parts = MustRead(body);
  REQUIRE(parts.size() == 3);
  CHECK(parts[0].name == "f.ttl");
  CHECK(parts[0].content_type == "text/turtle; charset=utf-8");
  CHECK(parts[0].bytes == "one\r\ntwo");
  CHECK(parts[1].name == "plain");
  CHECK(parts[1].bytes.empty());
  CHECK(parts[2].content_type.empty());
  CHECK(parts[2].bytes == "no headers");
  CHECK(MustRead("--B--").empty());
}

TEST_CASE("forms that are none") {
  for (const char* const body :
       {"", "--C--", "--B", "--B\r\n", "--B\r\n\r\nx", "--B\r\nx\r\n--B--",
        "--B\r\nheader\r\n\r\nx\r\n--B--"}) {
    INFO(body);
    CHECK(ReadParts(kType, body).status().code() ==
          absl::StatusCode::kInvalidArgument);
  }
  for (const std::string& type :
       {std::string("multipart/form-data"),
        std::string("multipart/form-data; boundary="),
        "multipart/form-data; boundary=" + std::string(71, 'b')}) {
    CHECK(ReadParts(type, "--B--").status().code() ==
          absl::StatusCode::kInvalidArgument);
  }
  std::string many;
  for (int i = 0; i <= 1000; ++i) many += "--B\r\n\r\nx\r\n";
  CHECK_FALSE(ReadParts(kType, many + "--B--").ok());
}

TEST_CASE("no bytes make reading of a form fail otherwise") {
  std::mt19937_64 random(test::Seed());
  const std::vector<std::string> pieces = {
      "--B",  "--",
      "\r\n", "\r\n\r\n",
      "x",    "Content-Type: a/b",
      ":",    "Content-Disposition: form-data; name=\"",
      "\"",   ";"};
  for (int round = 0; round < 2000; ++round) {
    std::string body, type = "multipart/form-data; boundary=B";
    for (size_t i = random() % 12; i > 0; --i)
      body += pieces[random() % pieces.size()];
    if (random() % 4 == 0) type += pieces[random() % pieces.size()];
    const auto parts = ReadParts(type, body);
    if (!parts.ok()) continue;
    for (const BodyPart& part : *parts) CHECK(part.bytes.size() <= body.size());
  }
}

}  // namespace
}  // namespace skg::server
