#include <algorithm>
#include <utility>

#include "analytics/kernel_run.h"
#include "base/status.h"
#include "skg/structure.h"

namespace skg {
namespace analytics {
namespace {

// Options of one kernel of several, which tell the progress of all.
class Steps {
 public:
  Steps(const KernelOptions& run, size_t count) : run_(run), count_(count) {}

  [[nodiscard]] KernelOptions Next() {
    KernelOptions options = run_;
    const auto begun = static_cast<double>(begun_++);
    if (run_.progress) {
      options.progress = [this, begun](double done) {
        return run_.progress((begun + done) / static_cast<double>(count_));
      };
    }
    return options;
  }

 private:
  const KernelOptions& run_;
  const size_t count_;
  size_t begun_ = 0;
};

absl::Status Degrees(const GraphView& view, VertexFeaturesResult& result) {
  SKG_ASSIGN_OR_RETURN(const Adjacency both, view.both());
  SKG_ASSIGN_OR_RETURN(const Adjacency in, view.in());
  const Adjacency out = view.out();
  result.out_degree.resize(view.vertices());
  result.in_degree.resize(view.vertices());
  result.degree.resize(view.vertices());
  for (Vertex v = 0; v < view.vertices(); ++v) {
    const auto targets = out.Targets(v);
    const bool loop = std::binary_search(targets.begin(), targets.end(), v);
    result.out_degree[v] = static_cast<uint32_t>(targets.size());
    result.in_degree[v] = static_cast<uint32_t>(in.Degree(v));
    result.degree[v] = static_cast<uint32_t>(both.Degree(v)) - (loop ? 1 : 0);
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace analytics

absl::StatusOr<VertexFeaturesResult> VertexFeatures(
    const GraphView& view, const VertexFeaturesOptions& options) {
  VertexFeaturesResult result;
  {
    analytics::KernelRun run(view, options.run);
    SKG_RETURN_IF_ERROR(run.Check(0));
  }
  if (options.degrees) SKG_RETURN_IF_ERROR(analytics::Degrees(view, result));
  analytics::Steps steps(options.run, size_t{options.clustering} +
                                          size_t{options.component} +
                                          size_t{options.core});
  if (options.clustering) {
    SKG_ASSIGN_OR_RETURN(ClusteringResult clustering,
                         Clustering(view, {.run = steps.Next()}));
    result.clustering = std::move(clustering.coefficient);
    result.triangles = std::move(clustering.triangles);
  }
  if (options.component) {
    SKG_ASSIGN_OR_RETURN(
        ComponentsResult components,
        WeaklyConnectedComponents(view, {.run = steps.Next()}));
    result.component_size.reserve(components.component.size());
    for (const uint32_t component : components.component) {
      result.component_size.push_back(components.sizes[component]);
    }
    result.component = std::move(components.component);
  }
  if (options.core) {
    SKG_ASSIGN_OR_RETURN(CoreNumbersResult cores,
                         CoreNumbers(view, {.run = steps.Next()}));
    result.core = std::move(cores.core);
  }
  return result;
}

}  // namespace skg
