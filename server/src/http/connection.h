// One client's socket: what has arrived, what is to be sent, and until when.
#pragma once

#include <httplib.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/request_head.h"

namespace skg::server {

using Clock = std::chrono::steady_clock;

struct ConnectionTimeouts {
  Clock::duration idle;     // between requests
  Clock::duration read;     // for a head; between two reads of a body
  Clock::duration request;  // from a request's first byte to its last; and
                            // for the answer
  Clock::duration write;    // between two sends
};

// The bytes side of a connection, in the form the HTTP library reads and
// writes. Reading takes from what has arrived and then waits for more; writing
// collects and sends at Flush, so that an answer is one packet.
// Thread safety: one thread at a time, but for the atomic members, HasInput
// and Shutdown.
class Connection final : public httplib::Stream {
 public:
  // kWaiting: the poll set has it. kBusy: a worker has it. kExpired: its time
  // is up, the next to touch it closes it.
  enum class State { kWaiting, kBusy, kExpired };

  // Takes the (non-blocking) socket; closes it when destroyed.
  Connection(int fd, std::string peer, const ConnectionTimeouts& timeouts);
  ~Connection() override;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Takes what has arrived, without waiting. False: the peer is gone and
  // nothing is left of what it sent.
  bool Fill();
  // The peer has sent its last byte.
  [[nodiscard]] bool at_end() const { return at_end_; }
  // The next request's framing, from what has arrived.
  RequestHead Scan();
  // Whether that request's head, and its body if it is small, are all here:
  // a worker would not wait for them.
  [[nodiscard]] bool Ready(const RequestHead& head) const;
  // Whether all of that request is here.
  [[nodiscard]] bool HasWhole(const RequestHead& head) const;

  // Around the handling of one request.
  void BeginRequest(const RequestHead& head);
  // Drops what the handler left of the body. False: more of it is still to
  // come, so that the next request cannot be found.
  bool EndRequest(bool body_was_read);
  // EndRequest has answered false: there are bytes to read away before closing,
  // else the answer is lost with them.
  [[nodiscard]] bool has_unread_body() const { return unread_body_; }

  // Sends what was written. False: the peer does not take it.
  bool Flush();
  // Reads away what comes. False: the end.
  bool Discard();
  // Wakes whoever waits on the socket; it gets the end of input.
  void Shutdown();
  void ShutdownWrites();
  // Whether bytes wait in the kernel. From any thread.
  [[nodiscard]] bool HasInput() const;
  [[nodiscard]] bool empty() const { return begin_ == input_.size(); }

  // When it may be closed if nothing more arrives.
  void SetDeadline();
  void SetDeadline(Clock::time_point when);

  // httplib::Stream.
  [[nodiscard]] bool is_readable() const override;
  [[nodiscard]] bool is_writable() const override;
  ssize_t read(char* target, size_t size) override;
  ssize_t write(const char* source, size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  [[nodiscard]] socket_t socket() const override { return fd_; }

  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] const std::string& peer() const { return peer_; }

  std::atomic<State> state{State::kBusy};
  std::atomic<Clock::rep> deadline{0};
  std::atomic<bool> has_partial_request{false};  // set with the deadline
  bool polled = false;                           // the poll set knows it
  bool draining = false;  // answered for good; input is read away

 private:
  bool Send(std::string_view bytes);
  bool Wait(short events, Clock::duration timeout) const;

  const int fd_;
  const std::string peer_;
  const ConnectionTimeouts timeouts_;
  std::string input_;
  size_t begin_ = 0;     // of what is unread in input_
  size_t searched_ = 0;  // for ScanHead
  std::string output_;
  Clock::time_point first_byte_;  // of the pending request
  Clock::time_point last_byte_;
  uint64_t read_bytes_ = 0;  // by the handler of the present request
  RequestHead pending_;      // what Scan saw last
  RequestHead head_;         // of the request in work
  bool at_end_ = false;
  bool unread_body_ = false;
};

}  // namespace skg::server
