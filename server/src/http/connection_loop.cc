#include "http/connection_loop.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

namespace skg::server {
namespace {

constexpr int kSweepMilliseconds = 100;
constexpr size_t kMinWorkers = 2;
// Connections past the limit that are told so; more are just closed.
constexpr size_t kRefusedConnections = 64;
constexpr auto kDrainInterval = std::chrono::milliseconds(20);
constexpr auto kLinger = std::chrono::seconds(2);
// Above this share of the connections, idle ones go sooner.
constexpr size_t kPressureNumerator = 3;
constexpr size_t kPressureDenominator = 4;
constexpr auto kIdleUnderPressure = std::chrono::seconds(5);

std::string PeerName(const sockaddr_storage& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* from = nullptr;
  if (address.ss_family == AF_INET) {
    from = &reinterpret_cast<const sockaddr_in&>(address).sin_addr;
  } else if (address.ss_family == AF_INET6) {
    from = &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
  }
  if (from == nullptr ||
      inet_ntop(address.ss_family, from, text.data(), text.size()) == nullptr) {
    return "unknown";
  }
  return text.data();
}

}  // namespace

ConnectionLoop::ConnectionLoop(int listener,
                               const ConnectionLoopOptions& options,
                               ServeRequest serve, RefuseRequest refuse)
    : listener_(listener),
      options_(options),
      serve_(std::move(serve)),
      refuse_(std::move(refuse)),
      workers_(
          std::max<size_t>(kMinWorkers, std::thread::hardware_concurrency()),
          options.max_workers, [this] { return NextReady(); },
          [this](void* ready) { Handle(*static_cast<Connection*>(ready)); }) {}

ConnectionLoop::~ConnectionLoop() {
  Drain(absl::ZeroDuration());
  End();
  if (poll_ >= 0) ::close(poll_);
  if (wake_ >= 0) ::close(wake_);
}

absl::Status ConnectionLoop::Start() {
  poll_ = ::epoll_create1(EPOLL_CLOEXEC);
  wake_ = ::eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
  if (poll_ < 0 || wake_ < 0) {
    return absl::ResourceExhaustedError("no more file descriptors");
  }
  absl::Status started = workers_.Start();
  if (!started.ok()) return started;
  try {
    acceptor_ = std::thread([this] { Accept(); });
  } catch (const std::system_error&) {
    return absl::ResourceExhaustedError("no more threads can be started");
  }
  return absl::OkStatus();
}

// --- Accepting, and looking after time limits.

void ConnectionLoop::Accept() {
  auto next_sweep = Clock::now();
  while (!exiting_.load()) {
    if (draining_.load()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    } else {
      pollfd entry{listener_, POLLIN, 0};
      const int ready = ::poll(&entry, 1, kSweepMilliseconds);
      while (ready > 0 && !draining_.load() && AcceptOne()) {
      }
    }
    if (Clock::now() < next_sweep) continue;
    Sweep();
    next_sweep = Clock::now() + std::chrono::milliseconds(kSweepMilliseconds);
  }
}

bool ConnectionLoop::AcceptOne() {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  const int fd = ::accept4(listener_, reinterpret_cast<sockaddr*>(&address),
                           &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) {
    if (errno == EINTR || errno == ECONNABORTED) return true;
    if (errno != EAGAIN && errno != EWOULDBLOCK) {
      // Out of descriptors or memory: it stays acceptable, so do not spin.
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  try {
    Add(fd, PeerName(address));
  } catch (const std::bad_alloc&) {
    ::close(fd);
  }
  return true;
}

void ConnectionLoop::Add(int fd, std::string peer) {
  auto owned =
      std::make_unique<Connection>(fd, std::move(peer), options_.timeouts);
  Connection& connection = *owned;
  size_t count = 0;
  {
    const std::lock_guard lock(connections_mutex_);
    count = connections_.size();
    if (count >= options_.max_connections + kRefusedConnections) return;
    connections_.emplace(&connection, std::move(owned));
  }
  if (count >= options_.max_connections) {
    Refuse(connection, 503, "Too many connections");
    return;
  }
  Arm(connection);
}

void ConnectionLoop::Sweep() {
  const Clock::time_point now = Clock::now();
  const std::lock_guard lock(connections_mutex_);
  const bool pressure = connections_.size() * kPressureDenominator >
                        options_.max_connections * kPressureNumerator;
  Clock::duration early = Clock::duration::zero();
  if (pressure && options_.timeouts.idle > kIdleUnderPressure) {
    early = options_.timeouts.idle - kIdleUnderPressure;
  }
  const Clock::rep now_limit = now.time_since_epoch().count();
  const Clock::rep idle_limit = (now + early).time_since_epoch().count();
  for (const auto& [connection, owned] : connections_) {
    const bool idle = !connection->has_partial_request.load();
    if (connection->deadline.load() <= (idle ? idle_limit : now_limit)) {
      Expire(*connection);
    }
  }
}

// The end of input wakes a worker, which finds it expired and closes it.
void ConnectionLoop::Expire(Connection& connection) {
  auto waiting = Connection::State::kWaiting;
  if (connection.state.compare_exchange_strong(waiting,
                                               Connection::State::kExpired)) {
    connection.Shutdown();
  }
}

// --- Workers.

void* ConnectionLoop::NextReady() {
  epoll_event event{};
  const int ready = ::epoll_wait(poll_, &event, 1, -1);
  return ready == 1 ? event.data.ptr : nullptr;
}

void ConnectionLoop::Handle(Connection& connection) {
  auto waiting = Connection::State::kWaiting;
  if (!connection.state.compare_exchange_strong(waiting,
                                                Connection::State::kBusy)) {
    Close(connection);  // expired
    return;
  }
  try {
    if (!connection.draining) {
      if (ServePending(connection)) Arm(connection);
    } else if (connection.Discard()) {
      Arm(connection);
    } else {
      Close(connection);
    }
  } catch (const std::exception&) {
    Close(connection);  // out of memory
  }
}

bool ConnectionLoop::ServePending(Connection& connection) {
  if (!connection.Fill()) {
    Close(connection);
    return false;
  }
  while (!connection.empty()) {
    const RequestHead head = connection.Scan();
    if (head.state == RequestHead::State::kMalformed) {
      Refuse(connection, 400, head.error);
      return false;
    }
    if (head.state == RequestHead::State::kTooLarge) {
      Refuse(connection, 431, "Request header fields too large");
      return false;
    }
    if (!connection.Ready(head)) {
      if (!connection.at_end()) break;
      Close(connection);
      return false;
    }
    if (!connection.HasWhole(head)) WorkerPool::WillWait();
    const bool go_on = serve_(connection, head, draining_.load());
    if (!connection.Flush()) {
      Close(connection);
      return false;
    }
    if (!go_on || draining_.load()) {
      Finish(connection);
      return false;
    }
  }
  return true;
}

void ConnectionLoop::Refuse(Connection& connection, int status,
                            std::string_view detail) {
  const std::string answer = refuse_(status, detail);
  connection.write(answer.data(), answer.size());
  connection.Flush();
  Finish(connection);
}

// Nothing may touch the connection after this: another worker has it, perhaps.
void ConnectionLoop::Arm(Connection& connection) {
  if (!connection.draining) connection.SetDeadline();
  epoll_event event{};
  event.events = EPOLLIN | EPOLLONESHOT;
  event.data.ptr = &connection;
  // It joins the set only here: one that is in the set gets an event when its
  // peer is gone, whatever was asked for.
  const int operation = connection.polled ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  connection.polled = true;
  connection.state.store(Connection::State::kWaiting);
  if (::epoll_ctl(poll_, operation, connection.fd(), &event) != 0) {
    Close(connection);  // the kernel has no memory for it
  }
}

// Closes in such a way that the answer arrives. Closing a socket with unread
// input makes the kernel reset the connection, and throw away what is on its
// way to the peer.
void ConnectionLoop::Finish(Connection& connection) {
  if (connection.empty() && !connection.has_unread_body() &&
      !connection.HasInput()) {
    Close(connection);
    return;
  }
  connection.ShutdownWrites();
  connection.draining = true;
  connection.SetDeadline(Clock::now() + kLinger);
  Arm(connection);
}

void ConnectionLoop::Close(Connection& connection) {
  const std::lock_guard lock(connections_mutex_);
  connections_.erase(&connection);
  connection_closed_.notify_all();
}

// --- Ending.

bool ConnectionLoop::Drain(absl::Duration timeout) {
  draining_.store(true);
  // From now on the kernel refuses connections; it also wakes the acceptor.
  ::shutdown(listener_, SHUT_RDWR);

  const auto limit = Clock::now() + absl::ToChronoNanoseconds(timeout);
  const auto none = [this] { return connections_.empty(); };
  std::unique_lock lock(connections_mutex_);
  do {
    // Again and again: one may just have been accepted, or answered.
    CloseIdle();
    if (connection_closed_.wait_for(lock, kDrainInterval, none)) return true;
  } while (Clock::now() < limit);
  for (const auto& [connection, owned] : connections_) connection->Shutdown();
  // Those that only waited for bytes end now; a handler may take longer.
  return connection_closed_.wait_for(lock, std::chrono::milliseconds(500),
                                     none);
}

// What was sent before the end is answered: a connection with input stays.
// connections_mutex_ is held.
void ConnectionLoop::CloseIdle() {
  for (const auto& [connection, owned] : connections_) {
    if (connection->has_partial_request.load() || connection->HasInput()) {
      continue;
    }
    Expire(*connection);
  }
}

void ConnectionLoop::End() {
  exiting_.store(true);
  if (acceptor_.joinable()) acceptor_.join();
  if (poll_ >= 0 && wake_ >= 0) {
    // Never read: it stays ready, for all workers.
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = nullptr;
    ::epoll_ctl(poll_, EPOLL_CTL_ADD, wake_, &event);
  }
  workers_.Stop();
  connections_.clear();
}

size_t ConnectionLoop::connections() const {
  const std::lock_guard lock(connections_mutex_);
  return connections_.size();
}

}  // namespace skg::server
