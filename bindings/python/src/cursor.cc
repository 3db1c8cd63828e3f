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

absl::StatusOr<CursorObject::Begun> CursorObject::Begin(
    absl::StatusOr<StatementCursor> cursor) {
  if (!cursor.ok()) return cursor.status();
  Begun begun;
  begun.cursor = std::make_shared<Locked<StatementCursor>>(*std::move(cursor));
  const auto more = begun.cursor->object.Next(begun.first);
  if (!more.ok()) return more.status();
  return begun;
}

CursorObject::Batch CursorObject::Fetch() {
  if (!first_.empty()) return std::exchange(first_, {});
  const auto cursor = handle_.Get();
  if (ended_) return {};
  auto batch = NextBatch<Batch>(cursor, stop_);
  ended_ = batch.empty();
  return batch;
}

py::object CursorObject::Next() {
  const Batch batch = Fetch();
  if (batch.empty()) return py::none();
  py::list list(batch.size());
  for (size_t i = 0; i < batch.size(); ++i) {
    list[i] = py::reinterpret_steal<py::object>(
        triples_ ? TripleObject(batch[i]) : StatementObject(batch[i]));
  }
  return list;
}

}  // namespace skg::python
