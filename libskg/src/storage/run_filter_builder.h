// RunFilterBuilder: the filter of a run from the hashes of its triples, which
// may be more than memory holds.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "storage/run_filter.h"
#include "storage/spill_file.h"

namespace skg::storage {

// The size of a filter follows from the number of its hashes, so that none can
// be put in before the last one is known. Many wait in a temporary file, parted
// by what decides on their place in the filter: each part fills one stretch of
// it. Not thread-safe.
class RunFilterBuilder {
 public:
  // Hashes that stay in memory; of more than that none does.
  static constexpr size_t kMostInMemory = size_t{1} << 19;

  // `directory`: see SpillFile.
  explicit RunFilterBuilder(std::string directory = {},
                            size_t most_in_memory = kMostInMemory)
      : directory_(std::move(directory)), most_in_memory_(most_in_memory) {}

  // Repeats are welcome, and cost place. Memory: 8 bytes each up to
  // `most_in_memory`, from then on 4 MiB whatever their number. Errors: those
  // of SpillFile.
  [[nodiscard]] absl::Status Add(uint64_t hash);
  [[nodiscard]] bool spilled() const { return file_ != nullptr; }
  // All, where they are in memory.
  [[nodiscard]] std::span<const uint64_t> in_memory() const { return hashes_; }

  // After the last Add, once: gives the chunks as RunFilter::Encode has them,
  // each when it is complete. Memory: a chunk, and a 64th of the filter.
  using Output = std::function<absl::Status(std::string chunk)>;
  [[nodiscard]] absl::Status Encode(const Output& output);

 private:
  // By the highest bits of a hash.
  static constexpr int kPartBits = 6;
  struct Part {
    std::vector<uint64_t> hashes;  // that are not in the file yet
    std::vector<uint64_t> places;  // in the file, of kPartHashes each
  };
  class Window;

  [[nodiscard]] absl::Status Spill();
  [[nodiscard]] absl::Status AddToPart(uint64_t hash);
  [[nodiscard]] absl::Status PutPart(const Part& part, Window& window) const;

  const std::string directory_;
  const size_t most_in_memory_;
  uint64_t count_ = 0;
  std::vector<uint64_t> hashes_;
  std::unique_ptr<SpillFile> file_;
  std::vector<Part> parts_;
};

}  // namespace skg::storage
