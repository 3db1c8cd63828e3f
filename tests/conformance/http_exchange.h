// One HTTP exchange, byte for byte as a suite describes it.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace skg::test {

struct HttpRequest {
  std::string method;
  std::string target;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

struct HttpAnswer {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;                            // chunks put together
};

// Sends exactly these headers, with Host, Connection: close and, where there is
// a body, Content-Length. Errors: kDataLoss (no HTTP answer came).
[[nodiscard]] absl::StatusOr<HttpAnswer> Send(int port, const std::string& host,
                                              const HttpRequest& request);

}  // namespace skg::test
