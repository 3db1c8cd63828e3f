#include "engine_state.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace skg::python {
namespace {

// Engines that are open, for the end of the interpreter. The last who holds
// one may be a call, without the GIL.
struct OpenEngines {
  std::mutex mutex;
  std::unordered_set<EngineState*> states;

  void Add(EngineState* state) {
    const std::lock_guard lock(mutex);
    states.insert(state);
  }
  void Remove(EngineState* state) {
    const std::lock_guard lock(mutex);
    states.erase(state);
  }
  std::vector<EngineState*> All() {
    const std::lock_guard lock(mutex);
    return {states.begin(), states.end()};
  }
};

OpenEngines*& OpenOfProcess() {
  static auto* open = new OpenEngines;
  return open;
}
OpenEngines& Open() { return *OpenOfProcess(); }

// None of the parent's engines is open in a child, which may end before or
// after the objects it has of them. The list is left as it is: a thread of the
// parent may have held its mutex.
void ForgetEnginesOfParent() { OpenOfProcess() = new OpenEngines; }

// A child has none of the threads that the destructors of static objects (of
// RocksDB, above all) stop and wait for: it ends without them.
void EndChildAtOnce() {
  on_exit(
      [](int status, void*) {
        std::fflush(nullptr);
        _exit(status);
      },
      nullptr);
}

void PrepareForForks() {
  static const bool prepared = [] {
    OnForkInChild(ForgetEnginesOfParent);
    OnForkInChild(EndChildAtOnce);
    return true;
  }();
  (void)prepared;
}

// Ends it without the GIL, if this thread has that.
template <class T>
void End(T object) {
  if (PyGILState_Check() != 0) {
    const py::gil_scoped_release release;
    object = T();
  } else {
    object = T();
  }
}

}  // namespace

Running::Running(std::shared_ptr<EngineState> engine)
    : engine_(std::move(engine)) {
  const std::lock_guard lock(engine_->mutex_);
  engine_->running_.insert(this);
}

Running::~Running() {
  if (engine_->forked()) {
    // A thread of the parent may have held the mutex.
    new std::function<void()>(std::move(cancel_));
    return;
  }
  std::function<void()> cancel;  // with what it holds, while this counts
  {
    const std::lock_guard lock(engine_->mutex_);
    cancel.swap(cancel_);
  }
  cancel = nullptr;
  const std::lock_guard lock(engine_->mutex_);
  engine_->running_.erase(this);
  if (engine_->running_.empty()) engine_->ended_.notify_all();
}

void Running::OnClose(std::function<void()> cancel) {
  const std::lock_guard lock(engine_->mutex_);
  cancel_ = std::move(cancel);
}

EngineState::EngineState(std::unique_ptr<Engine> engine,
                         std::vector<std::shared_ptr<PythonEmbedder>> embedders)
    : engine_(std::move(engine)), embedders_(std::move(embedders)) {
  PrepareForForks();
  Open().Add(this);
}

EngineState::~EngineState() {
  if (forked()) {
    new std::shared_ptr<Engine>(std::move(engine_));  // its threads are gone
    new auto(std::move(embedders_));
    return;
  }
  Open().Remove(this);
  AbandonEmbedders();  // one of them may be who let go of the engine
  End(std::move(engine_));
  embedders_.clear();
  if (PyGILState_Check() != 0) DropEmbedderObjects();
}

std::shared_ptr<Running> EngineState::Enter() {
  if (forked()) RaiseForked();
  if (closed_) RaiseClosed("the engine");
  return std::make_shared<Running>(shared_from_this());
}

bool EngineState::idle() {
  const std::lock_guard lock(mutex_);
  return running_.empty();
}

bool EngineState::WaitForCalls(int milliseconds) {
  const py::gil_scoped_release release;
  std::unique_lock lock(mutex_);
  for (Running* running : running_) {
    if (running->cancel_) running->cancel_();
  }
  return ended_.wait_for(lock, std::chrono::milliseconds(milliseconds),
                         [this] { return running_.empty(); });
}

bool EngineState::EndEmbedders(int milliseconds) {
  const auto embedders = embedders_;  // another thread may close it, too
  const py::gil_scoped_release release;
  return std::all_of(embedders.begin(), embedders.end(),
                     [=](const auto& e) { return e->End(milliseconds); });
}

void EngineState::AbandonEmbedders() {
  for (const auto& embedder : embedders_) embedder->Abandon();
}

void EngineState::Close() {
  if (closed_ && !engine_) return;
  if (forked()) RaiseForked();
  if (InEmbedder()) {
    Raise(absl::FailedPreconditionError("an embedder cannot close an engine"));
  }
  closed_ = true;
  const auto self = shared_from_this();  // others may let go of it meanwhile
  // A Hold may have begun while this thread waited for the GIL.
  while (!WaitForCalls(20) || !EndEmbedders(20) || !idle()) {
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
  }
  std::vector<std::shared_ptr<void>> dropped;
  for (Held* held : held_) dropped.push_back(held->Drop());
  auto engine = std::move(engine_);
  auto embedders = std::move(embedders_);
  Open().Remove(this);
  {
    const py::gil_scoped_release release;
    dropped.clear();
    engine.reset();
    embedders.clear();
  }
  DropEmbedderObjects();
}

void EngineState::CloseAll() {
  constexpr int kPatienceMilliseconds = 5000;
  for (EngineState* state : Open().All()) {
    if (state->forked()) continue;
    const auto self = state->shared_from_this();
    self->closed_ = true;
    if (!self->EndEmbedders(kPatienceMilliseconds)) self->AbandonEmbedders();
    if (self->WaitForCalls(kPatienceMilliseconds)) {
      self->Close();
    } else {
      // In use by a thread that does not end.
      new std::shared_ptr<Engine>(std::move(self->engine_));
    }
  }
}

}  // namespace skg::python
