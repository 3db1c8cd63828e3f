#include "call.h"

#include <pthread.h>

#include <chrono>
#include <thread>

#include "errors.h"
#include "fork.h"
#include "interrupt.h"

namespace skg::python {
namespace {

using Clock = std::chrono::steady_clock;

// Signals are looked after so often; an interrupt then waits so long for the
// call to end before it leaves it behind. Together less than 100 ms.
constexpr int kSignalMilliseconds = 20;
constexpr int kCancelMilliseconds = 50;
// A thread that waits looks for so long before it sleeps: most calls take
// less, and waking a thread takes longer than they do.
constexpr auto kSpin = std::chrono::microseconds(50);

void Relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#else
  std::this_thread::yield();
#endif
}

template <class Condition>
bool SpinUntil(const Condition& condition) {
  static const bool alone = std::thread::hardware_concurrency() < 2;
  if (alone) return condition();
  const auto end = Clock::now() + kSpin;
  do {
    for (int i = 0; i < 32; ++i) {
      if (condition()) return true;
      Relax();
    }
  } while (Clock::now() < end);
  return condition();
}

// A thread that does the main thread's calls, one after the other.
class Helper : public std::enable_shared_from_this<Helper> {
 public:
  static std::shared_ptr<Helper> Start() {
    auto helper = std::make_shared<Helper>();
    std::thread([helper] { helper->Loop(); }).detach();
    return helper;
  }

  void Do(std::shared_ptr<Work> work) {
    {
      const std::lock_guard lock(mutex_);
      work_ = std::move(work);
      waiting_.store(true, std::memory_order_release);
      if (!asleep_) return;
    }
    wake_.notify_one();
  }

  // It ends once it has done what it is doing.
  void Leave() {
    {
      const std::lock_guard lock(mutex_);
      left_ = true;
    }
    wake_.notify_one();
  }

 private:
  void Loop() {
    pthread_setname_np(pthread_self(), "skg-call");
    for (;;) {
      SpinUntil([this] { return waiting_.load(std::memory_order_acquire); });
      std::shared_ptr<Work> work;
      {
        std::unique_lock lock(mutex_);
        asleep_ = true;
        wake_.wait(lock, [this] { return work_ != nullptr || left_; });
        asleep_ = false;
        if (work_ == nullptr) return;
        work = std::move(work_);
        waiting_.store(false, std::memory_order_release);
      }
      work->Run();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::shared_ptr<Work> work_;
  bool asleep_ = false;
  std::atomic<bool> waiting_{false};
  bool left_ = false;
};

unsigned long main_thread = 0;  // NOLINT(google-runtime-int): Python's type

bool OnMainThread() { return PyThread_get_thread_ident() == main_thread; }

// The main thread's helper; null while it is at work for it.
std::shared_ptr<Helper>& MainHelper() {
  static auto& helper = *new std::shared_ptr<Helper>;  // never ends
  return helper;
}

// Whether Python wants to go on: its signals, and who is told the progress.
// False: an exception is set.
bool Ask(const Control& control) {
  if (OnMainThread() && PyErr_CheckSignals() != 0) return false;
  if (!control.report || control.report.is_none()) return true;
  PyObject* answer = PyObject_CallFunction(control.report.ptr(), "dd",
                                           control.progress->done(),
                                           control.progress->total());
  if (answer == nullptr) return false;
  const int on = answer == Py_None ? 1 : PyObject_IsTrue(answer);
  Py_DECREF(answer);
  if (on == 0) control.progress->Stop();
  return on >= 0;
}

// The exception that is set goes on, once the call has ended or was left.
// True: it was left.
[[nodiscard]] bool Cancel(Work& work, const Control& control) {
  const py::gil_scoped_release release;
  if (control.progress) control.progress->Stop();
  if (control.cancel) control.cancel();
  return !work.Wait(kCancelMilliseconds);
}

// True: it was left. `error`: what interrupted it.
bool WaitFor(Work& work, const Control& control,
             std::optional<py::error_already_set>& error) {
  bool serving = control.serve != nullptr;
  for (;;) {
    {
      const py::gil_scoped_release release;
      if (serving ? work.done() : work.Wait(kSignalMilliseconds)) return false;
    }
    try {
      if (!Ask(control)) throw py::error_already_set();
      if (serving) serving = control.serve();
    } catch (py::error_already_set& raised) {
      error.emplace(std::move(raised));
      return Cancel(work, control);
    }
  }
}

}  // namespace

void Work::Run() noexcept {
  try {
    Do();
  } catch (...) {
    error_ = std::current_exception();
  }
  const std::lock_guard lock(mutex_);
  done_.store(true, std::memory_order_release);
  ended_.notify_all();
}

bool Work::Wait(int milliseconds) {
  if (SpinUntil([this] { return done(); })) return true;
  std::unique_lock lock(mutex_);
  return ended_.wait_for(lock, std::chrono::milliseconds(milliseconds),
                         [this] { return done(); });
}

// Done by a helper thread, for this one.
static void HaveDone(const std::shared_ptr<Work>& work, const Control& control,
                     bool main) {
  // Taken while it works: what runs in a signal's handler gets another one.
  std::shared_ptr<Helper> helper;
  if (main) helper = std::exchange(MainHelper(), nullptr);
  if (!helper) helper = Helper::Start();
  helper->Do(work);
  std::optional<py::error_already_set> error;
  const bool left = WaitFor(*work, control, error);
  if (main && !left && !MainHelper()) {
    MainHelper() = helper;
  } else {
    helper->Leave();
  }
  if (error) throw std::move(*error);
}

static void DoWatched(Work& work, const Control& control) {
  {
    const py::gil_scoped_release release;
    const InterruptWatch watch(control.cancel);
    work.Run();
  }
  if (PyErr_CheckSignals() != 0) throw py::error_already_set();
}

void Execute(const std::shared_ptr<Work>& work, const Control& control) {
  const bool main = OnMainThread();
  const bool told = control.report && !control.report.is_none();
  if (told || control.serve) {
    HaveDone(work, control, main);
  } else if (!main || control.brief) {
    const py::gil_scoped_release release;
    work->Run();
  } else if (control.cancel && InterruptsRaise()) {
    DoWatched(*work, control);
  } else {
    HaveDone(work, control, main);
  }
  work->Rethrow();
}

void BindCalls(py::module_& module) {
  main_thread = py::module_::import("threading")
                    .attr("main_thread")()
                    .attr("ident")
                    .cast<unsigned long>();  // NOLINT: Python's type
  OnForkInChild([] {
    main_thread = PyThread_get_thread_ident();
    new std::shared_ptr<Helper>(std::move(MainHelper()));  // its thread is gone
  });
  (void)module;
}

}  // namespace skg::python
