#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "analytics/kernel_run.h"
#include "analytics/path_search.h"
#include "analytics/walk.h"
#include "base/status.h"
#include "skg/paths.h"

namespace skg {
namespace analytics {
namespace {

// A path that may be one of the first, and after how many edges it left the
// one that it deviates from.
struct Candidate {
  WeightedPath path;
  size_t left_at = 0;

  friend bool operator<(const Candidate& a, const Candidate& b) {
    const auto &p = a.path.vertices, &q = b.path.vertices;
    if (a.path.length != b.path.length) return a.path.length < b.path.length;
    if (p.size() != q.size()) return p.size() < q.size();
    return p < q;
  }
};

class Yen {
 public:
  Yen(const KShortestPathsOptions& options, Vertex target, PathSearch& search,
      KernelRun& run)
      : options_(options), target_(target), search_(search), run_(run) {}

  absl::StatusOr<std::vector<WeightedPath>> Run(Vertex source) {
    SKG_RETURN_IF_ERROR(AddCandidate({&source, 1}, {}, {}));
    while (!candidates_.empty() && paths_.size() < options_.k) {
      auto next = candidates_.extract(candidates_.begin());
      paths_.push_back(std::move(next.value().path));
      SKG_RETURN_IF_ERROR(run_.Check(static_cast<double>(paths_.size() - 1) /
                                     static_cast<double>(options_.k)));
      if (paths_.size() < options_.k) {
        SKG_RETURN_IF_ERROR(Deviate(next.value().left_at));
      }
    }
    return std::move(paths_);
  }

 private:
  // The first path that leaves the last one after `edges` edges, for each
  // number of them. Before `left_at` they are known: from its parent, which it
  // equals so far.
  absl::Status Deviate(size_t left_at) {
    const std::vector<Vertex> path = paths_.back().vertices;
    // How many vertices each path that we have begins with of this one.
    std::vector<size_t> common;
    for (const WeightedPath& other : paths_) {
      const auto end =
          std::mismatch(path.begin(), path.end(), other.vertices.begin(),
                        other.vertices.end())
              .first;
      common.push_back(static_cast<size_t>(end - path.begin()));
    }
    search_.UnblockAll();
    PathKey key;  // of the part before the deviation
    for (size_t edges = 0; edges + 1 < path.size(); ++edges) {
      if (edges >= left_at) {
        std::vector<Vertex> closed;
        for (size_t i = 0; i < paths_.size(); ++i) {
          if (common[i] <= edges) continue;
          closed.push_back(paths_[i].vertices[edges + 1]);
        }
        std::sort(closed.begin(), closed.end());
        SKG_RETURN_IF_ERROR(
            AddCandidate(std::span(path).first(edges + 1), key, closed));
      }
      search_.Block(path[edges]);
      key = search_.Longer(key, path[edges], path[edges + 1]);
    }
    return absl::OkStatus();
  }

  absl::Status AddCandidate(std::span<const Vertex> root, const PathKey& key,
                            std::span<const Vertex> closed) {
    PathQuery query;
    query.start = root.back();
    query.start_key = key;
    query.closed = closed;
    query.target = target_;
    query.max_length = LongestWanted();
    SKG_ASSIGN_OR_RETURN(std::optional<WeightedPath> path, search_.Find(query));
    if (!path) return absl::OkStatus();
    path->vertices.insert(path->vertices.begin(), root.begin(), root.end() - 1);
    candidates_.insert({*std::move(path), root.size() - 1});
    if (candidates_.size() > options_.k - paths_.size()) {
      candidates_.erase(std::prev(candidates_.end()));
    }
    return absl::OkStatus();
  }

  // What is longer than as many candidates as are wanted is not looked for.
  [[nodiscard]] double LongestWanted() const {
    if (candidates_.size() < options_.k - paths_.size()) {
      return options_.max_length;
    }
    return candidates_.rbegin()->path.length;
  }

  const KShortestPathsOptions& options_;
  const Vertex target_;
  PathSearch& search_;
  KernelRun& run_;
  std::vector<WeightedPath> paths_;
  std::set<Candidate> candidates_;  // never more than are wanted yet
};

}  // namespace
}  // namespace analytics

absl::StatusOr<KShortestPathsResult> KShortestPaths(
    const GraphView& view, Vertex source, Vertex target,
    const KShortestPathsOptions& options) {
  SKG_RETURN_IF_ERROR(analytics::CheckVertex(view, source, "source"));
  SKG_RETURN_IF_ERROR(analytics::CheckVertex(view, target, "target"));
  SKG_RETURN_IF_ERROR(analytics::CheckMaxLength(options.max_length));
  if (options.k == 0) {
    return absl::InvalidArgumentError("k is 0; ask for 1 path or more");
  }
  analytics::KernelRun run(view, options.run);
  SKG_RETURN_IF_ERROR(run.Check(0));
  if (source == target) return KShortestPathsResult{{{{source}, 0}}};
  SKG_ASSIGN_OR_RETURN(
      analytics::PathSearch search,
      analytics::PathSearch::Make(view, options.directed, options.length,
                                  options.edge_filter, run));
  SKG_ASSIGN_OR_RETURN(const bool reached,
                       search.AimAt(source, target, options.max_length));
  if (!reached) return KShortestPathsResult();
  SKG_ASSIGN_OR_RETURN(
      std::vector<WeightedPath> paths,
      analytics::Yen(options, target, search, run).Run(source));
  return KShortestPathsResult{std::move(paths)};
}

}  // namespace skg
