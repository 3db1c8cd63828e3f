// Ctrl-C while the main thread runs a call of the library itself.
//
// Python notes a signal at once but acts on it only when its main thread runs
// Python code again. For as long as an InterruptWatch lives a handler before
// Python's wakes a thread that cancels the call, so that it returns and Python
// raises KeyboardInterrupt. Another thread doing the call would do as well, but
// waking it takes longer than most queries do.
#pragma once

#include <functional>

namespace skg::python {

// Whether SIGINT raises KeyboardInterrupt and does nothing else: then a call
// may be cancelled before Python has handled it. Needs the GIL.
[[nodiscard]] bool InterruptsRaise();

// One at a time, on the main thread; without the GIL.
class InterruptWatch {
 public:
  // `cancel` is called by another thread, perhaps several times.
  explicit InterruptWatch(const std::function<void()>& cancel);
  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;
};

}  // namespace skg::python
