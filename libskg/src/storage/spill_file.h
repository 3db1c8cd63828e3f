// SpillFile: bytes that do not fit into memory, in a file without a name. It is
// gone with its object and with the process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace skg::storage {

// Written at its end, then read. Thread safety: one thread while it is written,
// then Read from any thread.
class SpillFile {
 public:
  // `directory`: where the file lies; empty: where the system keeps temporary
  // files. Errors: kUnavailable, kResourceExhausted (disk full).
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<SpillFile>> Create(
      const std::string& directory);
  ~SpillFile();
  SpillFile(const SpillFile&) = delete;
  SpillFile& operator=(const SpillFile&) = delete;

  [[nodiscard]] absl::Status Append(const void* bytes, size_t size);
  // After an Append and before a Read of what it wrote.
  [[nodiscard]] absl::Status Flush();
  [[nodiscard]] uint64_t size() const { return written_ + buffer_.size(); }

  // Exactly `size` bytes from `offset` on. Errors: kUnavailable, kDataLoss
  // (they are not there).
  [[nodiscard]] absl::Status Read(uint64_t offset, void* out,
                                  size_t size) const;

 private:
  explicit SpillFile(int descriptor) : descriptor_(descriptor) {}

  const int descriptor_;
  uint64_t written_ = 0;
  std::vector<char> buffer_;
};

// Reads a range of a SpillFile from front to end. Not thread-safe; the file
// must outlive it.
class SpillReader {
 public:
  static constexpr size_t kBufferBytes = 256 << 10;

  SpillReader(const SpillFile& file, uint64_t begin, uint64_t end,
              size_t buffer_bytes = kBufferBytes)
      : file_(&file), next_(begin), end_(end), buffer_bytes_(buffer_bytes) {}

  [[nodiscard]] bool at_end() const {
    return next_ == end_ && at_ == buffer_.size();
  }
  // Where the next byte stands in the file.
  [[nodiscard]] uint64_t offset() const {
    return next_ - (buffer_.size() - at_);
  }
  [[nodiscard]] absl::Status Read(void* out, size_t size);
  template <typename Value>
  [[nodiscard]] absl::Status ReadValue(Value* out) {
    static_assert(std::is_trivially_copyable_v<Value>);
    return Read(out, sizeof *out);
  }

 private:
  const SpillFile* file_;
  uint64_t next_;  // to be read into the buffer
  uint64_t end_;
  size_t buffer_bytes_;
  std::vector<char> buffer_;
  size_t at_ = 0;
};

}  // namespace skg::storage
