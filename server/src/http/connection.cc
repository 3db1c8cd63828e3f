#include "http/connection.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace skg::server {
namespace {

constexpr size_t kReadBytes = size_t{16} * 1024;
// A body up to this size is waited for without a thread.
constexpr size_t kBufferedBody = size_t{16} * 1024;
// Longer answers are sent as they come, not collected.
constexpr size_t kFlushBytes = size_t{64} * 1024;

}  // namespace

Connection::Connection(int fd, std::string peer,
                       const ConnectionTimeouts& timeouts)
    : fd_(fd), peer_(std::move(peer)), timeouts_(timeouts) {
  SetDeadline();
}

Connection::~Connection() { ::close(fd_); }

bool Connection::Fill() {
  if (begin_ == input_.size()) {
    // An idle connection keeps no large buffer.
    if (input_.capacity() > 4 * kReadBytes) input_ = std::string();
    input_.clear();
    begin_ = 0;
    searched_ = 0;
  }
  std::array<char, kReadBytes> bytes;
  while (true) {
    const ssize_t got = ::recv(fd_, bytes.data(), bytes.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
    if (got == 0) {
      at_end_ = true;
      return !empty();
    }
    last_byte_ = Clock::now();
    if (empty()) first_byte_ = last_byte_;
    input_.append(bytes.data(), static_cast<size_t>(got));
    if (static_cast<size_t>(got) < bytes.size()) return true;
    if (input_.size() - begin_ > kMaxHeadBytes + kBufferedBody) return true;
  }
}

RequestHead Connection::Scan() {
  // Empty lines before a request are allowed (RFC 9112, section 2.2).
  while (searched_ == 0 && input_.size() - begin_ >= 2 &&
         input_[begin_] == '\r' && input_[begin_ + 1] == '\n') {
    begin_ += 2;
  }
  pending_ = ScanHead(std::string_view(input_).substr(begin_), searched_);
  return pending_;
}

bool Connection::Ready(const RequestHead& head) const {
  if (head.state != RequestHead::State::kComplete) return false;
  return head.chunked || head.content_length > kBufferedBody || HasWhole(head);
}

bool Connection::HasWhole(const RequestHead& head) const {
  return !head.chunked &&
         input_.size() - begin_ >= head.head_bytes + head.content_length;
}

void Connection::BeginRequest(const RequestHead& head) {
  head_ = head;
  read_bytes_ = 0;
  unread_body_ = false;
}

bool Connection::EndRequest(bool body_was_read) {
  searched_ = 0;
  pending_ = {};
  first_byte_ = Clock::now();
  const uint64_t whole = head_.head_bytes + head_.content_length;
  if (head_.chunked) {
    unread_body_ = !body_was_read;
  } else if (read_bytes_ < whole) {
    const uint64_t left = whole - read_bytes_;
    unread_body_ = input_.size() - begin_ < left;
    if (!unread_body_) begin_ += left;
  }
  return !unread_body_;
}

bool Connection::Flush() {
  const bool sent = Send(output_);
  output_.clear();
  return sent;
}

bool Connection::Send(std::string_view bytes) {
  // A peer that takes a byte now and then must not hold a thread for ever.
  const Clock::time_point limit = Clock::now() + timeouts_.request;
  while (!bytes.empty()) {
    const ssize_t got = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (got >= 0) {
      bytes.remove_prefix(static_cast<size_t>(got));
      continue;
    }
    if (errno == EINTR) continue;
    const bool full = errno == EAGAIN || errno == EWOULDBLOCK;
    const Clock::duration left = limit - Clock::now();
    if (!full || !Wait(POLLOUT, std::min(left, timeouts_.write))) return false;
  }
  return true;
}

bool Connection::Discard() {
  std::array<char, kReadBytes> bytes;
  while (true) {
    const ssize_t got = ::recv(fd_, bytes.data(), bytes.size(), 0);
    if (got > 0) continue;
    if (got < 0 && errno == EINTR) continue;
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  }
}

void Connection::Shutdown() { ::shutdown(fd_, SHUT_RDWR); }
void Connection::ShutdownWrites() { ::shutdown(fd_, SHUT_WR); }

bool Connection::HasInput() const {
  int waiting = 0;
  return ::ioctl(fd_, FIONREAD, &waiting) == 0 && waiting > 0;
}

void Connection::SetDeadline() {
  has_partial_request.store(!empty());
  const Clock::time_point now = Clock::now();
  if (empty()) {
    SetDeadline(now + timeouts_.idle);
  } else if (pending_.state == RequestHead::State::kIncomplete) {
    SetDeadline(first_byte_ + timeouts_.read);
  } else {
    SetDeadline(
        std::min(last_byte_ + timeouts_.read, first_byte_ + timeouts_.request));
  }
}

void Connection::SetDeadline(Clock::time_point when) {
  deadline.store(when.time_since_epoch().count(), std::memory_order_relaxed);
}

bool Connection::Wait(short events, Clock::duration timeout) const {
  const auto limit = Clock::now() + timeout;
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        limit - Clock::now());
    if (left.count() <= 0) return false;
    pollfd entry{fd_, events, 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(left.count()) + 1);
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

bool Connection::is_readable() const {
  return !empty() || Wait(POLLIN, timeouts_.read);
}

bool Connection::is_writable() const { return true; }

ssize_t Connection::read(char* target, size_t size) {
  if (empty()) {
    // What the peer waits for before it goes on, such as "100 Continue".
    if (!Flush()) return -1;
    const Clock::duration left = first_byte_ + timeouts_.request - Clock::now();
    if (left <= Clock::duration::zero() ||
        !Wait(POLLIN, std::min(left, timeouts_.read)) || !Fill() || empty()) {
      return -1;
    }
  }
  const size_t count = std::min(size, input_.size() - begin_);
  std::memcpy(target, input_.data() + begin_, count);
  begin_ += count;
  read_bytes_ += count;
  return static_cast<ssize_t>(count);
}

ssize_t Connection::write(const char* source, size_t size) {
  if (output_.size() + size <= kFlushBytes) {
    output_.append(source, size);
  } else if (!Flush() || !Send({source, size})) {
    return -1;
  }
  return static_cast<ssize_t>(size);
}

void Connection::get_remote_ip_and_port(std::string& ip, int& port) const {
  ip = peer_;
  port = 0;
}

void Connection::get_local_ip_and_port(std::string& ip, int& port) const {
  ip.clear();
  port = 0;
}

}  // namespace skg::server
