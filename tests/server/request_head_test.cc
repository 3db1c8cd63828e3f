#include "http/request_head.h"

#include <catch2/catch.hpp>
#include <string>

#include "support/test_support.h"

namespace skg::server {
namespace {

using State = RequestHead::State;

RequestHead ScanAll(const std::string& bytes) {
  size_t searched = 0;
  return ScanHead(bytes, searched);
}

TEST_CASE("a head is complete at its empty line") {
  const std::string head =
      "POST /a HTTP/1.1\r\nHost: x\r\ncontent-LENGTH:  12 \r\n\r\n";
  const RequestHead scanned = ScanAll(head + "0123");
  CHECK(scanned.state == State::kComplete);
  CHECK(scanned.head_bytes == head.size());
  CHECK(scanned.content_length == 12);
  CHECK_FALSE(scanned.chunked);
}

TEST_CASE("a head that arrives byte by byte is found where it ends") {
  const std::string head =
      "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  size_t searched = 0;
  for (size_t size = 0; size < head.size(); ++size) {
    REQUIRE(ScanHead(head.substr(0, size), searched).state ==
            State::kIncomplete);
  }
  const RequestHead scanned = ScanHead(head, searched);
  CHECK(scanned.state == State::kComplete);
  CHECK(scanned.chunked);
}

TEST_CASE("framing that can be read in two ways is refused") {
  const std::string cases[] = {
      "Content-Length: 1\r\nContent-Length: 2",
      "Content-Length: 1\r\nTransfer-Encoding: chunked",
      "Content-Length: -1",
      "Content-Length: 1, 1",
      "Content-Length: 0x10",
      "Content-Length:",
      "Content-Length: 99999999999999999999",
      "Transfer-Encoding: gzip, chunked",
      "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
      "Content-Length : 1",
      "no colon",
      ": empty name",
      " folded: line",
  };
  for (const std::string& lines : cases) {
    INFO(lines);
    const RequestHead scanned =
        ScanAll("POST / HTTP/1.1\r\nHost: x\r\n" + lines + "\r\n\r\n");
    CHECK(scanned.state == State::kMalformed);
    CHECK_FALSE(scanned.error.empty());
  }
  CHECK(ScanAll("POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1"
                "\r\n\r\n")
            .state == State::kComplete);
}

TEST_CASE("a head without end is too large at some point") {
  CHECK(ScanAll(std::string(kMaxHeadBytes - 1, 'a')).state ==
        State::kIncomplete);
  CHECK(ScanAll(std::string(kMaxHeadBytes, 'a')).state == State::kTooLarge);
  CHECK(ScanAll("GET / HTTP/1.1\r\nA: " + std::string(kMaxHeadBytes, 'a') +
                "\r\n\r\n")
            .state == State::kTooLarge);
}

TEST_CASE("no bytes make the scan misbehave") {
  auto random = test::Random();
  const std::string alphabet = "\r\n: \tcontent-length0129chunked";
  for (int round = 0; round < 20000; ++round) {
    std::string bytes = "GET / HTTP/1.1\r\n";
    const size_t size = random() % 60;
    for (size_t i = 0; i < size; ++i)
      bytes += alphabet[random() % alphabet.size()];
    bytes += "\r\n\r\n";
    const RequestHead scanned = ScanAll(bytes);
    REQUIRE(scanned.state != State::kIncomplete);
    if (scanned.state == State::kComplete) {
      REQUIRE(scanned.head_bytes <= bytes.size());
      REQUIRE(bytes.substr(scanned.head_bytes - 4, 4) == "\r\n\r\n");
    }
  }
}

}  // namespace
}  // namespace skg::server
