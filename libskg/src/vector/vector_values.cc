#include "vector/vector_values.h"

#include <cmath>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "base/strings.h"

namespace skg::vector {
namespace {

absl::Status CheckRange(std::string_view what, uint64_t value, uint64_t least,
                        uint64_t most) {
  if (value >= least && value <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("vector index: ", av(what), " is ", value,
                   "; it must lie in [", least, ", ", most, "]"));
}

}  // namespace

absl::StatusOr<std::vector<float>> AcceptVector(std::span<const float> vector,
                                                size_t dimension,
                                                VectorMetric metric) {
  if (vector.size() != dimension) {
    return absl::InvalidArgumentError(
        absl::StrCat("the vector has ", vector.size(),
                     " components; the index wants ", dimension));
  }
  double squares = 0;
  for (size_t j = 0; j < dimension; ++j) {
    const float x = vector[j];
    if (!(std::fabs(x) <= kLargestComponent)) {
      return absl::InvalidArgumentError(
          absl::StrCat("component ", j, " of the vector is ", x,
                       "; components must be finite and at most ",
                       kLargestComponent, " in size"));
    }
    squares += double{x} * x;
  }
  std::vector<float> accepted(vector.begin(), vector.end());
  if (metric != VectorMetric::kCosine) return accepted;
  if (squares == 0) {
    return absl::InvalidArgumentError(
        "the vector is zero, which has no direction: its cosine with another "
        "is undefined; give a vector other than zero, or an index with the "
        "metric ip or l2");
  }
  const double length = std::sqrt(squares);
  for (float& x : accepted) x = static_cast<float>(x / length);
  return accepted;
}

absl::Status CheckOptions(const VectorIndexOptions& options) {
  if (auto status = CheckRange("dimension", options.dimension, 1, 4096);
      !status.ok()) {
    return status;
  }
  if (auto status = CheckRange("links", options.links, 4, 128); !status.ok()) {
    return status;
  }
  if (auto status = CheckRange("ef_construction", options.ef_construction,
                               options.links, 4096);
      !status.ok()) {
    return status;
  }
  if (auto status = CheckRange("ef_search", options.ef_search, 1, 4096);
      !status.ok()) {
    return status;
  }
  if (options.metric > VectorMetric::kL2) {
    return absl::InvalidArgumentError("vector index: no such metric");
  }
  if (options.kind > VectorIndexKind::kIvfPq) {
    return absl::InvalidArgumentError("vector index: no such kind");
  }
  return absl::OkStatus();
}

}  // namespace skg::vector
