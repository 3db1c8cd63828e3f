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

void PathSearch::Push(std::vector<Entry>& heap, const Entry& entry) {
  heap.push_back(entry);
  std::push_heap(heap.begin(), heap.end());
}

PathSearch::Entry PathSearch::Pop(std::vector<Entry>& heap) {
  std::pop_heap(heap.begin(), heap.end());
  const Entry entry = heap.back();
  heap.pop_back();
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

template <bool kForward, typename Met>
void PathSearch::Expand(const Entry& entry, std::vector<Entry>& heap,
                        Labels& labels, Met met) {
  const Adjacency& edges = kForward ? out_ : in_;
  const LengthOf& length_of = kForward ? out_length_ : in_length_;
  const Vertex v = entry.vertex;
  for (uint64_t i = edges.offsets[v]; i < edges.offsets[v + 1]; ++i) {
    const Vertex w = edges.targets[i];
    const double longer = entry.priority + length_of(i);
    if (longer == kInfinity) continue;
    if (labels.Has(w) && labels.At(w).length <= longer) continue;
    if (!(kForward ? MayGo(v, w) : MayGo(w, v))) continue;
    labels.Set(w, {longer, 0});
    Push(heap, {longer, 0, w});
    met(w, longer);
  }
}

absl::StatusOr<bool> PathSearch::AimAt(Vertex source, Vertex target,
                                       double max_length) {
  SKG_RETURN_IF_ERROR(run_.Take(16 * size_t{out_.vertices()}));
  Labels near(out_.vertices());
  near.Set(target, {});
  heap_.clear();
  Push(heap_, {0, 0, target});
  while (!heap_.empty()) {
    const Entry entry = Pop(heap_);
    if (entry.priority > near.At(entry.vertex).length) continue;
    if (entry.priority * kSlack > max_length) return false;
    if (entry.vertex == source) {
      to_target_ = std::move(near);
      radius_ = entry.priority;
      return true;
    }
    Expand<false>(entry, heap_, near, [](Vertex, double) {});
    SKG_RETURN_IF_ERROR(Step(in_.Degree(entry.vertex)));
  }
  return false;
}

absl::StatusOr<std::optional<double>> PathSearch::AimFromBothEnds(
    Vertex source, Vertex target, double max_length) {
  SKG_RETURN_IF_ERROR(run_.Take(16 * size_t{out_.vertices()}));
  Labels near(out_.vertices());
  near.Set(target, {});
  labels_.Clear();
  labels_.Set(source, {});
  std::vector<Entry> back;
  heap_.clear();
  Push(heap_, {0, 0, source});
  Push(back, {0, 0, target});
  double best = kInfinity;
  uint64_t work = 0, back_work = 0;  // edges seen from either end
  while (!heap_.empty() && !back.empty()) {
    const double least = heap_.front().priority + back.front().priority;
    if (least >= best || least * kSlack > max_length) break;
    const bool forward = work <= back_work;
    const Entry entry = Pop(forward ? heap_ : back);
    const Vertex v = entry.vertex;
    if (entry.priority > (forward ? labels_ : near).At(v).length) continue;
    const uint64_t degree = 1 + (forward ? out_ : in_).Degree(v);
    (forward ? work : back_work) += degree;
    const auto met = [&](Vertex w, double length) {
      const Labels& others = forward ? near : labels_;
      if (others.Has(w)) best = std::min(best, length + others.At(w).length);
    };
    forward ? Expand<true>(entry, heap_, labels_, met)
            : Expand<false>(entry, back, near, met);
    SKG_RETURN_IF_ERROR(Step(degree));
  }
  if (best == kInfinity) return std::optional<double>();
  radius_ = back.empty() ? kInfinity : back.front().priority;
  to_target_ = std::move(near);
  return std::optional<double>(best / kSlack);
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
    Push(heap_, {priority, longer.edges, w});
    if (w == query.target) most = longer.length;
  }
}

absl::StatusOr<std::optional<WeightedPath>> PathSearch::Find(
    const PathQuery& query) {
  labels_.Clear();
  labels_.Set(query.start, query.start_key);
  heap_.clear();
  Push(heap_, {Priority(query.start_key.length, query.start),
               query.start_key.edges, query.start});
  double most = query.max_length;
  while (!heap_.empty()) {
    const Entry entry = Pop(heap_);
    if (entry.priority > most) break;
    // No path through it, or through one of those behind it, comes first.
    if (labels_.Has(query.target) &&
        !(PathKey{entry.priority, entry.edges} < labels_.At(query.target))) {
      break;
    }
    if (Stale(entry)) continue;
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
