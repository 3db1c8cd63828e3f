// Another program, for as long as a scope lasts.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace skg::bench {

class ChildProcess {
 public:
  // Its standard output comes here; standard error goes to /dev/null. A name
  // without a slash is looked for in PATH. Errors: kUnavailable (no such
  // program).
  [[nodiscard]] static absl::StatusOr<ChildProcess> Start(
      const std::vector<std::string>& command);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;
  // Asks it to end (SIGTERM), and after five seconds ends it.
  ~ChildProcess();

  // The first line with this beginning. kInternal: it ended before, or took
  // longer.
  [[nodiscard]] absl::StatusOr<std::string> WaitForLine(
      const std::string& beginning, absl::Duration timeout);
  // All that it still prints; kInternal unless it ends in time with status 0.
  [[nodiscard]] absl::StatusOr<std::string> Finish(absl::Duration timeout);

  // What the process has used so far, all threads.
  [[nodiscard]] double CpuSeconds() const;

 private:
  ChildProcess(std::string name, pid_t pid, int output)
      : name_(std::move(name)), pid_(pid), output_(output) {}
  // False: nothing more will come. kDeadlineExceeded.
  [[nodiscard]] absl::StatusOr<bool> ReadSome(absl::Time deadline);
  // Its exit status.
  [[nodiscard]] int Reap();

  std::string name_;
  pid_t pid_;
  int output_;
  std::string read_;
};

}  // namespace skg::bench
