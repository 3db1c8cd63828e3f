// A listening socket.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace skg::server {

// Closes the socket when destroyed.
class Listener {
 public:
  // `port` 0: any free one. Errors: kAlreadyExists (the port is taken),
  // kInvalidArgument (no such host), kPermissionDenied.
  [[nodiscard]] static absl::StatusOr<Listener> Open(const std::string& host,
                                                     uint16_t port);
  Listener(Listener&& other) noexcept;
  Listener& operator=(Listener&&) = delete;
  ~Listener();

  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] int port() const { return port_; }

 private:
  Listener(int fd, int port) : fd_(fd), port_(port) {}
  int fd_;
  int port_;
};

}  // namespace skg::server
