// What the routes work with: the engine and the daemon's own parts.
#pragma once

#include <atomic>
#include <functional>

#include "absl/time/time.h"
#include "config/settings.h"
#include "http/graph_directory.h"
#include "observe/log.h"
#include "observe/metrics.h"
#include "skg/engine.h"
#include "skg/service.h"

namespace skg::server {

struct Services {
  const Settings& settings;
  Engine& engine;
  GraphDirectory& graphs;
  Metrics& metrics;
  Log& log;
  std::function<size_t()> connections;
  ServiceClient* federation = nullptr;  // null: SERVICE asks nobody
  // The store has answered that it can no longer write.
  std::atomic<bool> store_failed{false};
  // The server ends: who waits for something to tell shall end, too.
  std::atomic<bool> stopping{false};
  std::atomic<size_t> task_monitors{0};
};

}  // namespace skg::server
