#include "kernels/kernels.h"
#include "skg/communities.h"

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

}  // namespace

std::vector<KernelCase> CommunityKernels() {
  return {{"louvain", RunLouvain}};
}

}  // namespace skg::bench
