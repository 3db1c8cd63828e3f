// The matrix of a graph's weights, to be multiplied with vectors.
#pragma once

#include <cstddef>
#include <numeric>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "analytics/kernel_run.h"
#include "analytics/row_sums.h"
#include "skg/graph_view.h"

namespace skg::analytics {

class EdgeMatrix {
 public:
  // Entry (v, u) is the weight of u as a target of v; 1 unless `weighted`.
  EdgeMatrix(const Adjacency& rows, bool weighted)
      : rows_(rows), weighted_(weighted && rows.weighted()), pieces_(rows) {}

  [[nodiscard]] static size_t Bytes(const Adjacency& rows) {
    // The pieces and what ForAll holds of each.
    return 4 * EdgePieces::Bytes(rows);
  }
  [[nodiscard]] Vertex vertices() const { return rows_.vertices(); }

  // Calls each(v, (matrix times x)(v), parts) for all v, where what `each` adds
  // to the members of Parts becomes the sum. See EdgePieces::For.
  template <typename Parts, typename Each>
  [[nodiscard]] absl::StatusOr<Parts> Multiply(KernelRun& run, double step,
                                               double steps,
                                               const std::vector<double>& x,
                                               const Each& each) const {
    return ForAll<Parts>(
        run, step, steps, [&](Vertex begin, Vertex end, Parts& parts) {
          if (weighted_) {
            for (Vertex v = begin; v < end; ++v) {
              each(v, RowSum<true>(rows_, v, x.data()), parts);
            }
          } else {
            for (Vertex v = begin; v < end; ++v) {
              each(v, RowSum<false>(rows_, v, x.data()), parts);
            }
          }
        });
  }

  // The same of work(begin, end, parts), which does without the matrix.
  template <typename Parts, typename Work>
  [[nodiscard]] absl::StatusOr<Parts> ForAll(KernelRun& run, double step,
                                             double steps,
                                             const Work& work) const {
    std::vector<Parts> parts(pieces_.size());
    const absl::Status status = pieces_.For(
        run, step, steps, [&](Vertex begin, Vertex end, size_t piece) {
          work(begin, end, parts[piece]);
        });
    if (!status.ok()) return status;
    Parts all;
    for (const Parts& part : parts) all += part;
    return all;
  }

 private:
  const Adjacency rows_;
  const bool weighted_;
  const EdgePieces pieces_;
};

}  // namespace skg::analytics
