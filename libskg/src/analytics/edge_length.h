// What edges add to the length of a path.
#pragma once

#include <cstdint>
#include <limits>

#include "skg/paths.h"

namespace skg::analytics {

class LengthOf {
 public:
  LengthOf(const Adjacency& edges, EdgeLength length)
      : weights_(edges.weights.data()),
        length_(edges.weighted() ? length : EdgeLength::kOne) {}

  // Infinite: there is no way along this edge.
  [[nodiscard]] double operator()(uint64_t edge) const {
    if (length_ == EdgeLength::kOne) return 1;
    const double weight = weights_[edge];
    if (length_ == EdgeLength::kWeight) return weight;
    return weight > 0 ? 1 / weight : std::numeric_limits<double>::infinity();
  }

 private:
  const float* weights_;
  EdgeLength length_;
};

}  // namespace skg::analytics
