// The built `skg` as a process: its output, its exit status, signals to it.
#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

namespace skg::test {

struct ProcessResult {
  int status = -1;  // exit status; 1000 + n: ended by signal n
  std::string out;
  std::string err;
};

struct ProcessOptions {
  std::string input = {};                               // its standard input
  std::map<std::string, std::string> environment = {};  // beside PATH and HOME
  std::string output_path = {};  // standard output goes there
};

// A running `skg ARGUMENTS`. Killed at the end of the scope if it still runs.
class SkgProcess {
 public:
  explicit SkgProcess(const std::vector<std::string>& arguments,
                      const ProcessOptions& options = {});
  ~SkgProcess();
  SkgProcess(const SkgProcess&) = delete;
  SkgProcess& operator=(const SkgProcess&) = delete;

  void Write(const std::string& text);  // to its standard input
  void CloseInput();
  void CloseOutput();  // its standard output has no reader from now on
  void Signal(int signal) const;
  // Reads standard output until `text` has come or a minute has passed.
  [[nodiscard]] bool WaitForOutput(const std::string& text);
  // Reads all of its output until it ends, at most two minutes.
  [[nodiscard]] ProcessResult Wait();

 private:
  bool ReadSome(int timeout_ms);

  pid_t pid_ = -1;
  int in_ = -1, out_ = -1, err_ = -1;
  ProcessResult result_;
};

[[nodiscard]] ProcessResult RunSkg(const std::vector<std::string>& arguments,
                                   const ProcessOptions& options = {});

}  // namespace skg::test
