#include <algorithm>
#include <limits>
#include <vector>

#include "analytics/component_numbers.h"
#include "analytics/csr.h"
#include "analytics/kernel_run.h"
#include "analytics/pace.h"
#include "base/status.h"
#include "skg/structure.h"

namespace skg {
namespace analytics {
namespace {

// Names are those of the paper: rindex[v] is 0 before v is met, then the index
// of the lowest vertex that it is known to lead back to, and from kLeast on the
// number of its component.
class Pearce {
 public:
  Pearce(const Adjacency& out, KernelRun& run)
      : out_(out),
        run_(run),
        rindex_(out.vertices()),
        is_root_(out.vertices()),
        next_edge_(out.vertices()),
        stack_(out.vertices()),
        component_(out.vertices()) {
    std::fill_n(rindex_.data(), rindex_.size(), 0);
  }

  absl::Status Run() {
    for (Vertex v = 0; v < out_.vertices(); ++v) {
      if (rindex_[v] == 0) SKG_RETURN_IF_ERROR(Visit(v));
      if (pace_.Due(1)) SKG_RETURN_IF_ERROR(Check());
    }
    // Numbers from the top down become labels from 0 up.
    const Vertex least = component_ + 1;
    for (Vertex v = 0; v < out_.vertices(); ++v) rindex_[v] -= least;
    return absl::OkStatus();
  }
  [[nodiscard]] std::span<const Vertex> labels() const {
    return rindex_.span();
  }

 private:
  absl::Status Visit(Vertex root) {
    Begin(root);
    while (path_end_ > 0) {
      const Vertex v = stack_[path_end_ - 1];
      const uint64_t from = next_edge_[v];
      const Vertex deeper = NextUnmet(v);
      if (pace_.Due(1 + next_edge_[v] - from)) SKG_RETURN_IF_ERROR(Check());
      if (deeper != v) {
        Begin(deeper);
        continue;
      }
      --path_end_;
      End(v);
      if (path_end_ > 0) Lower(stack_[path_end_ - 1], v);
    }
    return absl::OkStatus();
  }

  void Begin(Vertex v) {
    rindex_[v] = index_++;
    is_root_[v] = true;
    next_edge_[v] = out_.offsets[v];
    stack_[path_end_++] = v;
  }

  void Lower(Vertex v, Vertex w) {
    if (rindex_[w] >= rindex_[v]) return;
    rindex_[v] = rindex_[w];
    is_root_[v] = false;
  }

  // The first target that is not met yet, or v itself; those before it are
  // done with.
  Vertex NextUnmet(Vertex v) {
    const uint64_t end = out_.offsets[v + 1];
    uint64_t i = next_edge_[v];
    for (; i < end; ++i) {
      const Vertex w = out_.targets[i];
      if (rindex_[w] == 0) {
        next_edge_[v] = i + 1;
        return w;
      }
      Lower(v, w);
    }
    next_edge_[v] = end;
    return v;
  }

  // v leaves the path; a root takes its component with it. Those that wait for
  // their root lie at the other end of the stack.
  void End(Vertex v) {
    if (!is_root_[v]) {
      stack_[--wait_begin_] = v;
      return;
    }
    --index_;
    while (wait_begin_ < stack_.size() &&
           rindex_[v] <= rindex_[stack_[wait_begin_]]) {
      rindex_[stack_[wait_begin_++]] = component_;
      --index_;
    }
    rindex_[v] = component_--;
  }

  absl::Status Check() {
    return run_.Check(pace_.all() / static_cast<double>(1 + out_.edges()) / 2);
  }

  const Adjacency out_;
  KernelRun& run_;
  Pace pace_;
  Array<Vertex> rindex_;
  Array<bool> is_root_;
  Array<uint64_t> next_edge_;
  Array<Vertex> stack_;  // the path from its begin, who waits from its end
  size_t path_end_ = 0, wait_begin_ = stack_.size();
  Vertex index_ = 1;
  Vertex component_;  // the next, downwards: always above any index
};

}  // namespace
}  // namespace analytics

absl::StatusOr<ComponentsResult> StronglyConnectedComponents(
    const GraphView& view, const StronglyConnectedComponentsOptions& options) {
  analytics::KernelRun run(view, options.run);
  const size_t vertices = view.vertices();
  SKG_RETURN_IF_ERROR(run.Take(17 * vertices));
  SKG_RETURN_IF_ERROR(run.Take(analytics::NumberingBytes(vertices)));
  analytics::Pearce search(view.out(), run);
  SKG_RETURN_IF_ERROR(search.Run());
  return analytics::NumberComponents(search.labels());
}

}  // namespace skg
