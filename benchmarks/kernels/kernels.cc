#include "kernels/kernels.h"

#include <algorithm>
#include <ctime>
#include <fstream>
#include <iostream>
#include <utility>

#include "harness/stopwatch.h"
#include "kernels/graphs.h"

namespace skg::bench {
namespace {

double ProcessorSeconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

std::vector<KernelCase> Chosen(const KernelBench& bench) {
  std::vector<KernelCase> chosen;
  for (auto* cases :
       {&CentralityKernels, &CommunityKernels, &StructureKernels}) {
    for (KernelCase& kernel : cases()) {
      if (bench.kernels.empty() ||
          std::find(bench.kernels.begin(), bench.kernels.end(), kernel.name) !=
              bench.kernels.end()) {
        chosen.push_back(std::move(kernel));
      }
    }
  }
  return chosen;
}

absl::StatusOr<nlohmann::json> Time(const KernelCase& kernel,
                                    const GraphView& view, size_t threads,
                                    int repeat) {
  KernelOptions options;
  options.threads = threads;
  std::vector<double> seconds, processor;
  nlohmann::json line = {{"kernel", kernel.name}, {"threads", threads}};
  for (int i = 0; i < repeat; ++i) {
    const double used = ProcessorSeconds();
    const Stopwatch watch;
    absl::StatusOr<nlohmann::json> answer = kernel.run(view, options);
    seconds.push_back(watch.Seconds());
    processor.push_back(ProcessorSeconds() - used);
    if (!answer.ok()) return answer.status();
    line["answer"] = *std::move(answer);
  }
  std::sort(seconds.begin(), seconds.end());
  std::sort(processor.begin(), processor.end());
  line["seconds"] = seconds[seconds.size() / 2];
  line["least"] = seconds.front();
  line["cpu_seconds"] = processor[processor.size() / 2];
  return line;
}

int Fail(const absl::Status& status) {
  std::cerr << "skg-bench: " << status.message() << "\n";
  return 1;
}

}  // namespace

int RunKernels(const KernelBench& bench) {
  const absl::StatusOr<EdgeList> edges = MakeGraph(bench.graph, bench.seed);
  if (!edges.ok()) return Fail(edges.status());
  if (!bench.write_edges.empty()) {
    std::ofstream out(bench.write_edges);
    WriteEdges(*edges, out);
    out.flush();
    if (out) return 0;
    return Fail(
        absl::UnavailableError(bench.write_edges + ": cannot be written"));
  }
  const absl::StatusOr<GraphView> view =
      GraphView::FromEdges(edges->vertices, edges->edges, bench.weighted);
  if (!view.ok()) return Fail(view.status());
  if (const auto both = view->both(); !both.ok()) return Fail(both.status());
  std::cout << nlohmann::json{{"graph", bench.graph},
                              {"vertices", view->vertices()},
                              {"edges", view->edges()}}
            << std::endl;
  for (const KernelCase& kernel : Chosen(bench)) {
    for (const size_t threads : bench.threads) {
      const auto line = Time(kernel, *view, threads, bench.repeat);
      if (!line.ok()) return Fail(line.status());
      std::cout << *line << std::endl;
    }
  }
  return 0;
}

}  // namespace skg::bench
