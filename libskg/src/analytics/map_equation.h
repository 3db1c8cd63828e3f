// The two-level map equation, and moves that shorten its code.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "absl/status/status.h"
#include "analytics/community_graph.h"
#include "analytics/csr.h"
#include "analytics/flow.h"
#include "analytics/kernel_run.h"
#include "analytics/labels.h"

namespace skg::analytics {

[[nodiscard]] inline double PLogP(double p) {
  return p > 0 ? p * std::log2(p) : 0;
}

// What a community adds to the code, beside what its entering does to the sum
// of all.
struct CommunityCode {
  double enters = 0;
  double bits = 0;
};

[[nodiscard]] inline CommunityCode CodeOf(const VertexFlow& flow,
                                          bool balanced) {
  const double leaves = std::max(0.0, flow.AllLeaves());
  const double within = PLogP(leaves + std::max(0.0, flow.visits));
  if (balanced) return {leaves, within - 2 * PLogP(leaves)};
  const double enters = std::max(0.0, flow.enters);
  return {enters, within - PLogP(leaves) - PLogP(enters)};
}

// Bits a step. `entropy`: of the visits of the graph's vertices.
[[nodiscard]] double CodelengthOf(std::span<const VertexFlow> communities,
                                  bool balanced, double entropy);

// An Objective of LocalMoves: gains are bits a step.
class MapEquationObjective {
 public:
  [[nodiscard]] absl::Status Reserve(KernelRun& run, Vertex vertices) {
    SKG_RETURN_IF_ERROR(Grow(run, communities_, vertices));
    SKG_RETURN_IF_ERROR(Grow(run, sums_, vertices));
    return labels_.Reserve(run, vertices);
  }
  // `flows` of the vertices that move; they outlive the moves.
  [[nodiscard]] absl::Status Start(KernelRun& run, const AnyRows& rows,
                                   double scale, bool balanced,
                                   std::span<const VertexFlow> flows,
                                   std::span<const Vertex> community,
                                   double done);

  double& Near(Vertex community) { return communities_[community].near; }
  Vertex Choose(Vertex v, Vertex own, std::span<const Vertex> met,
                double& gain);

 private:
  struct Community {
    double near = 0;
    VertexFlow flow;
    CommunityCode code;
  };
  // With v, of which `between` flows to and from it, or without.
  static VertexFlow With(const VertexFlow& all, const VertexFlow& v,
                         double between);
  static VertexFlow Without(const VertexFlow& all, const VertexFlow& v,
                            double between);

  std::span<const VertexFlow> flows_;
  double scale_ = 0;
  bool balanced_ = true;
  double enters_ = 0;  // of all communities
  Array<Community> communities_;
  Array<VertexFlow> sums_;
  Labels labels_;
};

inline VertexFlow MapEquationObjective::With(const VertexFlow& all,
                                             const VertexFlow& v,
                                             double between) {
  return {all.visits + v.visits, all.leaves + v.leaves - between,
          all.enters + v.enters - between, all.teleports + v.teleports,
          all.vertices + v.vertices};
}

inline VertexFlow MapEquationObjective::Without(const VertexFlow& all,
                                                const VertexFlow& v,
                                                double between) {
  return {all.visits - v.visits, all.leaves - v.leaves + between,
          all.enters - v.enters + between, all.teleports - v.teleports,
          all.vertices - v.vertices};
}

inline Vertex MapEquationObjective::Choose(Vertex v, Vertex own,
                                           std::span<const Vertex> met,
                                           double& gain) {
  // Less is rounding: vertices could go in circles.
  constexpr double kLeastGain = 1e-12;
  const VertexFlow& flow = flows_[v];
  Community& home = communities_[own];
  const VertexFlow left =
      Without(home.flow, flow, std::exchange(home.near, 0.0) * scale_);
  const CommunityCode left_code = CodeOf(left, balanced_);
  // What the code is without v's old and new community's part in it.
  const double enters = enters_ - home.code.enters + left_code.enters;
  const double stays = PLogP(enters_) - left_code.bits + home.code.bits;
  double best = stays - kLeastGain;
  Vertex to = own;
  VertexFlow to_flow;
  CommunityCode to_code;
  const auto consider = [&](Vertex c, const VertexFlow& joined) {
    const CommunityCode code = CodeOf(joined, balanced_);
    const CommunityCode& before = communities_[c].code;
    const double bits =
        PLogP(std::max(0.0, enters - before.enters + code.enters)) + code.bits -
        before.bits;
    if (bits >= best) return;
    best = bits;
    to = c;
    to_flow = joined;
    to_code = code;
  };
  for (const Vertex c : met) {
    if (c == own) continue;
    Community& other = communities_[c];
    const double near = std::exchange(other.near, 0.0);
    if (near > 0) consider(c, With(other.flow, flow, near * scale_));
  }
  if (!labels_.Alone(own)) consider(labels_.Empty(), flow);
  if (to == own) return own;
  gain += stays - best;
  enters_ = enters - communities_[to].code.enters + to_code.enters;
  home.flow = left;
  home.code = left_code;
  communities_[to].flow = to_flow;
  communities_[to].code = to_code;
  // What is empty is empty exactly: rounding must not add up in it.
  if (labels_.Alone(own)) home = Community();
  labels_.Move(own, to);
  return to;
}

}  // namespace skg::analytics
