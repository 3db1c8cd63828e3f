// The peer "httplib_bare": a cpp-httplib server whose one handler answers a
// constant body. What HTTP itself costs.
#pragma once

#include <cstddef>

namespace skg::bench {

// Listens on a free loopback port, prints "listening on http://...", serves
// until it is ended. The exit status.
int ServeBareHttp(size_t body_bytes, int threads);

}  // namespace skg::bench
