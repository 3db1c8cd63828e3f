// Run: a call into the library that Python waits for without the GIL.
//
// Signals of Python are handled by its main thread alone, and only while that
// holds the GIL. So a call of the main thread is run by a helper thread while
// the main thread looks after signals every few milliseconds; it runs itself
// what is brief, and what can be cancelled where SIGINT does nothing but raise
// KeyboardInterrupt (see interrupt.h). Any other thread runs its calls itself.
// A call that has somebody to tell its progress to is run by a helper thread,
// too, so that Python is only ever called by the thread that called skg.
#pragma once

#include <pybind11/pybind11.h>

#include <atomic>
#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>

namespace skg::python {

namespace py = pybind11;

// How far a call is: told by the library's threads, read by the one that waits.
// Thread safety: all methods from any thread.
class Progress {
 public:
  // False: the call shall end.
  bool Tell(double done, double total = 0) {
    done_.store(done, std::memory_order_relaxed);
    total_.store(total, std::memory_order_relaxed);
    return !stopped();
  }
  void Stop() { stopped_.store(true, std::memory_order_relaxed); }
  [[nodiscard]] bool stopped() const {
    return stopped_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] double done() const { return done_; }
  [[nodiscard]] double total() const { return total_; }

 private:
  std::atomic<double> done_{0}, total_{0};
  std::atomic<bool> stopped_{false};
};

struct Control {
  // It ends by itself soon, some waits for the disk aside.
  bool brief = false;
  // Makes the call end soon. Empty: nothing does, and a call that is
  // interrupted goes on by itself, without anybody waiting.
  std::function<void()> cancel = nullptr;
  // Called now and then with (done, total) where there is a progress; what it
  // returns says whether to go on, unless it is None. Null or None: nobody.
  py::object report = {};
  std::shared_ptr<Progress> progress = nullptr;
  // Called by the thread that waits, with the GIL: work of Python's that the
  // call waits for. Gives false once there is none left.
  std::function<bool()> serve = nullptr;
};

// One call, to be done once by some thread.
class Work {
 public:
  virtual ~Work() = default;
  void Run() noexcept;
  // False: it is not done after so long.
  bool Wait(int milliseconds);
  [[nodiscard]] bool done() const {
    return done_.load(std::memory_order_acquire);
  }
  // What it threw.
  void Rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  virtual void Do() = 0;

  std::atomic<bool> done_{false};
  std::exception_ptr error_;
  std::mutex mutex_;
  std::condition_variable ended_;
};

// Returns once the work is done; throws what a signal's handler or the report
// raises. Needs the GIL, which others have meanwhile.
void Execute(const std::shared_ptr<Work>& work, const Control& control);

// What `call` gives. It must own all it uses: after an interrupt it may go on
// when the caller is gone.
template <class Call>
std::invoke_result_t<Call&> Run(Call call, const Control& control = {}) {
  using Result = std::invoke_result_t<Call&>;
  struct CallWork : Work {
    explicit CallWork(Call c) : call(std::move(c)) {}
    void Do() override { result.emplace(call()); }
    Call call;
    std::optional<Result> result;
  };
  auto work = std::make_shared<CallWork>(std::move(call));
  Execute(work, control);
  return *std::move(work->result);
}

void BindCalls(py::module_& module);

}  // namespace skg::python
