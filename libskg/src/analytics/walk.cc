#include "analytics/walk.h"

#include "absl/strings/str_cat.h"
#include "analytics/graph_view_impl.h"
#include "base/strings.h"

namespace skg::analytics {

absl::Status CheckVertex(const GraphView& view, Vertex vertex,
                         std::string_view name) {
  if (vertex < view.vertices()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(av(name), ": there is no vertex ", vertex,
                   "; the graph has ", view.vertices(), ", numbered from 0"));
}

absl::Status CheckMaxLength(double max_length) {
  if (max_length >= 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("max_length is ", max_length, "; it must be 0 or more"));
}

absl::StatusOr<Adjacency> EdgesOf(const GraphView& view,
                                  WalkDirection direction) {
  switch (direction) {
    case WalkDirection::kOut:
      return view.out();
    case WalkDirection::kIn:
      return view.in();
    case WalkDirection::kBoth:
      return view.both();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "direction: there is none of number ", static_cast<int>(direction)));
}

std::optional<Adjacency> MadeEdgesOf(const GraphView& view,
                                     WalkDirection direction) {
  if (direction == WalkDirection::kIn) return GraphViewImpl::Of(view).made_in();
  auto edges = EdgesOf(view, direction);
  if (!edges.ok()) return std::nullopt;
  return *edges;
}

WalkDirection Reverse(WalkDirection direction) {
  switch (direction) {
    case WalkDirection::kOut:
      return WalkDirection::kIn;
    case WalkDirection::kIn:
      return WalkDirection::kOut;
    case WalkDirection::kBoth:
      return WalkDirection::kBoth;
  }
  return direction;
}

}  // namespace skg::analytics
