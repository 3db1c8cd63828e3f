#include "http/gzip.h"

#include <zlib.h>

#include <stdexcept>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace skg::server {
namespace {

// Fast rather than small: the answer is made while somebody waits.
constexpr int kLevel = 3;
constexpr int kGzipWindow = 15 + 16;
constexpr int kMemoryLevel = 8;

absl::string_view Abseil(std::string_view text) {
  return absl::string_view(text.data(), text.size());
}

// "gzip;q=0.5" -> 0.5; without q: 1; a malformed q: 0.
double Quality(absl::string_view item) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(item, absl::MaxSplits(';', 1));
  absl::string_view parameter = absl::StripAsciiWhitespace(parts.second);
  if (parameter.empty()) return 1;
  double quality = 0;
  if (!absl::ConsumePrefix(&parameter, "q=") ||
      !absl::SimpleAtod(parameter, &quality)) {
    return 0;
  }
  return quality;
}

}  // namespace

bool AcceptsGzip(std::string_view accept_encoding) {
  bool any = false;
  for (absl::string_view item : absl::StrSplit(Abseil(accept_encoding), ',')) {
    item = absl::StripAsciiWhitespace(item);
    const absl::string_view name = absl::StripAsciiWhitespace(
        item.substr(0, std::min(item.find(';'), item.size())));
    if (absl::EqualsIgnoreCase(name, "gzip") ||
        absl::EqualsIgnoreCase(name, "x-gzip")) {
      return Quality(item) > 0;
    }
    if (name == "*") any = Quality(item) > 0;
  }
  return any;
}

std::string Gzip(std::string_view body) {
  z_stream stream{};
  if (deflateInit2(&stream, kLevel, Z_DEFLATED, kGzipWindow, kMemoryLevel,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
  // The bound counts zlib's wrapper; gzip's is 12 bytes longer.
  std::string packed(
      deflateBound(&stream, static_cast<uLong>(body.size())) + 16, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);  // the bound leaves it no way to fail
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

}  // namespace skg::server
