#include "analytics/map_equation.h"

#include "base/status.h"
#include "skg/communities.h"

namespace skg {
namespace analytics {

double CodelengthOf(std::span<const VertexFlow> communities, bool balanced,
                    double entropy) {
  double enters = 0, bits = 0;
  for (const VertexFlow& flow : communities) {
    const CommunityCode code = CodeOf(flow, balanced);
    enters += code.enters;
    bits += code.bits;
  }
  return std::max(0.0, PLogP(enters) + bits + entropy);
}

absl::Status MapEquationObjective::Start(KernelRun& run, const AnyRows& rows,
                                         double scale, bool balanced,
                                         std::span<const VertexFlow> flows,
                                         std::span<const Vertex> community,
                                         double done) {
  flows_ = flows;
  scale_ = scale;
  balanced_ = balanced;
  enters_ = 0;
  labels_.Start(community);
  const auto sums = sums_.span().first(flows.size());
  SKG_RETURN_IF_ERROR(SumFlows(run, rows, scale, flows, community, done, sums));
  for (size_t c = 0; c < sums.size(); ++c) {
    communities_[c] = {0, sums[c], CodeOf(sums[c], balanced)};
    enters_ += communities_[c].code.enters;
  }
  return absl::OkStatus();
}

}  // namespace analytics

absl::StatusOr<double> Codelength(const GraphView& view,
                                  const Partition& partition,
                                  const CodelengthOptions& options) {
  SKG_RETURN_IF_ERROR(analytics::CheckFlowOptions(options.flow));
  SKG_RETURN_IF_ERROR(analytics::CheckPartition(view, partition));
  analytics::KernelRun run(view, options.run);
  SKG_ASSIGN_OR_RETURN(const analytics::Flow flow,
                       analytics::FlowOf(run, view, options.flow));
  SKG_RETURN_IF_ERROR(
      run.Take(size_t{partition.communities} * sizeof(analytics::VertexFlow)));
  std::vector<analytics::VertexFlow> communities(partition.communities);
  SKG_RETURN_IF_ERROR(analytics::SumFlows(run, flow.rows, flow.scale,
                                          flow.vertices.span(),
                                          partition.community, 1, communities));
  return analytics::CodelengthOf(communities, flow.balanced, flow.entropy);
}

}  // namespace skg
