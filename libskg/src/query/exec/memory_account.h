// Bytes that one request holds, against a limit of its own.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace skg::query {

// Not thread-safe.
class MemoryAccount {
 public:
  explicit MemoryAccount(uint64_t limit) : limit_(limit) {}

  [[nodiscard]] absl::Status Reserve(uint64_t bytes) {
    if (bytes > limit_ - used_) {
      return absl::ResourceExhaustedError(
          absl::StrCat("the query holds ", used_,
                       " bytes of intermediate results and may hold ", limit_,
                       "; narrow its patterns, or ask for fewer rows"));
    }
    used_ += bytes;
    return absl::OkStatus();
  }

  void Release(uint64_t bytes) { used_ -= bytes; }

 private:
  uint64_t limit_;
  uint64_t used_ = 0;
};

}  // namespace skg::query
