// The bytes of one load, as its reader sees them: unpacked, without byte-order
// mark, counted, and cancellable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "skg/load.h"

struct z_stream_s;

namespace skg::engine {

// Not thread-safe. `source` must outlive it.
class LoadInput {
 public:
  using Progress = std::function<bool(uint64_t bytes, uint64_t statements)>;

  LoadInput(const LoadSource& source, Progress progress);
  ~LoadInput();
  LoadInput(const LoadInput&) = delete;
  LoadInput& operator=(const LoadInput&) = delete;

  // Up to `size` unpacked bytes; 0 is the end. After an error the same error
  // is given again. Errors: those of the source, kCancelled (by the progress
  // callback), kDataLoss (a gzip stream that is damaged or ends early).
  [[nodiscard]] absl::StatusOr<size_t> Read(char* buffer, size_t size);

  void CountStatements(uint64_t count) { statements_ += count; }
  void CountStatement() { CountStatements(1); }
  [[nodiscard]] uint64_t statements() const { return statements_; }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  enum class Encoding { kUnknown, kPlain, kGzip };

  absl::StatusOr<size_t> ReadUnchecked(char* buffer, size_t size);
  absl::Status Refill();
  absl::Status Begin();
  absl::StatusOr<size_t> ReadPlain(char* buffer, size_t size);
  absl::StatusOr<size_t> ReadGzip(char* buffer, size_t size);
  // Whether another gzip member follows; zero bytes between are padding.
  absl::StatusOr<bool> NextMember();
  absl::Status ReportProgress();

  const LoadSource& source_;
  const std::string name_;
  const Progress progress_;
  absl::Status failed_;

  std::vector<char> raw_;  // what the source gave, not consumed from raw_begin_
  size_t raw_begin_ = 0;
  size_t raw_end_ = 0;
  bool source_ended_ = false;

  Encoding encoding_ = Encoding::kUnknown;
  std::unique_ptr<z_stream_s> zip_;  // while inside a gzip member
  std::string lookahead_;            // unpacked bytes that Begin has read ahead

  uint64_t raw_bytes_ = 0;
  uint64_t unpacked_since_report_ = 0;
  uint64_t statements_ = 0;
};

}  // namespace skg::engine
