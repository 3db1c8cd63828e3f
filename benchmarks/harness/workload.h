// What a workload is made of: series that are measured in turn, and ratios
// between them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "harness/options.h"

namespace skg::bench {

// One timed run of one series.
struct Sample {
  double operations = 0;
  double seconds = 0;
  // Of this process in that time; 0 where the work is done by another one.
  double cpu_seconds = 0;
  // What was stored or returned, counted after the clock has stopped: a fast
  // wrong answer shows here.
  uint64_t rows = 0;
  // Anything else worth a column, such as commits per fdatasync.
  std::vector<std::pair<std::string, double>> figures = {};

  [[nodiscard]] double Rate() const {
    return seconds > 0 ? operations / seconds : 0;
  }
  // Less at the mercy of what else the machine does.
  [[nodiscard]] double CpuMicros() const {
    return operations > 0 ? cpu_seconds * 1e6 / operations : 0;
  }
};

// One thing that is measured, run after run. `run` prepares, times only what
// it is about, and clears up; it fails where the rows are not the right ones.
struct Series {
  std::string name;
  std::string unit;  // of Sample::operations, plural
  std::function<absl::StatusOr<Sample>()> run;
  // The rate that is wanted, if one is.
  std::optional<double> wanted_rate = std::nullopt;
};

// The ratio of one series to the best (by median) of others, run by run.
struct Comparison {
  std::string ours;
  std::vector<std::string> peers;
  std::optional<double> wanted_ratio = std::nullopt;
};

struct Plan {
  // Data set with size and seed, settings: name and value.
  std::vector<std::pair<std::string, std::string>> facts;
  std::vector<Series> series;
  std::vector<Comparison> comparisons;
};

struct Workload {
  std::string_view name;
  std::string_view summary;
  // Errors: kUnavailable (what it needs is not installed: it is skipped), and
  // any other (the program fails).
  absl::StatusOr<Plan> (*prepare)(const Options& options);
};

// All of them, in the order of `skg-bench list`.
[[nodiscard]] std::span<const Workload> Workloads();

}  // namespace skg::bench
