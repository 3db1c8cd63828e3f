// Watch: the changes of a graph as they are committed, waited for.
#include <chrono>
#include <condition_variable>
#include <deque>

#include "call.h"
#include "objects.h"
#include "options.h"
#include "statements.h"

namespace skg::python {
namespace {

// Changes that were delivered and not taken yet; the subscription's thread
// waits while there are many.
class Changes {
 public:
  void Put(const Change& change) {
    constexpr size_t kMost = 1000;
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ended_ || changes_.size() < kMost; });
    if (ended_) return;
    changes_.push_back(change);
    changed_.notify_all();
  }
  // All that are there; waits for the first one. Empty: none came in time, or
  // it was ended.
  std::deque<Change> Take(absl::Time deadline) {
    std::unique_lock lock(mutex_);
    const auto until = absl::ToChronoTime(deadline);
    const auto some = [this] { return ended_ || !changes_.empty(); };
    if (deadline == absl::InfiniteFuture()) {
      changed_.wait(lock, some);
    } else {
      changed_.wait_until(lock, until, some);
    }
    changed_.notify_all();
    return std::exchange(changes_, {});
  }
  void End() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Change> changes_;
  bool ended_ = false;
};

// Ends the callbacks before what they use.
struct Watching {
  explicit Watching(Graph of) : graph(std::move(of)) {}

  const Graph graph;
  std::shared_ptr<Changes> changes = std::make_shared<Changes>();
  std::optional<Subscription> subscription;

  ~Watching() { changes->End(); }
};

}  // namespace

// What a skg._skg.Subscription is.
class SubscriptionObject {
 public:
  SubscriptionObject(std::shared_ptr<EngineState> engine,
                     std::shared_ptr<Watching> watching)
      : handle_(std::move(engine), std::move(watching), "the watch") {}

  // A list of changes; an empty one: none came for so long. What was committed
  // before the call comes in any case.
  py::list Next(double seconds) const {
    const Use<Watching> watching = handle_.Get();
    const absl::Time deadline = absl::Now() + absl::Seconds(seconds);
    auto ended = std::make_shared<std::atomic<bool>>(false);
    const auto end = [ended] { *ended = true; };
    watching.running().OnClose(end);
    const auto taken =
        Run([watching, ended,
             deadline] { return Wait(*watching, *ended, deadline); },
            {.cancel = end});
    if (taken.empty()) Check(watching->subscription->status());
    py::list list;
    for (const Change& change : taken) list.append(ChangeObject(change));
    return list;
  }
  // Ends it without the GIL: it waits for its callback.
  ~SubscriptionObject() { handle_.Close(); }
  SubscriptionObject(const SubscriptionObject&) = delete;
  SubscriptionObject& operator=(const SubscriptionObject&) = delete;
  void Close() { handle_.Close(); }

 private:
  // 0: the subscription knows why there is none.
  static uint64_t LastCommit(const Graph& graph) {
    const auto view = graph.Latest();
    return view.ok() ? view->commit() : 0;
  }
  static std::deque<Change> Wait(const Watching& watching,
                                 const std::atomic<bool>& ended,
                                 absl::Time deadline) {
    constexpr auto kLook = absl::Milliseconds(200);
    constexpr auto kLookAtPosition = absl::Milliseconds(1);
    const Subscription& subscription = *watching.subscription;
    const uint64_t last = LastCommit(watching.graph);
    // In pieces: the subscription may end by itself.
    for (;;) {
      const absl::Time now = absl::Now();
      const bool late = now >= deadline;
      // Before the changes are taken: it passes a commit after those of it.
      const bool is_last = (late && subscription.position() >= last) || ended ||
                           !subscription.status().ok();
      absl::Time until = now;
      if (!is_last) {
        until = late ? now + kLookAtPosition : std::min(deadline, now + kLook);
      }
      std::deque<Change> some = watching.changes->Take(until);
      if (is_last || !some.empty()) return some;
    }
  }

  Handle<Watching> handle_;
};

namespace {

std::unique_ptr<SubscriptionObject> Watch(const GraphObject& self,
                                          const py::dict& given,
                                          uint64_t after_commit) {
  const Use<Graph> graph = self.Open();
  auto watching = std::make_shared<Watching>(*graph);
  watching->subscription =
      Value(Run([graph, pattern = PatternOf(Options(given)), after_commit,
                 changes = watching->changes] {
        return graph->Watch(pattern, after_commit,
                            [changes](const Change& c) { changes->Put(c); });
      }));
  return std::make_unique<SubscriptionObject>(self.engine(),
                                              std::move(watching));
}

}  // namespace

void BindWatch(py::module_& module) {
  py::class_<SubscriptionObject>(module, "Subscription")
      .def("next", &SubscriptionObject::Next)
      .def("close", &SubscriptionObject::Close);
  module.def("watch", Watch);
}

}  // namespace skg::python
