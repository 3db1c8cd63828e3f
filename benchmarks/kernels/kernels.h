// The kernels that `skg-bench kernels` times.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"
#include "skg/graph_view.h"
#include "skg/kernel.h"

namespace skg::bench {

struct KernelCase {
  std::string name;
  // One run. Gives what a peer's answer is compared with (a modularity, a sum,
  // the first of a ranking), as JSON.
  std::function<absl::StatusOr<nlohmann::json>(const GraphView& view,
                                               const KernelOptions& options)>
      run;
};

[[nodiscard]] std::vector<KernelCase> CentralityKernels();
[[nodiscard]] std::vector<KernelCase> CommunityKernels();
[[nodiscard]] std::vector<KernelCase> StructureKernels();

struct KernelBench {
  std::string graph;                 // see graphs.h
  std::vector<std::string> kernels;  // names; empty: all
  std::vector<size_t> threads = {1, 2};
  int repeat = 5;
  uint64_t seed = 1;
  bool weighted = false;
  std::string write_edges;  // a file that gets them, and nothing is timed
};

// Prints one JSON object a line: graph, vertices, edges, and then for each
// kernel and number of threads its name, threads, seconds (median), least,
// cpu_seconds and answer. Views' reverse and undirected arrays are made before.
int RunKernels(const KernelBench& bench);

}  // namespace skg::bench
