// A request's body, read piece by piece as it arrives.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "http/connection.h"
#include "http/request_head.h"

namespace skg::server {

// Unframes what the connection gives: by length or chunked (RFC 9112, section
// 7.1). Thread safety: one thread at a time. Memory: constant.
class BodyReader {
 public:
  // Both must outlive it; the head has been read from the connection.
  BodyReader(Connection& connection, const RequestHead& head,
             uint64_t most_bytes);
  BodyReader(const BodyReader&) = delete;
  BodyReader& operator=(const BodyReader&) = delete;

  // Up to `size` bytes; 0 is the end. Errors, which stay: kInvalidArgument (the
  // body ended early or is badly framed), kOutOfRange (too large).
  [[nodiscard]] absl::StatusOr<size_t> Read(char* buffer, size_t size);
  // All that is left, if it is at most so many bytes. Errors: as Read.
  [[nodiscard]] absl::StatusOr<std::string> ReadAll(uint64_t most_bytes);

  [[nodiscard]] bool at_end() const { return at_end_; }
  [[nodiscard]] bool too_large() const { return too_large_; }

 private:
  absl::Status NextChunk();
  absl::Status SkipTrailer();
  absl::Status ReadLine(std::string& line);
  absl::Status TooLarge();

  Connection& connection_;
  const bool chunked_;
  const uint64_t most_bytes_;
  uint64_t left_;          // of the body, or of the present chunk
  uint64_t read_ = 0;      // bytes handed out
  bool in_chunk_ = false;  // its line end is still to come
  bool at_end_ = false;
  bool too_large_ = false;
  absl::Status failed_;
};

}  // namespace skg::server
