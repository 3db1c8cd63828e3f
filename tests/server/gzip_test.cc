#include "http/gzip.h"

#include <zlib.h>

#include <catch2/catch.hpp>
#include <string>

#include "support/test_support.h"

namespace skg::server {
namespace {

std::string Gunzip(const std::string& packed) {
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
  std::string text(1 << 22, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  REQUIRE(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  text.resize(stream.total_out);
  inflateEnd(&stream);
  return text;
}

TEST_CASE("gzip gives back what went in") {
  auto random = test::Random();
  for (const size_t size :
       {size_t{0}, size_t{1}, size_t{999}, size_t{100000}, size_t{3000000}}) {
    std::string text(size, '\0');
    // Half repetitive, half noise: the noise does not shrink.
    for (size_t i = 0; i < size; ++i) {
      text[i] = i % 2 == 0 ? 'a' : static_cast<char>(random());
    }
    CHECK(Gunzip(Gzip(text)) == text);
  }
  CHECK(Gzip(std::string(100000, 'x')).size() < 1000);
}

TEST_CASE("Accept-Encoding is read as the standard says") {
  struct Case {
    const char* header;
    bool accepts;
  };
  const Case cases[] = {
      {"", false},           {"gzip", true},
      {"GZIP", true},        {"x-gzip", true},
      {"identity", false},   {"deflate, gzip;q=0.5", true},
      {"gzip;q=0", false},   {"gzip; q=0.000", false},
      {"gzip;q=x", false},   {"*", true},
      {"*;q=0", false},      {"gzip;q=0, *", false},
      {"br, *;q=0.1", true}, {"gzipped", false},
      {",,;", false},
  };
  for (const Case& each : cases) {
    INFO(each.header);
    CHECK(AcceptsGzip(each.header) == each.accepts);
  }
}

}  // namespace
}  // namespace skg::server
