// Statements that are fetched some at a time.
#pragma once

#include <memory>
#include <mutex>
#include <stop_token>
#include <vector>

#include "call.h"
#include "errors.h"
#include "objects.h"
#include "options.h"

namespace skg::python {

// order_by, descending, limit, offset, metadata, identity, timeout.
[[nodiscard]] MatchOptions MatchOptionsOf(const Options& given);

// Asks a call to end that was made with its token.
[[nodiscard]] inline Control StopControl(const std::stop_source& stop) {
  return {.cancel = [stop]() mutable { stop.request_stop(); }};
}

// The next batch of a cursor that was made with `stop`; empty: the end. Needs
// the GIL, which others have meanwhile.
template <class Batch, class Cursor>
[[nodiscard]] Batch NextBatch(const Use<Locked<Cursor>>& cursor,
                              const std::stop_source& stop) {
  const Control control = StopControl(stop);
  cursor.running().OnClose(control.cancel);
  return Value(Run(
      [cursor]() -> absl::StatusOr<Batch> {
        const std::lock_guard lock(cursor->mutex);
        Batch read;
        const auto more = cursor->object.Next(read);
        if (!more.ok()) return more.status();
        return read;
      },
      control));
}

class CursorObject {
 public:
  using Batch = std::vector<Statement>;
  struct Begun {
    std::shared_ptr<Locked<StatementCursor>> cursor;
    Batch first;  // read at once: that saves a call
  };
  // The matches of a cursor that is made now. Without the GIL.
  [[nodiscard]] static absl::StatusOr<Begun> Begin(
      absl::StatusOr<StatementCursor> cursor);

  // triples: (s, p, o) is wanted of each, else a skg.Statement. stop: what the
  // cursor was made with.
  CursorObject(std::shared_ptr<EngineState> engine, Begun begun,
               std::stop_source stop, bool triples)
      : handle_(std::move(engine), std::move(begun.cursor), "the cursor"),
        stop_(std::move(stop)),
        first_(std::move(begun.first)),
        ended_(first_.empty()),
        triples_(triples) {}

  // A list; None: there are no more.
  py::object Next();
  void Close() { handle_.Close(); }

 private:
  [[nodiscard]] Batch Fetch();

  Handle<Locked<StatementCursor>> handle_;
  std::stop_source stop_;
  Batch first_;
  bool ended_;
  const bool triples_;
};

}  // namespace skg::python
