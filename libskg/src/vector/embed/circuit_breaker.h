// CircuitBreaker: leaves a server alone that does not answer.
#pragma once

#include <mutex>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace skg::vector {

// Closed: attempts may be made. After so many failures in a row it opens, and
// none may for a while. Then it is half open: one attempt may be made, whose
// end closes it or opens it anew. (Nygard: Release It!, 2007.)
// Thread safety: all methods from any thread.
class CircuitBreaker {
 public:
  CircuitBreaker(int failures, absl::Duration pause)
      : most_failures_(failures), pause_(pause) {}

  // Whether an attempt may be made now; one that was let through must be
  // followed by Succeeded or Failed. Errors: kUnavailable.
  [[nodiscard]] absl::Status Enter(absl::Time now);
  void Succeeded();
  void Failed(absl::Time now);

 private:
  const int most_failures_;
  const absl::Duration pause_;
  std::mutex mutex_;
  int failures_ = 0;     // in a row
  bool trying_ = false;  // half open, and somebody is at it
  absl::Time open_until_ = absl::InfinitePast();
};

}  // namespace skg::vector
