// The past of a graph: what differs between two states, how much is kept.
#include <stop_token>

#include "call.h"
#include "cursor.h"
#include "objects.h"
#include "options.h"
#include "statements.h"
#include "times.h"

namespace skg::python {
namespace {

py::object StatementOrNone(const Statement& statement, bool there) {
  if (!there) return py::none();
  return py::reinterpret_steal<py::object>(StatementObject(statement));
}

py::tuple DifferenceObject(const Difference& difference) {
  const bool added = difference.kind == Difference::Kind::kAdded;
  const bool removed = difference.kind == Difference::Kind::kRemoved;
  return py::make_tuple(added ? "added" : (removed ? "removed" : "changed"),
                        StatementOrNone(difference.before, !added),
                        StatementOrNone(difference.after, !removed));
}

class DifferencesObject {
 public:
  using Cursor = Locked<DifferenceCursor>;

  // stop: what the cursor was made with.
  DifferencesObject(std::shared_ptr<EngineState> engine,
                    DifferenceCursor cursor, std::stop_source stop)
      : handle_(std::move(engine), std::make_shared<Cursor>(std::move(cursor)),
                "the cursor"),
        stop_(std::move(stop)) {}

  // A list of tuples; None: there are no more.
  py::object Next() {
    if (ended_) return py::none();
    const auto batch = NextBatch<std::vector<Difference>>(handle_.Get(), stop_);
    ended_ = batch.empty();
    if (ended_) return py::none();
    py::list list;
    for (const Difference& difference : batch) {
      list.append(DifferenceObject(difference));
    }
    return list;
  }
  void Close() { handle_.Close(); }

 private:
  Handle<Cursor> handle_;
  std::stop_source stop_;
  bool ended_ = false;
};

// A skg._skg.ReadView, or a point in time of the graph (None: now).
Readable::Source StateOf(const GraphObject& graph, py::handle value,
                         const char* argument) {
  if (!py::isinstance<ViewObject>(value)) {
    return graph.Get(PointOf(value, argument));
  }
  const auto& view = value.cast<const ViewObject&>();
  if (view.engine() != graph.engine()) {
    RaiseValue(argument, "is a view of another engine");
  }
  return view.Get(std::nullopt);
}

std::unique_ptr<DifferencesObject> Diff(const GraphObject& self,
                                        const py::object& before,
                                        const py::object& after,
                                        const py::dict& given) {
  const Options read(given);
  DiffOptions options;
  read.Flag("metadata", options.include_metadata);
  read.Flag("identity", options.include_identity);
  options.deadline = DeadlineOf(read.Find("timeout"));
  std::stop_source stop;
  options.stop = stop.get_token();
  auto cursor =
      Value(Run([graph = self.Open(), from = StateOf(self, before, "before"),
                 to = StateOf(self, after, "after"), pattern = PatternOf(read),
                 options]() -> absl::StatusOr<DifferenceCursor> {
        const auto from_view = from.view();
        if (!from_view.ok()) return from_view.status();
        const auto to_view = to.view();
        if (!to_view.ok()) return to_view.status();
        return graph->Diff(*from_view, *to_view, pattern, options);
      }));
  return std::make_unique<DifferencesObject>(self.engine(), std::move(cursor),
                                             std::move(stop));
}

// (first state, first change, seconds or None)
py::tuple Limits(const GraphObject& self) {
  const HistoryLimits limits =
      Value(Run([graph = self.Open()] { return graph->history_limits(); }));
  py::object kept = py::none();
  if (limits.kept_for)
    kept = py::float_(absl::ToDoubleSeconds(*limits.kept_for));
  return py::make_tuple(limits.first_state, limits.first_change, kept);
}

void KeepHistoryFor(const GraphObject& self, const py::object& span) {
  std::optional<absl::Duration> kept;
  if (!span.is_none()) kept = DurationOf(span, "kept_for");
  Check(
      Run([graph = self.Open(), kept] { return graph->KeepHistoryFor(kept); }));
}

void ForgetHistoryBefore(const GraphObject& self, const py::object& point) {
  const auto before = PointOf(point, "point");
  if (!before) {
    RaiseType("point", "a commit (int), a datetime or an ISO 8601 str", point);
  }
  Check(Run([graph = self.Open(), before] {
    return graph->ForgetHistoryBefore(*before);
  }));
}

void ForgetChangesBefore(const GraphObject& self, uint64_t commit) {
  Check(Run([graph = self.Open(), commit] {
    return graph->ForgetChangesBefore(commit);
  }));
}

}  // namespace

void BindPast(py::module_& module) {
  py::class_<DifferencesObject>(module, "Differences")
      .def("next", &DifferencesObject::Next)
      .def("close", &DifferencesObject::Close);
  module.def("diff", Diff);
  module.def("history_limits", Limits);
  module.def("keep_history_for", KeepHistoryFor);
  module.def("forget_history_before", ForgetHistoryBefore);
  module.def("forget_changes_before", ForgetChangesBefore);
}

}  // namespace skg::python
