// Segment: an immutable index over many vectors, in one file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/cancellation.h"
#include "base/memory_budget.h"
#include "skg/vector_index.h"
#include "vector/exact_search.h"
#include "vector/hnsw_builder.h"

namespace skg::vector {

// What a segment keeps of a row. The caller's memory.
struct SegmentRow {
  const float* vector = nullptr;   // as AcceptVector gives it
  const uint8_t* label = nullptr;  // of SealOptions::label_bytes
  uint64_t from_commit = 0;
};

struct SealOptions {
  VectorIndexOptions index;
  size_t label_bytes = 8;  // [1, 4096]
  // Seed of the graph's levels and of training.
  uint64_t seed = 1;
  size_t threads = 1;
  // What is allocated is taken from it first; null: not counted.
  MemoryBudget* budget = nullptr;
  BuildHooks hooks;
};

// Builds the index over `rows` and writes it to `path`, whole and durable or
// not at all (what is not finished is called `path`.part, and removed where
// this process lives). Rows get new numbers in the file: who wants to know
// them reads the labels. Memory: codes and links (dimension + 10 * links
// bytes a row), and the vectors themselves where codes will not do.
// Errors: kInvalidArgument (options, too many rows), kResourceExhausted (the
// budget; the disk is full), kUnavailable (the disk), kCancelled,
// kDeadlineExceeded.
[[nodiscard]] absl::Status SealSegment(std::span<const SegmentRow> rows,
                                       const SealOptions& options,
                                       const std::string& path);

struct SegmentSearch {
  size_t k = 10;
  // Candidates kept, at least k; 0: as the index says. No meaning where the
  // kind is kFlat.
  size_t ef = 0;
  // Null: all rows.
  const AllowedRows* allowed = nullptr;
  const Cancellation* cancellation = nullptr;
};

// Lies in a mapped file: the system reads the pages that are used and keeps
// them while it has memory for them; nothing but a bit a row and thread is
// allocated (and the lists of a kIvfPq: an eighth of a byte a component).
// Thread safety: all methods from any thread.
class Segment {
 public:
  // Looks at the header alone: milliseconds, whatever the size; but the lists
  // of a kIvfPq are read into memory. Errors: kNotFound, kUnavailable,
  // kDataLoss (damaged or cut short), kFailedPrecondition (a newer format),
  // kResourceExhausted. `budget` (may be null) outlives it.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<Segment>> Open(
      const std::string& path, MemoryBudget* budget);
  ~Segment();
  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;

  // Compares all bytes with their checksums; reads the file once. kDataLoss
  // says which part is damaged; kCancelled. A damaged segment that nobody
  // verified gives wrong answers, but does no harm.
  [[nodiscard]] absl::Status Verify(const Cancellation* cancellation) const;

  // The nearest rows, sorted as Hit says; min(k, rows allowed) of them. Scores
  // are exact; which rows are found is approximate but for kFlat. `query` may
  // be any vector (AcceptVector is applied to it).
  // Errors: kInvalidArgument (the query), kResourceExhausted, kCancelled,
  // kDeadlineExceeded.
  [[nodiscard]] absl::StatusOr<std::vector<Hit>> Search(
      std::span<const float> query, const SegmentSearch& search) const;

  [[nodiscard]] uint32_t rows() const;
  [[nodiscard]] const VectorIndexOptions& options() const;
  [[nodiscard]] size_t label_bytes() const;
  // Of a row below rows().
  [[nodiscard]] std::span<const uint8_t> label(uint32_t row) const;
  [[nodiscard]] uint64_t from_commit(uint32_t row) const;
  [[nodiscard]] std::span<const float> vector(uint32_t row) const;

  [[nodiscard]] uint64_t file_bytes() const;
  // Those of them that every search reads: codes and links, or the vectors.
  [[nodiscard]] uint64_t hot_bytes() const;

 private:
  class Impl;
  explicit Segment(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace skg::vector
