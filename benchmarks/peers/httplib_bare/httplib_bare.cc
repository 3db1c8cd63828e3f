#include "peers/httplib_bare/httplib_bare.h"

#include <httplib.h>

#include <iostream>
#include <limits>
#include <string>

namespace skg::bench {

int ServeBareHttp(size_t body_bytes, int threads) {
  httplib::Server server;
  const std::string body(body_bytes, 'x');
  server.Get(".*", [&](const httplib::Request&, httplib::Response& response) {
    response.set_content(body, "application/json");
  });
  // Its best: no delayed segments, connections that stay, and a thread for
  // each of them (one that waits for its connection serves no other).
  server.set_tcp_nodelay(true);
  server.set_keep_alive_max_count(std::numeric_limits<size_t>::max());
  server.set_keep_alive_timeout(60);
  server.new_task_queue = [threads] {
    return new httplib::ThreadPool(static_cast<size_t>(threads));
  };
  const int port = server.bind_to_any_port("127.0.0.1");
  if (port <= 0) return 1;
  std::cout << "listening on http://127.0.0.1:" << port << std::endl;
  return server.listen_after_bind() ? 0 : 1;
}

}  // namespace skg::bench
