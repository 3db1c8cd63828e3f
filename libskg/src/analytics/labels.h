// Numbers of communities while vertices move between them.
#pragma once

#include <span>

#include "absl/status/status.h"
#include "analytics/community_graph.h"
#include "analytics/csr.h"
#include "analytics/kernel_run.h"
#include "base/status.h"
#include "skg/communities.h"

namespace skg::analytics {

// How many members each community has, and which have none.
class Labels {
 public:
  [[nodiscard]] absl::Status Reserve(KernelRun& run, Vertex vertices) {
    SKG_RETURN_IF_ERROR(Grow(run, members_, vertices));
    return Grow(run, empty_, vertices);
  }
  // Every vertex a member of its community, below community.size().
  void Start(std::span<const Vertex> community) {
    const size_t vertices = community.size();
    for (size_t c = 0; c < vertices; ++c) members_[c] = 0;
    for (const Vertex c : community) ++members_[c];
    empty_count_ = 0;
    for (size_t c = vertices; c-- > 0;) {
      if (members_[c] == 0) empty_[empty_count_++] = static_cast<Vertex>(c);
    }
  }
  [[nodiscard]] bool Alone(Vertex community) const {
    return members_[community] == 1;
  }
  // There is one wherever some vertex is not alone.
  [[nodiscard]] Vertex Empty() const { return empty_[empty_count_ - 1]; }
  // `to` is Empty() or has members.
  void Move(Vertex from, Vertex to) {
    if (members_[to]++ == 0) --empty_count_;
    if (--members_[from] == 0) empty_[empty_count_++] = from;
  }

 private:
  Array<Vertex> members_, empty_;
  size_t empty_count_ = 0;
};

// Renumbers communities from 0 in the sequence in which they are met, and gives
// how many there are. `scratch`: as long as `community`, whose numbers are
// below that.
Vertex Compact(std::span<Vertex> community, std::span<Vertex> scratch);
// community[v] becomes next[community[v]].
void Compose(std::span<Vertex> community, std::span<const Vertex> next);

// Sums of `values` by community, in the sequence of the vertices.
void SumBy(std::span<const double> values, std::span<const Vertex> community,
           std::span<double> sums);

// kInvalidArgument: it is none of the view's.
[[nodiscard]] absl::Status CheckPartition(const GraphView& view,
                                          const Partition& partition);

}  // namespace skg::analytics
