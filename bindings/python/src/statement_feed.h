// StatementFeed: statements that Python's thread makes and a load takes.
#pragma once

#include <pybind11/pybind11.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <vector>

#include "absl/status/statusor.h"
#include "skg/statement.h"

namespace skg::python {

namespace py = pybind11;

// Thread safety: all methods from any thread; Next from one at a time.
class StatementFeed {
 public:
  using Chunk = std::vector<NewStatement>;

  // For the load. False: there are no more. kCancelled once it was stopped.
  [[nodiscard]] absl::StatusOr<bool> Next(NewStatement* statement);

  // Waits while enough are there already, some milliseconds at most. False:
  // the chunk was not taken.
  [[nodiscard]] bool Put(Chunk& chunk);
  // There are no more.
  void End();
  // Nobody makes or takes more.
  void Stop();
  [[nodiscard]] bool stopped() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Chunk> chunks_;
  bool ended_ = false;
  bool stopped_ = false;
  // Of the load alone.
  Chunk taken_;
  size_t at_ = 0;
};

// What a Python callable gives, into a feed.
class FeedSource {
 public:
  // `next` gives a list of statements, as skg.Graph.add_all takes them, or a
  // tuple of columns, or None at the end. The columns are subject, predicate,
  // object, graph, weight, metadata and source, each a list or one value for
  // all; one of the first three is a list.
  explicit FeedSource(py::object next) : next_(std::move(next)) {}

  // Makes some statements and waits at most some milliseconds until they are
  // taken. False: there are no more, or nobody takes them. Needs the GIL;
  // throws what making them raises.
  [[nodiscard]] bool Feed(StatementFeed& feed);

 private:
  void Make();

  py::object next_;
  StatementFeed::Chunk chunk_;
  size_t made_ = 0;  // before this chunk
};

}  // namespace skg::python
