// IvfPq: inverted lists of product-quantised vectors, by FAISS. The only place
// that knows of it.
//
// Source: Jégou, Douze and Schmid, "Product quantization for nearest neighbor
// search" (2011).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/cancellation.h"
#include "base/memory_budget.h"
#include "skg/vector_index.h"
#include "vector/exact_search.h"

namespace skg::vector {

// Thread safety: const methods from any thread.
class IvfPq {
 public:
  // Fewer rows have no lists: there is nothing to learn from them, and looking
  // at each is as fast.
  static constexpr uint32_t kFewestRows = 2000;

  struct BuildOptions {
    VectorMetric metric = VectorMetric::kCosine;
    uint32_t dimension = 0;
    uint64_t seed = 1;
    MemoryBudget* budget = nullptr;              // null: not counted
    const Cancellation* cancellation = nullptr;  // looked at between steps
    // Rows done, of how many.
    std::function<void(uint64_t done, uint64_t rows)> progress;
  };

  // Learns lists and codes from a sample of the rows and puts all in: row i of
  // the index is vector(i). The products of matrices use the threads of the
  // process's BLAS, all else is done by this thread. Gives the bytes that
  // Load takes. Errors: kResourceExhausted, kCancelled, kDeadlineExceeded,
  // kInternal (what FAISS throws).
  [[nodiscard]] static absl::StatusOr<std::vector<uint8_t>> Build(
      uint32_t rows, const std::function<const float*(uint32_t row)>& vector,
      const BuildOptions& options);

  // `bytes`: those of Build, whose checksum somebody has compared: FAISS
  // trusts them. Errors: kDataLoss, kResourceExhausted.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<IvfPq>> Load(
      std::span<const uint8_t> bytes, uint32_t rows, uint32_t dimension,
      MemoryBudget* budget);
  ~IvfPq();
  IvfPq(const IvfPq&) = delete;
  IvfPq& operator=(const IvfPq&) = delete;

  [[nodiscard]] size_t lists() const;
  // Puts into `found` up to `count` rows that seem nearest, in no order, from
  // the `probes` lists nearest to the query.
  [[nodiscard]] absl::Status Search(const float* query, size_t probes,
                                    size_t count, const AllowedRows* allowed,
                                    std::vector<uint32_t>& found) const;

 private:
  struct Impl;
  explicit IvfPq(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace skg::vector
