#include "harness/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status.h"
#include "harness/system_error.h"

namespace skg::bench {
namespace {

// Between fork and exec: only what is safe there. Reports a failure through
// `failed`, which exec closes.
[[noreturn]] void Become(char* const* arguments, int output, int failed) {
  // Should this program be killed, its servers must not stay behind.
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  dup2(null, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(null, STDERR_FILENO);
  execvp(arguments[0], arguments);
  const int error = errno;
  [[maybe_unused]] const ssize_t told = write(failed, &error, sizeof error);
  _exit(127);
}

absl::Status SystemError(const char* call) {
  return absl::ResourceExhaustedError(
      absl::StrCat(call, ": ", ErrnoText(errno)));
}

}  // namespace

absl::StatusOr<ChildProcess> ChildProcess::Start(
    const std::vector<std::string>& command) {
  std::vector<std::string> texts = command;
  std::vector<char*> arguments;
  arguments.reserve(texts.size() + 1);
  for (std::string& text : texts) arguments.push_back(text.data());
  arguments.push_back(nullptr);

  int output[2];
  int failed[2];
  if (pipe2(output, O_CLOEXEC) != 0) return SystemError("pipe");
  if (pipe2(failed, O_CLOEXEC) != 0) {
    close(output[0]);
    close(output[1]);
    return SystemError("pipe");
  }
  const pid_t pid = fork();
  if (pid == 0) Become(arguments.data(), output[1], failed[1]);
  close(output[1]);
  close(failed[1]);
  int error = pid < 0 ? errno : 0;
  if (pid > 0 && read(failed[0], &error, sizeof error) > 0) {
    waitpid(pid, nullptr, 0);
  }
  close(failed[0]);
  if (error == 0) return ChildProcess(command[0], pid, output[0]);
  close(output[0]);
  return absl::UnavailableError(
      absl::StrCat(command[0], " cannot be started: ", ErrnoText(error)));
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : name_(std::move(other.name_)),
      pid_(std::exchange(other.pid_, -1)),
      output_(std::exchange(other.output_, -1)),
      read_(std::move(other.read_)) {}

ChildProcess::~ChildProcess() {
  constexpr int kPolls = 500;
  if (output_ >= 0) close(output_);
  if (pid_ <= 0) return;
  kill(pid_, SIGTERM);
  for (int i = 0; i < kPolls; ++i) {
    if (waitpid(pid_, nullptr, WNOHANG) == pid_) return;
    absl::SleepFor(absl::Milliseconds(10));
  }
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

absl::StatusOr<bool> ChildProcess::ReadSome(absl::Time deadline) {
  pollfd waiting = {.fd = output_, .events = POLLIN, .revents = 0};
  const int64_t left = absl::ToInt64Milliseconds(deadline - absl::Now());
  if (left <= 0 || poll(&waiting, 1, static_cast<int>(left)) == 0) {
    return absl::DeadlineExceededError(name_ + " took too long");
  }
  char buffer[4096];
  const ssize_t got = read(output_, buffer, sizeof buffer);
  if (got <= 0) return got < 0 && errno == EINTR;
  read_.append(buffer, static_cast<size_t>(got));
  return true;
}

absl::StatusOr<std::string> ChildProcess::WaitForLine(
    const std::string& beginning, absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  for (;;) {
    for (size_t end; (end = read_.find('\n')) != std::string::npos;) {
      const std::string line = read_.substr(0, end);
      read_.erase(0, end + 1);
      if (line.rfind(beginning, 0) == 0) return line;
    }
    SKG_ASSIGN_OR_RETURN(const bool more, ReadSome(deadline));
    if (!more) {
      return absl::InternalError(
          absl::StrCat(name_, " ended with status ", Reap()));
    }
  }
}

absl::StatusOr<std::string> ChildProcess::Finish(absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  for (bool more = true; more;) {
    SKG_ASSIGN_OR_RETURN(more, ReadSome(deadline));
  }
  if (const int status = Reap(); status != 0) {
    return absl::InternalError(
        absl::StrCat(name_, " ended with status ", status));
  }
  return std::move(read_);
}

int ChildProcess::Reap() {
  int status = 0;
  waitpid(std::exchange(pid_, -1), &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

double ChildProcess::CpuSeconds() const {
  std::ifstream in(absl::StrCat("/proc/", pid_, "/stat"));
  std::string line;
  std::getline(in, line);
  // After the name in parentheses, which may hold anything, come the third
  // field and on; user and system time are the 14th and 15th.
  constexpr int kBetween = 11;
  const size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::istringstream fields(line.substr(name_end + 1));
  std::string skipped;
  for (int i = 0; i < kBetween; ++i) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace skg::bench
