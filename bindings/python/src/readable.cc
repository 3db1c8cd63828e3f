#include "objects.h"

namespace skg::python {

using Prepare = std::function<absl::StatusOr<PreparedQuery>(
    const std::string&, const PrepareOptions&)>;

Readable::Source GraphObject::Get(std::optional<PointInTime> as_of) const {
  Use<Graph> graph = Open();
  // Not the Use: who calls `view` holds `running` besides.
  return {graph.running_pointer(),
          [graph = graph.object(), as_of]() -> absl::StatusOr<ReadView> {
            return as_of ? graph->AsOf(*as_of) : graph->Latest();
          }};
}

Readable::DocumentSource GraphObject::Documents(
    std::optional<PointInTime> as_of) const {
  const Use<Graph> graph = Open();
  return {graph.running_pointer(), *graph, as_of};
}

Prepare GraphObject::Preparer() const {
  return
      [graph = Open()](const std::string& text, const PrepareOptions& options) {
        return graph->Prepare(text, options);
      };
}

static void RefuseAnotherState(const std::optional<PointInTime>& as_of) {
  if (as_of) {
    RaiseValue("as_of", "a view is one state already; ask the graph");
  }
}

Readable::Source ViewObject::Get(std::optional<PointInTime> as_of) const {
  RefuseAnotherState(as_of);
  Use<ReadView> view = Open();
  return {
      view.running_pointer(),
      [view = view.object()]() -> absl::StatusOr<ReadView> { return *view; }};
}

Readable::DocumentSource ViewObject::Documents(
    std::optional<PointInTime> as_of) const {
  RefuseAnotherState(as_of);
  const Use<ReadView> view = Open();
  return {view.running_pointer(), *graph_.Get(), view->commit()};
}

Prepare ViewObject::Preparer() const {
  return
      [view = Open()](const std::string& text, const PrepareOptions& options) {
        return view->Prepare(text, options);
      };
}

}  // namespace skg::python
