// The daemon: an engine, a listening socket, and the routes between them.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "config/settings.h"
#include "skg/engine.h"

namespace skg::server {

class ServerImpl;

// A running server. Thread safety: all methods from any thread.
class Server {
 public:
  // Opens the data directory and listens; returns when it accepts.
  // Errors: those of Engine::Open, kFailedPrecondition (neither a key nor
  // --no-auth; --no-auth beyond loopback), kAlreadyExists (the port is taken),
  // kInvalidArgument (the host is unknown).
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<Server>> Start(
      const Settings& settings);
  // As Stop().
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] int port() const;
  // "http://127.0.0.1:7777"
  [[nodiscard]] std::string address() const;
  [[nodiscard]] Engine& engine();

  // Stops accepting, lets requests in flight finish (at most
  // Settings::shutdown_timeout), makes every commit durable. False: a request
  // is still at work, and the destructor will wait for it. Later calls wait
  // for the first.
  bool Stop();

 private:
  explicit Server(std::unique_ptr<ServerImpl> impl);
  std::unique_ptr<ServerImpl> impl_;
};

// Runs a server until SIGTERM or SIGINT, says on standard output where it
// listens, and returns the program's exit status (0; 1 with one line on
// standard error if it could not start). A second signal ends the process at
// once. Call it before other threads exist: it blocks the two signals in all
// threads that are started after it.
[[nodiscard]] int Serve(const Settings& settings);

}  // namespace skg::server
