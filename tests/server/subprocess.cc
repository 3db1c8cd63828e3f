#include "server/subprocess.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <stdexcept>

namespace skg::test {
namespace {

using Clock = std::chrono::steady_clock;

struct Pipe {
  int read = -1, write = -1;
  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
    read = ends[0], write = ends[1];
  }
};

std::vector<std::string> EnvironmentOf(const ProcessOptions& options) {
  std::vector<std::string> environment;
  // Sanitizers are told by variables; a setting of the caller's must not leak
  // in.
  for (const char* name :
       {"PATH", "HOME", "TMPDIR", "ASAN_OPTIONS", "TSAN_OPTIONS",
        "UBSAN_OPTIONS", "LSAN_OPTIONS", "LD_LIBRARY_PATH"}) {
    if (const char* value = std::getenv(name)) {
      environment.push_back(std::string(name) + "=" + value);
    }
  }
  for (const auto& [name, value] : options.environment)
    environment.push_back(name + "=" + value);
  return environment;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

void CloseOnce(int& descriptor) {
  if (descriptor >= 0) close(descriptor);
  descriptor = -1;
}

}  // namespace

SkgProcess::SkgProcess(const std::vector<std::string>& arguments,
                       const ProcessOptions& options) {
  std::vector<std::string> argv = {SKG_PROGRAM};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  std::vector<std::string> environment = EnvironmentOf(options);
  const std::vector<char*> argv_pointers = Pointers(argv);
  const std::vector<char*> environment_pointers = Pointers(environment);
  // A write to a child that has ended is an error here, not the end of all.
  signal(SIGPIPE, SIG_IGN);
  const Pipe in, out, err;
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("fork");
  if (pid_ == 0) {
    int output = out.write;
    if (!options.output_path.empty())
      output = open(options.output_path.c_str(), O_WRONLY);
    dup2(in.read, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(err.write, STDERR_FILENO);
    signal(SIGPIPE, SIG_DFL);
    execve(SKG_PROGRAM, argv_pointers.data(), environment_pointers.data());
    _exit(126);
  }
  close(in.read);
  close(out.write);
  close(err.write);
  in_ = in.write, out_ = out.read, err_ = err.read;
  if (!options.input.empty()) {
    // Its output is not read meanwhile, so the input must fit into the pipe or
    // be taken before much is written.
    Write(options.input);
    CloseInput();
  }
}

SkgProcess::~SkgProcess() {
  CloseInput();
  CloseOutput();
  CloseOnce(err_);
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
}

void SkgProcess::Write(const std::string& text) {
  size_t done = 0;
  while (done < text.size()) {
    const ssize_t written = write(in_, text.data() + done, text.size() - done);
    if (written < 0 && errno != EINTR) return;
    if (written > 0) done += static_cast<size_t>(written);
  }
}

void SkgProcess::CloseInput() { CloseOnce(in_); }
void SkgProcess::CloseOutput() { CloseOnce(out_); }
void SkgProcess::Signal(int signal) const { kill(pid_, signal); }

bool SkgProcess::ReadSome(int timeout_ms) {
  pollfd waiting[2] = {{.fd = out_, .events = POLLIN, .revents = 0},
                       {.fd = err_, .events = POLLIN, .revents = 0}};
  if (poll(waiting, 2, timeout_ms) <= 0) return out_ >= 0 || err_ >= 0;
  char buffer[1 << 16];
  const auto take = [&](int& descriptor, short events, std::string& text) {
    if (events == 0) return;
    const ssize_t got = read(descriptor, buffer, sizeof buffer);
    if (got > 0) {
      text.append(buffer, static_cast<size_t>(got));
    } else {
      CloseOnce(descriptor);
    }
  };
  take(out_, waiting[0].revents, result_.out);
  take(err_, waiting[1].revents, result_.err);
  return out_ >= 0 || err_ >= 0;
}

bool SkgProcess::WaitForOutput(const std::string& text) {
  const auto deadline = Clock::now() + std::chrono::minutes(1);
  while (result_.out.find(text) == std::string::npos) {
    if (Clock::now() > deadline || !ReadSome(100)) {
      return result_.out.find(text) != std::string::npos;
    }
  }
  return true;
}

ProcessResult SkgProcess::Wait() {
  const auto deadline = Clock::now() + std::chrono::minutes(2);
  while (ReadSome(100)) {
    if (Clock::now() > deadline) {
      kill(pid_, SIGKILL);
      break;
    }
  }
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  result_.status =
      WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
  return result_;
}

ProcessResult RunSkg(const std::vector<std::string>& arguments,
                     const ProcessOptions& options) {
  SkgProcess process(arguments, options);
  process.CloseInput();
  return process.Wait();
}

}  // namespace skg::test
