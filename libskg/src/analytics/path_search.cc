#include "analytics/path_search.h"

#include <algorithm>
#include <utility>

#include "base/status.h"

namespace skg::analytics {
namespace {

// A sum from the target's end and one from the source's end may differ by
// rounding. This much less is a lower bound for both, for paths of up to
// millions of edges.
constexpr double kSlack = 1 - 1e-9;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

absl::StatusOr<PathSearch> PathSearch::Make(const GraphView& view,
                                            bool directed, EdgeLength length,
                                            const EdgeFilter& filter,
                                            KernelRun& run) {
  const WalkDirection direction =
      directed ? WalkDirection::kOut : WalkDirection::kBoth;
  SKG_ASSIGN_OR_RETURN(const Adjacency out, EdgesOf(view, direction));
  SKG_ASSIGN_OR_RETURN(const Adjacency in, EdgesOf(view, Reverse(direction)));
  SKG_RETURN_IF_ERROR(run.Take(24 * size_t{view.vertices()}));
  return PathSearch(out, in, length, filter, run);
}

PathSearch::PathSearch(const Adjacency& out, const Adjacency& in,
                       EdgeLength length, const EdgeFilter& filter,
                       KernelRun& run)
    : out_(out),
      in_(in),
      out_length_(out, length),
      in_length_(in, length),
      filter_(filter),
      run_(run),
      labels_(out.vertices()),
      marked_(out.vertices()),
      blocked_(out.vertices()) {}

bool PathSearch::MayGo(Vertex from, Vertex to, const PathQuery& query) const {
  if (from == query.start &&
      std::binary_search(query.closed.begin(), query.closed.end(), to)) {
    return false;
  }
  return MayGo(from, to);
}

double PathSearch::Priority(double length, Vertex v) const {
  if (!to_target_) return length;
  const double rest = to_target_->Has(v)
                          ? std::min(radius_, to_target_->At(v).length)
                          : radius_;
  return std::max(length, (length + rest) * kSlack);
}

bool PathSearch::Stale(const Entry& entry) const {
  const PathKey key = labels_.At(entry.vertex);
  return entry.edges != key.edges ||
         entry.priority != Priority(key.length, entry.vertex);
}

void PathSearch::Push(const Entry& entry) {
  heap_.push_back(entry);
  std::push_heap(heap_.begin(), heap_.end());
}

PathSearch::Entry PathSearch::Pop() {
  std::pop_heap(heap_.begin(), heap_.end());
  const Entry entry = heap_.back();
  heap_.pop_back();
  return entry;
}

absl::Status PathSearch::Step(uint64_t edges) {
  // An entry of the heap costs more than an edge.
  if (!pace_.Due(8 + edges)) return absl::OkStatus();
  if (const size_t bytes = heap_.capacity() * sizeof(Entry);
      bytes > heap_bytes_) {
    SKG_RETURN_IF_ERROR(run_.Take(bytes - heap_bytes_));
    heap_bytes_ = bytes;
  }
  return run_.Check(0.5);
}

absl::StatusOr<bool> PathSearch::AimAt(Vertex source, Vertex target,
                                       double max_length) {
  SKG_RETURN_IF_ERROR(run_.Take(16 * size_t{out_.vertices()}));
  Labels near(out_.vertices());
  near.Set(target, {});
  heap_.clear();
  Push({0, 0, target});
  while (!heap_.empty()) {
    const auto [length, edges, v] = Pop();
    if (length > near.At(v).length) continue;
    if (length * kSlack > max_length) return false;
    if (v == source) {
      to_target_ = std::move(near);
      radius_ = length;
      return true;
    }
    for (uint64_t i = in_.offsets[v]; i < in_.offsets[v + 1]; ++i) {
      const Vertex u = in_.targets[i];
      const double longer = length + in_length_(i);
      if (longer == kInfinity) continue;
      if (near.Has(u) && near.At(u).length <= longer) continue;
      if (!MayGo(u, v)) continue;
      near.Set(u, {longer, 0});
      Push({longer, 0, u});
    }
    SKG_RETURN_IF_ERROR(Step(in_.Degree(v)));
  }
  return false;
}

void PathSearch::Relax(Vertex v, const PathQuery& query, double& most) {
  const PathKey key = labels_.At(v);
  for (uint64_t i = out_.offsets[v]; i < out_.offsets[v + 1]; ++i) {
    const Vertex w = out_.targets[i];
    const PathKey longer = {key.length + out_length_(i), key.edges + 1};
    if (longer.length == kInfinity || blocked_.Has(w)) continue;
    if (labels_.Has(w) && !(longer < labels_.At(w))) continue;
    const double priority = Priority(longer.length, w);
    if (priority > most || !MayGo(v, w, query)) continue;
    labels_.Set(w, longer);
    Push({priority, longer.edges, w});
    if (w == query.target) most = longer.length;
  }
}

absl::StatusOr<std::optional<WeightedPath>> PathSearch::Find(
    const PathQuery& query) {
  labels_.Clear();
  labels_.Set(query.start, query.start_key);
  heap_.clear();
  Push({Priority(query.start_key.length, query.start), query.start_key.edges,
        query.start});
  double most = query.max_length;
  while (!heap_.empty()) {
    const Entry entry = Pop();
    if (entry.priority > most) break;
    if (Stale(entry)) continue;
    if (entry.vertex == query.target) {
      // With an aim, one of as many or fewer edges may still be on its way.
      if (!to_target_) break;
      continue;
    }
    Relax(entry.vertex, query, most);
    SKG_RETURN_IF_ERROR(Step(out_.Degree(entry.vertex)));
  }
  if (!labels_.Has(query.target)) return std::optional<WeightedPath>();
  SKG_RETURN_IF_ERROR(MarkWays(query));
  return std::optional(FirstWay(query));
}

bool PathSearch::Tight(Vertex from, Vertex to, double length,
                       const PathQuery& query) const {
  if (!labels_.Has(from) || !labels_.Has(to)) return false;
  const PathKey a = labels_.At(from), b = labels_.At(to);
  return a.length + length == b.length && a.edges + 1 == b.edges &&
         MayGo(from, to, query);
}

// From the target back along all edges that a first path may take. The number
// of edges falls on the way, so there is no circle even where lengths are 0.
absl::Status PathSearch::MarkWays(const PathQuery& query) {
  marked_.Clear();
  marked_.Add(query.target);
  std::vector<Vertex> ways = {query.target};
  while (!ways.empty()) {
    const Vertex v = ways.back();
    ways.pop_back();
    for (uint64_t i = in_.offsets[v]; i < in_.offsets[v + 1]; ++i) {
      const Vertex u = in_.targets[i];
      if (marked_.Has(u) || !Tight(u, v, in_length_(i), query)) continue;
      marked_.Add(u);
      if (u != query.start) ways.push_back(u);
    }
    SKG_RETURN_IF_ERROR(Step(in_.Degree(v)));
  }
  return absl::OkStatus();
}

WeightedPath PathSearch::FirstWay(const PathQuery& query) const {
  WeightedPath path;
  path.vertices = {query.start};
  path.length = labels_.At(query.target).length;
  for (Vertex v = query.start; v != query.target;) {
    uint64_t i = out_.offsets[v];
    while (!marked_.Has(out_.targets[i]) ||
           !Tight(v, out_.targets[i], out_length_(i), query)) {
      ++i;
    }
    v = out_.targets[i];
    path.vertices.push_back(v);
  }
  return path;
}

PathKey PathSearch::Longer(const PathKey& key, Vertex from, Vertex to) const {
  const auto targets = out_.Targets(from);
  const auto at = std::lower_bound(targets.begin(), targets.end(), to);
  const uint64_t edge =
      out_.offsets[from] + static_cast<uint64_t>(at - targets.begin());
  return {key.length + out_length_(edge), key.edges + 1};
}

}  // namespace skg::analytics
