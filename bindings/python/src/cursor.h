// Statements that are fetched some at a time.
#pragma once

#include <memory>

#include "objects.h"
#include "options.h"

namespace skg::python {

// order_by, descending, limit, offset, metadata, identity, timeout.
[[nodiscard]] MatchOptions MatchOptionsOf(const Options& given);

class CursorObject {
 public:
  // triples: (s, p, o) is wanted of each, else a skg.Statement.
  CursorObject(std::shared_ptr<EngineState> engine, StatementCursor cursor,
               bool triples)
      : handle_(std::move(engine),
                std::make_shared<Locked<StatementCursor>>(std::move(cursor)),
                "the cursor"),
        triples_(triples) {}

  // A list; None: there are no more.
  py::object Next();
  void Close() { handle_.Drop(); }

 private:
  Handle<Locked<StatementCursor>> handle_;
  const bool triples_;
};

}  // namespace skg::python
