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

  // A list of changes; an empty one: none came for so long.
  py::list Next(double seconds) const {
    constexpr auto kLook = absl::Milliseconds(200);
    const Use<Watching> watching = handle_.Get();
    const absl::Time deadline = absl::Now() + absl::Seconds(seconds);
    const auto changes = watching->changes;
    auto ended = std::make_shared<std::atomic<bool>>(false);
    const auto end = [ended] { *ended = true; };
    watching.running().OnClose(end);
    const auto taken = Run(
        [watching, changes, ended, deadline] {
          std::deque<Change> some;
          // In pieces: the subscription may end by itself.
          while (some.empty() && !*ended && absl::Now() < deadline &&
                 watching->subscription->status().ok()) {
            some = changes->Take(std::min(deadline, absl::Now() + kLook));
          }
          return some;
        },
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
  Handle<Watching> handle_;
};

namespace {

std::unique_ptr<SubscriptionObject> Watch(const GraphObject& self,
                                          const py::dict& given,
                                          uint64_t after_commit) {
  auto watching = std::make_shared<Watching>();
  watching->subscription =
      Value(Run([graph = self.Open(), pattern = PatternOf(Options(given)),
                 after_commit, changes = watching->changes] {
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
