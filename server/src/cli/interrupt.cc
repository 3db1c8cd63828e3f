#include "cli/interrupt.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace skg::cli {
namespace {

volatile std::sig_atomic_t noted_signal = 0;
// Written by the handler, so that a poll which has not begun yet wakes too.
int wake_pipe[2] = {-1, -1};

void Note(int signal) {
  noted_signal = signal;
  const int saved = errno;
  [[maybe_unused]] const ssize_t written = write(wake_pipe[1], "!", 1);
  errno = saved;
}

void Exit(int signal) { _exit(128 + signal); }

void Install(void (*handler)(int), int flags) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

void NoteInterrupts() {
  if (wake_pipe[0] < 0 && pipe2(wake_pipe, O_CLOEXEC | O_NONBLOCK) != 0) return;
  // The second signal finds the default action.
  Install(Note, static_cast<int>(SA_RESETHAND));
}

void ExitOnInterrupt() { Install(Exit, 0); }

int InterruptSignal() { return noted_signal; }

absl::StatusOr<size_t> InterruptibleRead(int descriptor, char* buffer,
                                         size_t size) {
  while (true) {
    pollfd waiting[2] = {{.fd = descriptor, .events = POLLIN, .revents = 0},
                         {.fd = wake_pipe[0], .events = POLLIN, .revents = 0}};
    const int ready = poll(waiting, 2, -1);
    if (InterruptSignal() != 0) return absl::CancelledError("interrupted");
    if (ready < 0 && errno == EINTR) continue;
    const ssize_t got = ready < 0 ? -1 : read(descriptor, buffer, size);
    if (got >= 0) return static_cast<size_t>(got);
    if (errno != EINTR && errno != EAGAIN) {
      return absl::UnavailableError(absl::StrCat(
          "standard input: ", std::generic_category().message(errno)));
    }
  }
}

}  // namespace skg::cli
