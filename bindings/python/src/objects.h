// What the module's classes hold.
#pragma once

#include <pybind11/pybind11.h>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "call.h"
#include "engine_state.h"
#include "skg/engine.h"

namespace skg::python {

// An object of the library that one thread at a time may use.
template <class T>
struct Locked {
  explicit Locked(T t) : object(std::move(t)) {}
  std::mutex mutex;
  T object;
};

struct EngineObject {
  std::shared_ptr<EngineState> state;
};

// What `call` gives of the engine, without the GIL.
template <class Call>
auto With(const EngineObject& object, Call call, const Control& control = {}) {
  return Run([running = object.state->Enter(), state = object.state,
              call] { return call(state->engine()); },
             control);
}

// A state to read: of a graph the present one, at each call anew.
class Readable {
 public:
  virtual ~Readable() = default;

  struct Source {
    std::shared_ptr<Running> running;
    // To be called without the GIL, while `running` lives.
    std::function<absl::StatusOr<ReadView>()> view;
  };
  // Raises ClosedError, ForkedError; ValueError for a point in time of what is
  // a state already.
  [[nodiscard]] virtual Source Get(
      std::optional<PointInTime> as_of = std::nullopt) const = 0;
  // Whom JSON documents ask: a graph, and which state of it (unset: the
  // present one). Raises as Get.
  struct DocumentSource {
    std::shared_ptr<Running> running;
    Graph graph;  // ends before `running`
    std::optional<PointInTime> as_of;
  };
  [[nodiscard]] virtual DocumentSource Documents(
      std::optional<PointInTime> as_of) const = 0;
  [[nodiscard]] virtual const std::shared_ptr<EngineState>& engine() const = 0;
  // To prepare queries that ask it whenever they are run.
  [[nodiscard]] virtual std::function<
      absl::StatusOr<PreparedQuery>(const std::string&, const PrepareOptions&)>
  Preparer() const = 0;
};

// Either of them, until it is closed.
template <class State>
class ReadableHandle : public Readable {
 public:
  [[nodiscard]] Use<State> Open() const { return handle_.Get(); }
  void Close() { handle_.Close(); }
  [[nodiscard]] const std::shared_ptr<EngineState>& engine() const override {
    return handle_.engine();
  }

 protected:
  ReadableHandle(std::shared_ptr<EngineState> engine, State state,
                 const char* name)
      : handle_(std::move(engine), std::make_shared<State>(std::move(state)),
                name) {}

 private:
  Handle<State> handle_;
};

class GraphObject : public ReadableHandle<Graph> {
 public:
  GraphObject(std::shared_ptr<EngineState> engine, Graph graph)
      : ReadableHandle(std::move(engine), std::move(graph), "the graph") {}

  [[nodiscard]] Source Get(std::optional<PointInTime> as_of) const override;
  [[nodiscard]] DocumentSource Documents(
      std::optional<PointInTime> as_of) const override;
  [[nodiscard]] std::function<
      absl::StatusOr<PreparedQuery>(const std::string&, const PrepareOptions&)>
  Preparer() const override;
};

class ViewObject : public ReadableHandle<ReadView> {
 public:
  ViewObject(const std::shared_ptr<EngineState>& engine, ReadView view,
             Graph graph)
      : ReadableHandle(engine, std::move(view), "the view"),
        graph_(engine, std::make_shared<Graph>(std::move(graph)), "the graph") {
  }

  [[nodiscard]] Source Get(std::optional<PointInTime> as_of) const override;
  [[nodiscard]] DocumentSource Documents(
      std::optional<PointInTime> as_of) const override;
  [[nodiscard]] std::function<
      absl::StatusOr<PreparedQuery>(const std::string&, const PrepareOptions&)>
  Preparer() const override;

 private:
  Handle<Graph> graph_;  // whose state it is
};

// Each binds the classes and functions of one file.
void BindAdministration(py::module_& module);
void BindEmbedders(py::module_& module);
void BindEngine(py::module_& module);
void BindGraph(py::module_& module);
void BindPast(py::module_& module);
void BindReading(py::module_& module);
void BindQueries(py::module_& module);
void BindArrow(py::module_& module);
void BindGraphArrays(py::module_& module);
void BindIndexes(py::module_& module);
void BindSearch(py::module_& module);
void BindWatch(py::module_& module);
void BindBackups(py::module_& module);
void BindLoads(py::module_& module);
void BindTransactions(py::module_& module);

}  // namespace skg::python
