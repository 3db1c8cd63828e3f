#include "conformance/http_exchange.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/test_server.h"

namespace skg::test {
namespace {

absl::StatusOr<std::string> Unchunk(const std::string& body) {
  std::string whole;
  size_t at = 0;
  for (;;) {
    const size_t line = body.find("\r\n", at);
    if (line == std::string::npos) return absl::DataLossError("cut off");
    const size_t size = std::stoul(body.substr(at, line - at), nullptr, 16);
    if (size == 0) return whole;
    if (body.size() < line + 4 + size) return absl::DataLossError("cut off");
    whole += body.substr(line + 2, size);
    at = line + 4 + size;
  }
}

absl::StatusOr<HttpAnswer> Parse(const std::string& bytes) {
  const size_t end = bytes.find("\r\n\r\n");
  if (end == std::string::npos || !bytes.starts_with("HTTP/1.1 "))
    return absl::DataLossError("no HTTP answer: " + bytes.substr(0, 100));
  HttpAnswer answer;
  answer.status = std::stoi(bytes.substr(9, 3));
  size_t at = bytes.find("\r\n");
  while (at < end) {
    const size_t next = bytes.find("\r\n", at + 2);
    const std::string line = bytes.substr(at + 2, next - at - 2);
    const size_t colon = line.find(':');
    answer.headers[absl::AsciiStrToLower(line.substr(0, colon))] =
        std::string(absl::StripAsciiWhitespace(line.substr(colon + 1)));
    at = next;
  }
  answer.body = bytes.substr(end + 4);
  if (answer.headers.count("transfer-encoding") == 0) return answer;
  auto whole = Unchunk(answer.body);
  if (!whole.ok()) return whole.status();
  answer.body = *std::move(whole);
  return answer;
}

}  // namespace

absl::StatusOr<HttpAnswer> Send(int port, const std::string& host,
                                const HttpRequest& request) {
  std::string bytes =
      absl::StrCat(request.method, " ", request.target,
                   " HTTP/1.1\r\nHost: ", host, "\r\nConnection: close\r\n");
  for (const auto& [name, value] : request.headers)
    absl::StrAppend(&bytes, name, ": ", value, "\r\n");
  if (!request.body.empty())
    absl::StrAppend(&bytes, "Content-Length: ", request.body.size(), "\r\n");
  absl::StrAppend(&bytes, "\r\n", request.body);
  RawClient client(port);
  client.Send(bytes);
  // Until the server closes.
  std::string got = client.ReadUntil(std::string(64, '\0'), 10);
  if (request.method == "HEAD" && absl::StrContains(got, "\r\n\r\n")) {
    auto answer = Parse(got.substr(0, got.find("\r\n\r\n") + 4) + "0\r\n\r\n");
    return answer;
  }
  return Parse(got);
}

}  // namespace skg::test
