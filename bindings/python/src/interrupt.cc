#include "interrupt.h"

#include <pthread.h>
#include <pybind11/pybind11.h>
#include <semaphore.h>
#include <signal.h>

#include <cerrno>
#include <mutex>
#include <thread>

#include "fork.h"

namespace skg::python {
namespace {

namespace py = pybind11;

struct sigaction python_action;  // what was there before the watch
sem_t wake;

std::mutex& Mutex() {
  static auto& mutex = *new std::mutex;
  return mutex;
}
const std::function<void()>* cancel_now = nullptr;  // under the mutex

// In a signal: async-signal-safe functions alone.
void OnInterrupt(int signal, siginfo_t* info, void* context) {
  const int before = errno;
  sem_post(&wake);
  errno = before;
  if ((python_action.sa_flags & SA_SIGINFO) != 0) {
    python_action.sa_sigaction(signal, info, context);
  } else {
    python_action.sa_handler(signal);
  }
}

void Watch() {
  pthread_setname_np(pthread_self(), "skg-interrupt");
  for (;;) {
    while (sem_wait(&wake) != 0) {
    }
    const std::lock_guard lock(Mutex());
    if (cancel_now != nullptr) (*cancel_now)();
  }
}

void StartWatching() {
  static bool started = false;
  static uint64_t forks = 0;
  if (started && forks == ForkCount()) return;
  started = true;
  forks = ForkCount();
  sem_init(&wake, 0, 0);
  // Signals go to other threads: a handler that runs here could not be woken.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread(Watch).detach();
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

bool Handled(const struct sigaction& action) {
  return (action.sa_flags & SA_SIGINFO) != 0 ||
         (action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN);
}

}  // namespace

bool InterruptsRaise() {
  const auto of_signal = [](const char* name) {
    const py::object object = py::module_::import("signal").attr(name);
    return py::object(object).release().ptr();  // kept for ever
  };
  static PyObject* const get = of_signal("getsignal");
  static PyObject* const usual = of_signal("default_int_handler");
  static PyObject* const number = py::int_(SIGINT).release().ptr();
  PyObject* handler = PyObject_CallOneArg(get, number);
  if (handler == nullptr) throw py::error_already_set();
  Py_DECREF(handler);
  return handler == usual;
}

InterruptWatch::InterruptWatch(const std::function<void()>& cancel) {
  StartWatching();
  {
    const std::lock_guard lock(Mutex());
    cancel_now = &cancel;
  }
  struct sigaction now = {};
  sigaction(SIGINT, nullptr, &python_action);
  if (!Handled(python_action)) return;
  now.sa_sigaction = OnInterrupt;
  now.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&now.sa_mask);
  sigaction(SIGINT, &now, nullptr);
}

InterruptWatch::~InterruptWatch() {
  if (Handled(python_action)) sigaction(SIGINT, &python_action, nullptr);
  const std::lock_guard lock(Mutex());
  cancel_now = nullptr;
}

}  // namespace skg::python
