// What a public ReadView holds; shared by its copies and its cursors.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "engine/graph_impl.h"
#include "skg/read_view.h"
#include "skg/time_travel.h"
#include "storage/read_view.h"

namespace skg::engine {

// Thread-safe.
class ViewImpl {
 public:
  ViewImpl(std::shared_ptr<const GraphImpl> graph, storage::ReadView view)
      : graph_(std::move(graph)), view_(std::move(view)) {}

  // The present state of a graph. kNotFound: it was dropped.
  [[nodiscard]] static absl::StatusOr<std::shared_ptr<const ViewImpl>> Latest(
      std::shared_ptr<const GraphImpl> graph);
  // kOutOfRange: see Graph::AsOf. Unset: the present.
  [[nodiscard]] static absl::StatusOr<std::shared_ptr<const ViewImpl>> AsOf(
      std::shared_ptr<const GraphImpl> graph,
      const std::optional<PointInTime>& point);
  [[nodiscard]] static ReadView Wrap(std::shared_ptr<const ViewImpl> impl) {
    return ReadView(std::move(impl));
  }
  [[nodiscard]] static const std::shared_ptr<const ViewImpl>& Of(
      const ReadView& view) {
    return view.impl_;
  }
  // The public classes that only their makers may construct.
  [[nodiscard]] static StatementCursor WrapCursor(
      std::unique_ptr<CursorImpl> impl);

  [[nodiscard]] const GraphImpl& graph() const { return *graph_; }
  [[nodiscard]] const std::shared_ptr<const GraphImpl>& shared_graph() const {
    return graph_;
  }
  [[nodiscard]] const storage::ReadView& view() const { return view_; }
  [[nodiscard]] const rdf::NameSpace& names() const { return graph_->names(); }

 private:
  // Destroyed last: the view stands on the graph's store.
  std::shared_ptr<const GraphImpl> graph_;
  storage::ReadView view_;
};

}  // namespace skg::engine
