// MappedFile: a whole file, readable as memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "absl/status/statusor.h"

namespace skg::vector {

// Pages are read when they are touched and may be dropped by the system at any
// time. The file must not be shortened meanwhile. Thread safety: const.
class MappedFile {
 public:
  // Errors: kNotFound; kUnavailable: cannot be read or mapped.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<MappedFile>> Open(
      const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  [[nodiscard]] std::span<const uint8_t> bytes() const {
    return {data_, size_};
  }
  enum class Use { kRandom, kSoon, kSequential };
  // Tells the system how a part of bytes() is going to be read.
  void Advise(std::span<const uint8_t> part, Use use) const;

 private:
  MappedFile(const uint8_t* data, size_t size) : data_(data), size_(size) {}

  const uint8_t* data_;
  size_t size_;
};

}  // namespace skg::vector
