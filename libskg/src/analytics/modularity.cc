#include "analytics/modularity.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace skg {
namespace analytics {
namespace {

constexpr uint64_t kVerticesAPiece = 4096;

// The weight of the entries of each piece of vertices that lead within the
// vertex's community, loops `loops` times, summed up in sequence.
absl::StatusOr<double> WeightWithin(KernelRun& run, const AnyRows& rows,
                                    std::span<const Vertex> community,
                                    int loops, double done) {
  const Vertex vertices = VerticesOf(rows);
  std::vector<double> pieces(vertices / kVerticesAPiece + 1);
  const auto sum_rows = [&](const auto& any, uint64_t begin, uint64_t end) {
    double within = 0;
    for (uint64_t v = begin; v < end; ++v) {
      for (uint64_t i = any.begins[v]; i < any.ends[v]; ++i) {
        const Vertex u = any.targets[i];
        if (community[u] != community[v]) continue;
        within += u == v ? loops * any.WeightOf(i) : any.WeightOf(i);
      }
    }
    return within;
  };
  run.team().For(
      vertices, kVerticesAPiece, [&](uint64_t begin, uint64_t end, size_t) {
        if (run.Stopped()) return;
        pieces[begin / kVerticesAPiece] = std::visit(
            [&](const auto& any) { return sum_rows(any, begin, end); }, rows);
      });
  SKG_RETURN_IF_ERROR(run.Check(done));
  return Sum(pieces);
}

std::vector<double> ByCommunity(std::span<const double> values,
                                const Partition& partition) {
  std::vector<double> sums(partition.communities);
  SumBy(values, partition.community, sums);
  return sums;
}

absl::StatusOr<double> DirectedModularity(KernelRun& run, const GraphView& view,
                                          const Partition& partition,
                                          const ModularityOptions& options) {
  SKG_ASSIGN_OR_RETURN(const Adjacency in_edges, view.in());
  const AnyRows out = RowsOf(view.out(), options.weighted);
  SKG_ASSIGN_OR_RETURN(const Array<double> out_degrees, Degrees(run, out, 1));
  SKG_ASSIGN_OR_RETURN(const Array<double> in_degrees,
                       Degrees(run, RowsOf(in_edges, options.weighted), 1));
  const double all = Sum(out_degrees.span());
  if (all == 0) return 0.0;
  SKG_ASSIGN_OR_RETURN(const double within,
                       WeightWithin(run, out, partition.community, 1, 0.5));
  const std::vector<double> outs = ByCommunity(out_degrees.span(), partition),
                            ins = ByCommunity(in_degrees.span(), partition);
  double expected = 0;
  for (size_t c = 0; c < outs.size(); ++c) {
    expected += outs[c] / all * (ins[c] / all);
  }
  return within / all - options.resolution * expected;
}

}  // namespace

absl::Status CheckNotNegative(absl::string_view name, double value) {
  if (std::isfinite(value) && value >= 0) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      name, " is ", value, "; it is a finite number of at least 0"));
}

absl::StatusOr<double> UndirectedModularity(KernelRun& run, const AnyRows& rows,
                                            std::span<const double> degrees,
                                            const Partition& partition,
                                            double resolution, double done) {
  const double all = Sum(degrees);
  if (all == 0) return 0.0;
  SKG_ASSIGN_OR_RETURN(const double within,
                       WeightWithin(run, rows, partition.community, 2, done));
  double expected = 0;
  for (const double sum : ByCommunity(degrees, partition)) {
    expected += sum / all * (sum / all);
  }
  return within / all - resolution * expected;
}

}  // namespace analytics

absl::StatusOr<double> Modularity(const GraphView& view,
                                  const Partition& partition,
                                  const ModularityOptions& options) {
  SKG_RETURN_IF_ERROR(
      analytics::CheckNotNegative("resolution", options.resolution));
  SKG_RETURN_IF_ERROR(analytics::CheckPartition(view, partition));
  analytics::KernelRun run(view, options.run);
  SKG_RETURN_IF_ERROR(
      run.Take(size_t{partition.communities} * 2 * sizeof(double)));
  if (options.directed) {
    return analytics::DirectedModularity(run, view, partition, options);
  }
  SKG_ASSIGN_OR_RETURN(const Adjacency both, view.both());
  const analytics::AnyRows rows = analytics::RowsOf(both, options.weighted);
  SKG_ASSIGN_OR_RETURN(const analytics::Array<double> degrees,
                       analytics::Degrees(run, rows, 2));
  return analytics::UndirectedModularity(run, rows, degrees.span(), partition,
                                         options.resolution, 0.5);
}

absl::StatusOr<std::vector<double>> Conductance(
    const GraphView& view, const Partition& partition,
    const ConductanceOptions& options) {
  SKG_RETURN_IF_ERROR(analytics::CheckPartition(view, partition));
  analytics::KernelRun run(view, options.run);
  SKG_RETURN_IF_ERROR(
      run.Take(size_t{partition.communities} * 2 * sizeof(double) +
               size_t{view.vertices()} * sizeof(double)));
  SKG_ASSIGN_OR_RETURN(const Adjacency both, view.both());
  const analytics::AnyRows rows = analytics::RowsOf(both, options.weighted);
  SKG_ASSIGN_OR_RETURN(const analytics::Array<double> degrees,
                       analytics::Degrees(run, rows, 2));
  std::vector<double> leaving(view.vertices());
  run.team().For(view.vertices(), analytics::kVerticesAPiece,
                 [&](uint64_t begin, uint64_t end, size_t) {
                   if (run.Stopped()) return;
                   std::visit(
                       [&](const auto& any) {
                         for (uint64_t v = begin; v < end; ++v) {
                           for (uint64_t i = any.begins[v]; i < any.ends[v];
                                ++i) {
                             if (partition.community[any.targets[i]] !=
                                 partition.community[v]) {
                               leaving[v] += any.WeightOf(i);
                             }
                           }
                         }
                       },
                       rows);
                 });
  SKG_RETURN_IF_ERROR(run.Check(0.5));
  const double all = analytics::Sum(degrees.span());
  const std::vector<double> volumes =
      analytics::ByCommunity(degrees.span(), partition);
  std::vector<double> conductance = analytics::ByCommunity(leaving, partition);
  for (size_t c = 0; c < conductance.size(); ++c) {
    const double least = std::min(volumes[c], all - volumes[c]);
    conductance[c] =
        conductance[c] > 0 ? std::min(1.0, conductance[c] / least) : 0;
  }
  return conductance;
}

}  // namespace skg
