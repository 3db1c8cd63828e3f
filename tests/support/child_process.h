// A program of the tests as a process of its own, to be waited for or killed.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace skg::test {

// Killed at the end of the scope if it still runs. Its standard error is that
// of the test.
class ChildProcess {
 public:
  explicit ChildProcess(std::vector<std::string> arguments);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Reads standard output until `text` has come; false where the process ended
  // or two minutes passed first.
  [[nodiscard]] bool WaitForOutput(const std::string& text);
  // With SIGKILL. False where it had ended by itself.
  bool Kill();
  // Its exit status, 1000 + n where signal n ended it.
  [[nodiscard]] int Wait();
  // What it has said so far (all of it after Wait).
  [[nodiscard]] const std::string& output() const { return text_; }

 private:
  bool ReadSome(int timeout_ms);

  pid_t pid_ = 0;
  int output_ = -1;
  std::string text_;
};

}  // namespace skg::test
