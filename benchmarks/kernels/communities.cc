#include "skg/communities.h"

#include "kernels/kernels.h"

namespace skg::bench {
namespace {

absl::StatusOr<nlohmann::json> RunLouvain(const GraphView& view,
                                          const KernelOptions& run) {
  const auto result = Louvain(view, {.run = run});
  if (!result.ok()) return result.status();
  return nlohmann::json{{"modularity", result->modularity},
                        {"communities", result->partition.communities},
                        {"levels", result->levels.size()}};
}

absl::StatusOr<nlohmann::json> RunLeiden(const GraphView& view,
                                         const KernelOptions& run) {
  const auto result = Leiden(view, {.run = run});
  if (!result.ok()) return result.status();
  return nlohmann::json{{"modularity", result->modularity},
                        {"communities", result->partition.communities},
                        {"iterations", result->iterations}};
}

absl::StatusOr<nlohmann::json> RunInfomap(const GraphView& view,
                                          const KernelOptions& run) {
  const auto result = Infomap(view, {.run = run});
  if (!result.ok()) return result.status();
  return nlohmann::json{{"codelength", result->codelength},
                        {"one_community", result->one_community},
                        {"communities", result->partition.communities}};
}

absl::StatusOr<nlohmann::json> RunDirectedInfomap(const GraphView& view,
                                                  const KernelOptions& run) {
  const auto result = Infomap(view, {.run = run, .flow = {.directed = true}});
  if (!result.ok()) return result.status();
  return nlohmann::json{{"codelength", result->codelength},
                        {"one_community", result->one_community},
                        {"communities", result->partition.communities}};
}

}  // namespace

std::vector<KernelCase> CommunityKernels() {
  return {{"louvain", RunLouvain},
          {"leiden", RunLeiden},
          {"infomap", RunInfomap},
          {"infomap-directed", RunDirectedInfomap}};
}

}  // namespace skg::bench
