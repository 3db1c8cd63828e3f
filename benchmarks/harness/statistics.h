// Median and spread of a few runs.
#pragma once

#include <vector>

namespace skg::bench {

struct Spread {
  double median = 0;
  double min = 0;
  double max = 0;
};

// All zero for no values.
[[nodiscard]] Spread SpreadOf(std::vector<double> values);

}  // namespace skg::bench
