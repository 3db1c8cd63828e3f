#include "support/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>

namespace skg::test {

ChildProcess::ChildProcess(std::vector<std::string> arguments) {
  int ends[2];
  REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  posix_spawn_file_actions_t actions;
  REQUIRE(posix_spawn_file_actions_init(&actions) == 0);
  REQUIRE(posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO) ==
          0);
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  REQUIRE(posix_spawn(&pid_, pointers[0], &actions, nullptr, pointers.data(),
                      environ) == 0);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  output_ = ends[0];
}

ChildProcess::~ChildProcess() {
  Kill();
  close(output_);
}

bool ChildProcess::WaitForOutput(const std::string& text) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(2);
  while (text_.find(text) == std::string::npos) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    if (left.count() <= 0 || !ReadSome(static_cast<int>(left.count())))
      return false;
  }
  return true;
}

bool ChildProcess::Kill() {
  if (pid_ == 0) return false;
  kill(pid_, SIGKILL);
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = 0;
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

int ChildProcess::Wait() {
  while (ReadSome(-1)) {
  }
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = 0;
  return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

bool ChildProcess::ReadSome(int timeout_ms) {
  pollfd ready = {output_, POLLIN, 0};
  if (poll(&ready, 1, timeout_ms) <= 0) return false;
  char buffer[1 << 12];
  const ssize_t size = read(output_, buffer, sizeof buffer);
  if (size > 0) text_.append(buffer, static_cast<size_t>(size));
  return size > 0;
}

}  // namespace skg::test
