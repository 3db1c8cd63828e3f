#include "analytics/lengths.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace skg::analytics {

absl::Status CheckLengths(const GraphView& view, KernelRun& run) {
  const Adjacency out = view.out();
  constexpr size_t kPart = size_t{1} << 18;
  for (size_t begin = 0; begin < out.weights.size(); begin += kPart) {
    SKG_RETURN_IF_ERROR(run.Check(0));
    const auto part =
        out.weights.subspan(begin, std::min(kPart, out.weights.size() - begin));
    const auto zero = std::find(part.begin(), part.end(), 0.0f);
    if (zero == part.end()) continue;
    const auto edge = begin + static_cast<size_t>(zero - part.begin());
    const auto row =
        std::upper_bound(out.offsets.begin(), out.offsets.end(), edge);
    return absl::InvalidArgumentError(absl::StrCat(
        "the edge from vertex ", row - out.offsets.begin() - 1, " to ",
        out.targets[edge],
        " has the length 0; lengths must be greater than 0: leave such edges "
        "out of the view (min_weight), or do not ask for weights as lengths"));
  }
  return absl::OkStatus();
}

}  // namespace skg::analytics
