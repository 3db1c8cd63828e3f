// Many connections on few threads: idle ones cost a poll entry, and a thread
// is lent to a connection only while it has a request to handle.
//
// One thread accepts and looks after time limits. Workers wait on one epoll
// set; each event arms once, so a connection has at most one worker.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "http/connection.h"
#include "http/worker_pool.h"

namespace skg::server {

struct ConnectionLoopOptions {
  size_t max_connections = 4096;
  size_t max_workers = 256;
  ConnectionTimeouts timeouts;
};

class ConnectionLoop {
 public:
  // Handles one request whose head has arrived; `last`: say that the
  // connection ends. False: close it.
  using ServeRequest =
      std::function<bool(Connection&, const RequestHead&, bool last)>;
  // The whole answer, as bytes, to a request that is not even looked at.
  using RefuseRequest =
      std::function<std::string(int status, std::string_view detail)>;

  // `listener` is a listening, non-blocking socket, and stays the caller's.
  ConnectionLoop(int listener, const ConnectionLoopOptions& options,
                 ServeRequest serve, RefuseRequest refuse);
  ~ConnectionLoop();
  ConnectionLoop(const ConnectionLoop&) = delete;
  ConnectionLoop& operator=(const ConnectionLoop&) = delete;

  // Errors: kResourceExhausted (no more file descriptors or threads).
  [[nodiscard]] absl::Status Start();

  // No more connections; idle ones are closed; requests under way get
  // `timeout` to finish. False: a handler is still running (the destructor
  // waits for it).
  bool Drain(absl::Duration timeout);

  [[nodiscard]] size_t connections() const;
  [[nodiscard]] size_t workers() const { return workers_.size(); }

 private:
  void Accept();
  bool AcceptOne();
  void Add(int fd, std::string peer);
  void Sweep();
  void* NextReady();
  void Handle(Connection& connection);
  // True: the connection goes back to the poll set.
  bool ServePending(Connection& connection);
  void Refuse(Connection& connection, int status, std::string_view detail);
  void Arm(Connection& connection);
  void Finish(Connection& connection);
  void Close(Connection& connection);
  static void Expire(Connection& connection);
  void CloseIdle();
  void End();

  const int listener_;
  const ConnectionLoopOptions options_;
  const ServeRequest serve_;
  const RefuseRequest refuse_;
  int poll_ = -1;
  int wake_ = -1;  // readable; joins the poll set when workers must end

  std::atomic<bool> draining_{false};
  std::atomic<bool> exiting_{false};
  std::thread acceptor_;

  mutable std::mutex connections_mutex_;
  std::condition_variable connection_closed_;
  std::unordered_map<Connection*, std::unique_ptr<Connection>> connections_;

  WorkerPool workers_;
};

}  // namespace skg::server
