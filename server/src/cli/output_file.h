// A file that appears complete or not at all.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/terminal.h"

struct gzFile_s;

namespace skg::cli {

// Written beside its place under another name, and moved there by Commit.
// What is no regular file (a pipe, /dev/null) is written directly. A name that
// ends in .gz makes gzip. Not thread-safe.
class OutputFile {
 public:
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<OutputFile>> Create(
      const std::string& path);
  // Without Commit, nothing is left behind.
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  [[nodiscard]] absl::Status Write(std::string_view bytes);
  // Durable when it returns.
  [[nodiscard]] absl::Status Commit();

 private:
  OutputFile(std::string path, std::string temporary, int descriptor);
  absl::Status Finish();
  absl::Status SyncAndMove();

  const std::string path_;  // where it belongs
  std::string temporary_;   // where it is until then; empty: in its place
  int descriptor_;
  Output output_;
  gzFile_s* gzip_ = nullptr;
};

}  // namespace skg::cli
