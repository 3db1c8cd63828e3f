// What tests of the built `skg` program share.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "server/subprocess.h"
#include "support/test_support.h"

namespace skg::test {

using Arguments = std::vector<std::string>;

[[nodiscard]] size_t LineCount(const std::string& text);
[[nodiscard]] bool Contains(const std::string& text, const std::string& part);
void WriteFile(const std::string& path, const std::string& text);
void WriteGzipFile(const std::string& path, const std::string& text);
[[nodiscard]] std::string ReadText(const std::string& path);

// Runs `skg` and expects it to succeed quietly; gives its output.
std::string MustRun(const Arguments& arguments,
                    const ProcessOptions& options = {});
// ... and to fail with one line on standard error; gives that line.
std::string MustFail(const Arguments& arguments,
                     const ProcessOptions& options = {});

// A directory with a data directory `data` to be.
struct CliPlace {
  TemporaryDirectory directory;
  std::string data = directory / "data";

  // Writes a file beside the data (.gz: packed); gives its path.
  [[nodiscard]] std::string File(const std::string& name,
                                 const std::string& text) const;
  [[nodiscard]] nlohmann::json Stats(const Arguments& more = {}) const;
  [[nodiscard]] uint64_t Statements(
      const std::string& graph = "public/main") const;
};

}  // namespace skg::test
