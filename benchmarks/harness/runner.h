// Runs a plan: one warm-up of every series, then the series in turn, round
// after round (A B A B ...), so that a drift of the machine hits all alike.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "harness/options.h"
#include "harness/statistics.h"
#include "harness/workload.h"

namespace skg::bench {

struct SeriesResult {
  std::string name;
  std::string unit;
  std::optional<double> wanted_rate;
  std::vector<Sample> samples;  // one a round; the warm-up is not among them
  [[nodiscard]] Spread Rates() const;
  [[nodiscard]] Spread CpuMicros() const;
  // Median of one of Sample::figures.
  [[nodiscard]] double Figure(const std::string& name) const;
};

struct ComparisonResult {
  std::string ours;
  std::string peer;   // the one with the best median
  Spread ratios;      // ours / peer, round by round
  Spread cpu_ratios;  // the same of operations a second of processor time
  std::optional<double> wanted_ratio;
  [[nodiscard]] bool met() const {
    return !wanted_ratio || ratios.median >= *wanted_ratio;
  }
};

struct WorkloadResult {
  std::string name;
  std::string skipped;  // why, if it was
  std::vector<std::pair<std::string, std::string>> facts;
  std::vector<SeriesResult> series;
  std::vector<ComparisonResult> comparisons;
};

// Tells of every run as it begins.
using Progress = std::function<void(const std::string& line)>;

[[nodiscard]] absl::StatusOr<WorkloadResult> Run(const Workload& workload,
                                                 const Options& options,
                                                 const Progress& progress);

}  // namespace skg::bench
