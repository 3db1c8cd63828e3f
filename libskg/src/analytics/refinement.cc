#include "analytics/refinement.h"

#include <utility>

#include "analytics/labels.h"
#include "base/status.h"

namespace skg::analytics {
namespace {

// Edges that are looked at in a fraction of a millisecond.
constexpr uint64_t kWorkACheck = 100'000;

}  // namespace

absl::Status Refinement::Reserve(Vertex vertices) {
  SKG_RETURN_IF_ERROR(Grow(run_, parts_, vertices));
  SKG_RETURN_IF_ERROR(Grow(run_, of_community_, vertices));
  SKG_RETURN_IF_ERROR(Grow(run_, joined_, vertices));
  SKG_RETURN_IF_ERROR(Grow(run_, order_, vertices));
  return Grow(run_, met_, size_t{vertices} + 1);
}

absl::Status Refinement::Refine(const AnyRows& rows,
                                std::span<const double> degrees,
                                std::span<const Vertex> community,
                                double expected, SplitMix& random, double done,
                                std::span<Vertex> part) {
  expected_ = expected;
  const Vertex vertices = VerticesOf(rows);
  SumBy(degrees, community, of_community_.span().first(vertices));
  SortByCommunity(community, random);
  for (Vertex v = 0; v < vertices; ++v) {
    part[v] = v;
    joined_[v] = 0;
    parts_[v] = {0, degrees[v], 0};
  }
  return std::visit(
      [&](const auto& any) { return MergeAll(any, community, done, part); },
      rows);
}

// Shuffled within communities; one community after the other, so that what is
// read of one stays at hand.
void Refinement::SortByCommunity(std::span<const Vertex> community,
                                 SplitMix& random) {
  const size_t vertices = community.size();
  const auto shuffled = met_.span().first(vertices);
  Shuffle(shuffled, random);
  const auto begins = joined_.span().first(vertices);
  std::fill(begins.begin(), begins.end(), Vertex{0});
  for (const Vertex c : community) ++begins[c];
  Vertex sum = 0;
  for (Vertex& begin : begins) sum += std::exchange(begin, sum);
  for (const Vertex v : shuffled) order_[begins[community[v]]++] = v;
}

template <typename Weight>
absl::Status Refinement::MergeAll(const Rows<Weight>& rows,
                                  std::span<const Vertex> community,
                                  double done, std::span<Vertex> part) {
  const Vertex vertices = rows.vertices();
  const auto prefetch = [&](Vertex i) {
    if (i + 8 < vertices) __builtin_prefetch(&rows.begins[order_[i + 8]]);
    if (i + 4 >= vertices) return;
    __builtin_prefetch(rows.targets + rows.begins[order_[i + 4]]);
  };
  uint64_t work = 0;
  for (Vertex begin = 0, end = 0; begin < vertices; begin = end) {
    const Vertex own = community[order_[begin]];
    while (end < vertices && community[order_[end]] == own) {
      prefetch(end);
      const Vertex v = order_[end++];
      Start(rows, community, v);
      work += 8 + rows.ends[v] - rows.begins[v];
      if (work < kWorkACheck) continue;
      work = 0;
      SKG_RETURN_IF_ERROR(run_.Check(done));
    }
    for (Vertex i = begin; i < end; ++i) {
      Merge(rows, community, order_[i], part);
      work += 8 + rows.ends[order_[i]] - rows.begins[order_[i]];
      if (work < kWorkACheck) continue;
      work = 0;
      SKG_RETURN_IF_ERROR(run_.Check(done));
    }
  }
  return absl::OkStatus();
}

template <typename Weight>
void Refinement::Start(const Rows<Weight>& rows,
                       std::span<const Vertex> community, Vertex v) {
  const Vertex own = community[v];
  double to_rest = 0;
  for (uint64_t i = rows.begins[v]; i < rows.ends[v]; ++i) {
    const Vertex u = rows.targets[i];
    to_rest += community[u] == own && u != v ? rows.WeightOf(i) : 0;
  }
  parts_[v].to_rest = to_rest;
}

template <typename Weight>
void Refinement::Merge(const Rows<Weight>& rows,
                       std::span<const Vertex> community, Vertex v,
                       std::span<Vertex> part) {
  if (joined_[v] != 0) return;
  const Vertex own = community[v];
  const double degree = parts_[v].degrees, to_rest = parts_[v].to_rest;
  const double of_community = of_community_[own];
  if (to_rest == 0 || !WellConnected(to_rest, degree, of_community)) return;
  size_t count = 0;
  for (uint64_t i = rows.begins[v]; i < rows.ends[v]; ++i) {
    const Vertex u = rows.targets[i];
    if (community[u] != own || u == v) continue;
    double& near = parts_[part[u]].near;
    met_[count] = part[u];
    count += near == 0 ? 1 : 0;
    near += rows.WeightOf(i);
  }
  // What hangs together by no weight must stay apart even where it would lose
  // nothing.
  double best = 0, best_near = 0;
  Vertex to = v;
  for (size_t i = 0; i < count; ++i) {
    Part& other = parts_[met_[i]];
    const double near = std::exchange(other.near, 0.0);
    const double gain = near - expected_ * degree * other.degrees;
    if (!(gain > best) || near == 0 ||
        !WellConnected(other.to_rest, other.degrees, of_community)) {
      continue;
    }
    best = gain;
    best_near = near;
    to = met_[i];
  }
  if (to == v) return;
  part[v] = to;
  joined_[to] = 1;
  parts_[to].degrees += degree;
  parts_[to].to_rest += to_rest - 2 * best_near;
}

namespace {

template <typename Weight>
absl::StatusOr<Vertex> Split(KernelRun& run, const Rows<Weight>& rows,
                             std::span<const Vertex> community, double done,
                             std::span<Vertex> split, std::span<Vertex> open) {
  const Vertex vertices = rows.vertices(), none = vertices;
  std::fill(split.begin(), split.end(), none);
  Vertex parts = 0;
  uint64_t work = 0;
  for (Vertex root = 0; root < vertices; ++root) {
    if (split[root] != none) continue;
    size_t waiting = 0;
    split[root] = parts;
    open[waiting++] = root;
    while (waiting > 0) {
      const Vertex v = open[--waiting];
      for (uint64_t i = rows.begins[v]; i < rows.ends[v]; ++i) {
        const Vertex u = rows.targets[i];
        if (split[u] != none || community[u] != community[v] ||
            rows.WeightOf(i) == 0) {
          continue;
        }
        split[u] = parts;
        open[waiting++] = u;
      }
      work += 8 + rows.ends[v] - rows.begins[v];
      if (work < kWorkACheck) continue;
      work = 0;
      SKG_RETURN_IF_ERROR(run.Check(done));
    }
    ++parts;
  }
  return parts;
}

}  // namespace

absl::StatusOr<Vertex> SplitDisconnected(KernelRun& run, const AnyRows& rows,
                                         std::span<Vertex> community,
                                         double done) {
  const size_t vertices = community.size();
  SKG_RETURN_IF_ERROR(run.Take(2 * vertices * sizeof(Vertex)));
  Array<Vertex> split(vertices), open(vertices);
  SKG_ASSIGN_OR_RETURN(const Vertex parts, std::visit(
                                               [&](const auto& any) {
                                                 return Split(
                                                     run, any, community, done,
                                                     split.span(), open.span());
                                               },
                                               rows));
  std::copy_n(split.data(), vertices, community.begin());
  return parts;
}

}  // namespace skg::analytics
