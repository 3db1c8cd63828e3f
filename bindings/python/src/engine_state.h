// EngineState: an Engine that ends after all that was made of it, whatever the
// order in which Python lets go of them.
//
// Each Python object holds a Handle; each call holds a Use of one, which keeps
// the object and the engine open while it runs. Closing an engine cancels the
// calls that can be, waits for all of them, ends what the handles hold, then
// the engine, once nothing lends memory of it any more (a Lent keeps it: NumPy
// arrays may outlive whom they are of). In a fork of the process nothing is
// ended: it is left.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

#include "embedders.h"
#include "errors.h"
#include "fork.h"
#include "skg/engine.h"

namespace skg::python {

class EngineState;

// A call of the engine that runs.
class Running {
 public:
  explicit Running(std::shared_ptr<EngineState> engine);
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  // What closing the engine does to this call, from another thread.
  void OnClose(std::function<void()> cancel);

 private:
  friend class EngineState;
  std::shared_ptr<EngineState> engine_;
  std::function<void()> cancel_;
};

// What a Python object holds of an engine.
class Held {
 public:
  virtual ~Held() = default;
  // Its object, which the caller ends; later uses raise ClosedError.
  virtual std::shared_ptr<void> Drop() = 0;
};

// Thread safety: with the GIL, but for what Running does.
class EngineState : public std::enable_shared_from_this<EngineState> {
 public:
  // `embedders`: those of Python's that it has.
  EngineState(std::unique_ptr<Engine> engine,
              std::vector<std::shared_ptr<PythonEmbedder>> embedders);
  ~EngineState();

  // The engine, for as long as the Running lives. Raises ClosedError,
  // ForkedError.
  [[nodiscard]] std::shared_ptr<Running> Enter();
  // Keeps an engine that is not closed yet from it, to end an object of it
  // without the GIL.
  [[nodiscard]] std::shared_ptr<Running> Hold() {
    return std::make_shared<Running>(shared_from_this());
  }
  [[nodiscard]] Engine& engine() { return *engine_; }
  // Keeps the engine open, closed or not.
  [[nodiscard]] std::shared_ptr<Engine> lent() const { return engine_; }
  [[nodiscard]] bool closed() const { return closed_; }
  [[nodiscard]] bool forked() const { return forks_ != ForkCount(); }

  // Raises what a signal's handler does; may be called again then.
  void Close();
  // At the end of the interpreter: all that are open. One whose calls do not
  // end within seconds is left as it is.
  static void CloseAll();

  void Add(Held* held) { held_.insert(held); }
  void Remove(Held* held) { held_.erase(held); }

 private:
  friend class Running;

  bool WaitForCalls(int milliseconds);
  bool EndEmbedders(int milliseconds);
  void AbandonEmbedders();
  bool idle();

  std::shared_ptr<Engine> engine_;
  std::vector<std::shared_ptr<PythonEmbedder>> embedders_;
  const uint64_t forks_ = ForkCount();
  bool closed_ = false;
  std::unordered_set<Held*> held_;

  std::mutex mutex_;
  std::condition_variable ended_;
  std::unordered_set<Running*> running_;  // under the mutex
};

// Memory of an object of the engine that something of Python's shows. With the
// GIL, but for its end.
template <class T>
class Lent {
 public:
  Lent(const EngineState& engine, T object)
      : engine_(engine.lent()), object_(std::move(object)) {}
  ~Lent() {
    if (forks_ == ForkCount()) return;
    new std::optional<T>(std::move(object_));  // is left
    new std::shared_ptr<Engine>(std::move(engine_));
  }
  Lent(const Lent&) = delete;
  Lent& operator=(const Lent&) = delete;
  [[nodiscard]] const T& object() const { return *object_; }

 private:
  const uint64_t forks_ = ForkCount();
  std::shared_ptr<Engine> engine_;  // ends after the object
  std::optional<T> object_;
};

// An object in use: not closed while this lives.
template <class T>
class Use {
 public:
  Use(std::shared_ptr<Running> running, std::shared_ptr<T> object)
      : running_(std::move(running)), object_(std::move(object)) {}
  T& operator*() const { return *object_; }
  T* operator->() const { return object_.get(); }
  [[nodiscard]] Running& running() const { return *running_; }
  [[nodiscard]] const std::shared_ptr<Running>& running_pointer() const {
    return running_;
  }
  [[nodiscard]] const std::shared_ptr<T>& object() const { return object_; }

 private:
  std::shared_ptr<Running> running_;  // ends after the object
  std::shared_ptr<T> object_;
};

template <class T>
class Handle : public Held {
 public:
  // `what`: "the graph", for messages.
  Handle(std::shared_ptr<EngineState> engine, std::shared_ptr<T> object,
         const char* what)
      : engine_(std::move(engine)), object_(std::move(object)), what_(what) {
    engine_->Add(this);
  }
  ~Handle() override {
    engine_->Remove(this);
    Drop();
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  [[nodiscard]] Use<T> Get() const {
    auto running = engine_->Enter();
    if (!object_) RaiseClosed(what_);
    return {std::move(running), object_};
  }
  [[nodiscard]] const std::shared_ptr<EngineState>& engine() const {
    return engine_;
  }
  [[nodiscard]] bool closed() const { return !object_; }

  // Ends the object, which may take a while.
  void Close() {
    if (engine_->forked()) {
      Drop();
      return;
    }
    auto hold = engine_->Hold();
    std::shared_ptr<void> object = Drop();
    const py::gil_scoped_release release;
    object.reset();
    hold.reset();
  }

  std::shared_ptr<void> Drop() override {
    if (!engine_->forked()) return std::move(object_);
    if (object_) new std::shared_ptr<T>(std::move(object_));  // is left
    return nullptr;
  }

 private:
  std::shared_ptr<EngineState> engine_;
  std::shared_ptr<T> object_;
  const char* what_;
};

}  // namespace skg::python
