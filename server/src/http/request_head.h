// Where a request ends: looked for in the bytes that have arrived, so that a
// thread is lent to a request only once there is something to do.
//
// Only framing is decided here (RFC 9112, section 6); the HTTP library parses
// the rest. What could be understood in two ways is refused, because behind a
// proxy such requests are a means to smuggle others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace skg::server {

struct RequestHead {
  enum class State { kIncomplete, kComplete, kMalformed, kTooLarge };
  State state = State::kIncomplete;
  size_t head_bytes = 0;  // through the empty line
  bool chunked = false;
  // Of the body; 0 where there is none or it is chunked.
  uint64_t content_length = 0;
  // For kMalformed: what is wrong.
  std::string_view error;
};

inline constexpr size_t kMaxHeadBytes = size_t{32} * 1024;

// `searched`: how many bytes an earlier call has seen without finding the end;
// updated.
[[nodiscard]] RequestHead ScanHead(std::string_view bytes, size_t& searched);

}  // namespace skg::server
