#include "skg/communities.h"

#include <utility>

#include "kernels/kernels.h"

namespace skg::bench {
namespace {

// Of so many vertices a peer may compare the partitions themselves.
constexpr Vertex kMostShown = 2000;

nlohmann::json Answer(const Partition& partition, nlohmann::json quality) {
  quality["communities"] = partition.communities;
  if (partition.community.size() <= kMostShown) {
    quality["community"] = partition.community;
  }
  return quality;
}

absl::StatusOr<nlohmann::json> RunLouvain(const GraphView& view,
                                          const KernelOptions& run) {
  const auto result = Louvain(view, {.run = run});
  if (!result.ok()) return result.status();
  return Answer(result->partition, {{"modularity", result->modularity}});
}

absl::StatusOr<nlohmann::json> RunLeiden(const GraphView& view,
                                         const KernelOptions& run) {
  const auto result = Leiden(view, {.run = run});
  if (!result.ok()) return result.status();
  return Answer(result->partition, {{"modularity", result->modularity}});
}

absl::StatusOr<nlohmann::json> RunInfomapOf(const GraphView& view,
                                            const KernelOptions& run,
                                            const FlowOptions& flow) {
  const auto result = Infomap(view, {.run = run, .flow = flow});
  if (!result.ok()) return result.status();
  return Answer(result->partition, {{"codelength", result->codelength},
                                    {"one_community", result->one_community}});
}

absl::StatusOr<nlohmann::json> RunInfomap(const GraphView& view,
                                          const KernelOptions& run) {
  return RunInfomapOf(view, run, {});
}

absl::StatusOr<nlohmann::json> RunInfomapDirected(const GraphView& view,
                                                  const KernelOptions& run) {
  return RunInfomapOf(view, run, {.directed = true});
}

// The flow that igraph's Infomap codes.
absl::StatusOr<nlohmann::json> RunInfomapRecorded(const GraphView& view,
                                                  const KernelOptions& run) {
  return RunInfomapOf(view, run,
                      {.directed = true, .recorded_teleportation = true});
}

absl::StatusOr<nlohmann::json> RunLabels(const GraphView& view,
                                         const KernelOptions& run) {
  const auto result = LabelPropagation(view, {.run = run});
  if (!result.ok()) return result.status();
  const auto modularity = Modularity(view, result->partition, {.run = run});
  if (!modularity.ok()) return modularity.status();
  return Answer(result->partition, {{"modularity", *modularity}});
}

}  // namespace

std::vector<KernelCase> CommunityKernels() {
  return {{"louvain", RunLouvain},
          {"leiden", RunLeiden},
          {"infomap", RunInfomap},
          {"infomap-directed", RunInfomapDirected},
          {"infomap-recorded", RunInfomapRecorded},
          {"label-propagation", RunLabels}};
}

}  // namespace skg::bench
