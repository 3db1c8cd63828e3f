#include "cursor.h"

#include "call.h"
#include "statements.h"
#include "times.h"

namespace skg::python {

MatchOptions MatchOptionsOf(const Options& given) {
  MatchOptions options;
  given.Choice("order_by",
               {"commit", "weight", "subject", "predicate", "object",
                "created_at", "key"},
               options.order_by);
  given.Flag("descending", options.descending);
  given.Number("limit", options.limit);
  given.Number("offset", options.offset);
  given.Flag("metadata", options.include_metadata);
  given.Flag("identity", options.include_identity);
  options.deadline = DeadlineOf(given.Find("timeout"));
  return options;
}

py::object CursorObject::Next() {
  using Batch = std::vector<Statement>;
  const auto batch =
      Value(Run([cursor = handle_.Get()]() -> absl::StatusOr<Batch> {
        const std::lock_guard lock(cursor->mutex);
        Batch read;
        const auto more = cursor->object.Next(read);
        if (!more.ok()) return more.status();
        return read;
      }));
  if (batch.empty()) return py::none();
  py::list list(batch.size());
  for (size_t i = 0; i < batch.size(); ++i) {
    list[i] = py::reinterpret_steal<py::object>(
        triples_ ? TripleObject(batch[i]) : StatementObject(batch[i]));
  }
  return list;
}

}  // namespace skg::python
