// One request while it is handled: what its headers said, who it is from, what
// became of it.
#pragma once

#include <httplib.h>

#include <string>
#include <string_view>

#include "auth/key_ring.h"
#include "auth/rate_limiter.h"
#include "http/connection.h"
#include "http/message.h"
#include "http/router.h"

namespace skg::server {

// The headers that are looked at; views of the request.
struct RequestHeaders {
  std::string_view host;
  std::string_view authorization;
  std::string_view x_api_key;
  std::string_view x_graph_api_key;
  std::string_view tenant_id;
  std::string_view request_id;
  std::string_view accept;
  std::string_view accept_encoding;
  std::string_view content_type;
  std::string_view content_encoding;
  std::string_view origin;
  std::string_view idempotency_key;
  std::string_view preflight_method;
  std::string_view preflight_headers;
};
[[nodiscard]] RequestHeaders ReadHeaders(const httplib::Headers& headers);

struct Exchange {
  Connection& connection;
  const RequestHead& head;
  Clock::time_point begin = Clock::now();
  absl::Time received = absl::Now();

  // From here on filled in as the request is understood.
  bool parsed = false;  // the HTTP library took the head
  std::string request_id;
  std::string method = "-";
  RequestHeaders headers;
  std::string accept_encoding;  // taken out of the headers
  Router::Match match;
  const Principal* principal = nullptr;
  RateDecision rate;

  bool body_read = false;
  int status = 0;
  std::string note;  // for the log: why it failed
};

}  // namespace skg::server
