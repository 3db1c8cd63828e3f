// From a request's bytes to its answer's: the HTTP library parses and writes,
// what lies between is here, in this order: host, origin, path, method, key,
// rate, role, tenant, size, body, route.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "auth/key_ring.h"
#include "http/connection.h"
#include "http/router.h"
#include "http/services.h"

namespace skg::server {

// Thread safety: Serve and RawAnswer from any thread.
// Lifetime: `services` and `router` must outlive it.
class Application {
 public:
  // `listener` is the socket; `bound` the host it is bound to.
  Application(Services& services, KeyRing keys, const Router& router,
              size_t unmatched_metric, int listener, const std::string& bound);
  ~Application();
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;

  // Handles one request whose head has arrived. False: the connection must
  // end after the answer; `last` says so to the client.
  bool Serve(Connection& connection, const RequestHead& head, bool last);

  // An error answer as bytes, for a request that cannot be parsed.
  [[nodiscard]] std::string RawAnswer(int status, std::string_view detail);

 private:
  class Http;
  std::unique_ptr<Http> http_;
};

}  // namespace skg::server
