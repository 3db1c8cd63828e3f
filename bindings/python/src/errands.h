// Errands: what a call of the library has done by Python's thread, which waits
// for the call: reading and writing files of Python's.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

namespace skg::python {

struct Errand {
  std::string bytes;  // to write
  size_t size = 0;    // how many are to be read, at most
};

// Thread safety: all methods from any thread.
class Errands {
 public:
  // For the call, one at a time: what doing it gave. kCancelled: it is not
  // done, or nobody waits for it any more.
  [[nodiscard]] absl::StatusOr<std::string> Do(Errand errand);
  // For the thread that waits, with the GIL: waits some milliseconds at most
  // for an errand and does it. False: no more come. What `how` raises is
  // thrown; whoever catches it calls Stop.
  [[nodiscard]] bool Serve(
      const std::function<std::string(const Errand& errand)>& how);
  // No more are given or done.
  void Stop();

 private:
  [[nodiscard]] std::optional<Errand> Next();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Errand> errand_;       // waits to be done
  std::optional<std::string> answer_;  // of the one that was
  bool stopped_ = false;
};

}  // namespace skg::python
