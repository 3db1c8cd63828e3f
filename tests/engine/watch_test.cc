#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "engine/open_graph.h"
#include "skg/field_error.h"

namespace skg::test {
namespace {

// Collects changes from a subscription's thread.
class Collector {
 public:
  void operator()(const Change& change) {
    const std::lock_guard lock(mutex_);
    changes_.push_back(change);
  }
  [[nodiscard]] std::vector<Change> changes() const {
    const std::lock_guard lock(mutex_);
    return changes_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Change> changes_;
};

std::string ChangeText(const Change& change) {
  const char* kind = change.kind == Change::Kind::kInserted   ? "+"
                     : change.kind == Change::Kind::kReplaced ? "="
                                                              : "-";
  return std::to_string(change.commit) + kind + " " + Text(change.statement);
}

std::vector<std::string> ChangeTexts(const std::vector<Change>& changes) {
  std::vector<std::string> texts;
  for (const Change& change : changes) texts.push_back(ChangeText(change));
  return texts;
}

Subscription Watch(Graph& graph, Collector& collector, uint64_t after,
                   const StatementPattern& pattern = {}) {
  auto subscription =
      graph.Watch(pattern, after,
                  [&collector](const Change& change) { collector(change); });
  REQUIRE_OK(subscription);
  return *std::move(subscription);
}

// Waits until the subscription has passed the graph's last commit.
void WaitFor(const Subscription& subscription, uint64_t commit) {
  const absl::Time deadline = absl::Now() + absl::Seconds(120);
  while (subscription.position() < commit && absl::Now() < deadline) {
    absl::SleepFor(absl::Milliseconds(1));
  }
  REQUIRE_OK(subscription.status());
  REQUIRE(subscription.position() >= commit);
}

TEST_CASE("a watch tells the past and then the future, in order") {
  TestGraph t;
  MustAddAll(t.graph, {Triple("a", "p", "1"), Triple("a", "p", "2")});
  MustAdd(t.graph, Triple("a", "p", "1", 0.5f));
  REQUIRE_OK(t.graph.Remove("a", "p", "2"));
  MustAdd(t.graph, Triple("a", "p", "1", 0.5f));  // changes nothing

  Collector all, later;
  const Subscription from_start = Watch(t.graph, all, 0);
  const Subscription from_middle = Watch(t.graph, later, 2);
  WaitFor(from_start, 4);
  const CommitResult live =
      MustAdd(t.graph, In("g", Triple("b", "q", "\"x\"@en")));
  WaitFor(from_start, live.commit);
  WaitFor(from_middle, live.commit);

  auto texts = ChangeTexts(all.changes());
  REQUIRE(texts.size() == 5);
  std::sort(texts.begin(), texts.begin() + 2);  // one commit has no inner order
  CHECK(texts == List({"1+ a p 1", "1+ a p 2", "2= a p 1", "3- a p 2",
                       "5+ b q \"x\"@en @g"}));
  CHECK(ChangeTexts(later.changes()) ==
        List({"3- a p 2", "5+ b q \"x\"@en @g"}));
}

TEST_CASE("a change carries the statement as it became") {
  TestGraph t;
  NewStatement statement = Triple("a", "p", "b", 0.25f);
  statement.metadata = "{\"n\":1}";
  statement.source = "test";
  const CommitResult inserted = MustAdd(t.graph, statement);
  const std::string id = Matches(t.graph)[0].id;
  statement.weight = 0.75f;
  statement.metadata = "{\"n\":2}";
  const CommitResult replaced = MustAdd(t.graph, statement);
  REQUIRE_OK(t.graph.Remove("a", "p", "b"));

  Collector collector;
  const Subscription subscription = Watch(t.graph, collector, 0);
  WaitFor(subscription, 3);
  const auto changes = collector.changes();
  REQUIRE(changes.size() == 3);
  for (const Change& change : changes) CHECK(change.statement.id == id);
  CHECK(changes[0].time == inserted.time);
  CHECK(changes[0].statement.weight == 0.25f);
  CHECK(changes[0].statement.metadata == "{\"n\":1}");
  CHECK(changes[0].statement.source == "test");
  CHECK(changes[0].statement.created_commit == 1);
  CHECK(changes[1].statement.weight == 0.75f);
  CHECK(changes[1].statement.metadata == "{\"n\":2}");
  CHECK(changes[1].statement.created_commit == 1);
  CHECK(changes[1].statement.created_at == inserted.time);
  CHECK(changes[1].statement.updated_at == replaced.time);
  CHECK(changes[2].kind == Change::Kind::kRemoved);
  CHECK(changes[2].statement.metadata.empty());
  CHECK(changes[2].statement.weight == 1.0f);
}

TEST_CASE("a watch tells only what matches") {
  TestGraph t;
  struct Case {
    std::string name;
    StatementPattern pattern;
    std::vector<std::string> want;
  };
  StatementPattern heavy;
  heavy.weight_min = 0.5f;
  const std::vector<Case> cases = {
      {"subject", Where("a"), {"1+ a p b", "3+ a p b @g", "5- a p b"}},
      {"predicate", Where({}, "q"), {"2+ c q d"}},
      {"object", Where({}, {}, "d"), {"2+ c q d"}},
      {"default graph",
       Where({}, {}, {}, ""),
       {"1+ a p b", "2+ c q d", "4+ late p b", "5- a p b"}},
      {"named graph", Where({}, {}, {}, "g"), {"3+ a p b @g"}},
      {"weight; a removal has none",
       heavy,
       {"1+ a p b", "3+ a p b @g", "5- a p b"}},
      {"a term that comes later", Where("late"), {"4+ late p b"}},
      {"a term that never comes", Where("never"), {}},
      {"everything bound", Where("a", "p", "b", "g"), {"3+ a p b @g"}},
  };
  std::vector<std::unique_ptr<Collector>> collectors;
  std::vector<Subscription> subscriptions;
  for (const Case& c : cases) {
    collectors.push_back(std::make_unique<Collector>());
    subscriptions.push_back(Watch(t.graph, *collectors.back(), 0, c.pattern));
  }
  MustAdd(t.graph, Triple("a", "p", "b"));
  MustAdd(t.graph, Triple("c", "q", "d", 0.25f));
  MustAdd(t.graph, In("g", Triple("a", "p", "b")));
  MustAdd(t.graph, Triple("late", "p", "b", 0.1f));
  REQUIRE_OK(t.graph.Remove("a", "p", "b"));
  for (size_t i = 0; i < cases.size(); ++i) {
    INFO(cases[i].name);
    WaitFor(subscriptions[i], 5);
    CHECK(ChangeTexts(collectors[i]->changes()) == cases[i].want);
  }
}

TEST_CASE("a watch beside many writers gives exactly the log") {
  TestGraph t;
  Collector live;
  const Subscription subscription = Watch(t.graph, live, 0);
  constexpr int kThreads = 4, kCommits = 100;
  std::vector<std::thread> writers;
  std::atomic<int> failures = 0;
  for (int thread = 0; thread < kThreads; ++thread) {
    writers.emplace_back([&, thread] {
      for (int i = 0; i < kCommits; ++i) {
        const std::string object = "o" + std::to_string(i % 10);
        const bool ok =
            i % 3 == 2
                ? t.graph.Remove("s" + std::to_string(thread % 2), "p", object)
                      .ok()
                : t.graph
                      .Add(Triple("s" + std::to_string(thread % 2), "p", object,
                                  static_cast<float>(i % 2)))
                      .ok();
        if (!ok) ++failures;
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  CHECK(failures == 0);
  WaitFor(subscription, kThreads * kCommits);
  Collector after;
  const Subscription replay = Watch(t.graph, after, 0);
  WaitFor(replay, kThreads * kCommits);
  CHECK(ChangeTexts(live.changes()) == ChangeTexts(after.changes()));

  // The log replayed is the graph.
  std::vector<std::string> model;
  uint64_t last = 0;
  for (const Change& change : live.changes()) {
    CHECK(change.commit >= last);
    last = change.commit;
    const std::string text = Text(change.statement);
    const auto at = std::find(model.begin(), model.end(), text);
    CHECK((at == model.end()) == (change.kind == Change::Kind::kInserted));
    if (change.kind == Change::Kind::kInserted) model.push_back(text);
    if (change.kind == Change::Kind::kRemoved && at != model.end())
      model.erase(at);
  }
  auto stored = Texts(Matches(t.graph));
  std::sort(stored.begin(), stored.end());
  std::sort(model.begin(), model.end());
  CHECK(stored == model);
}

TEST_CASE("nothing is told after a subscription ended") {
  TestGraph t;
  std::atomic<int> calls = 0;
  {
    auto subscription =
        t.graph.Watch({}, 0, [&calls](const Change&) { ++calls; });
    REQUIRE_OK(subscription);
    MustAdd(t.graph, Triple("a", "p", "1"));
    WaitFor(*subscription, 1);
  }
  const int told = calls;
  CHECK(told == 1);
  MustAdd(t.graph, Triple("a", "p", "2"));
  absl::SleepFor(absl::Milliseconds(200));
  CHECK(calls == told);
}

TEST_CASE(
    "a subscription can be ended while its callback runs and many changes "
    "wait") {
  TestGraph t;
  std::vector<NewStatement> many;
  for (int i = 0; i < 3000; ++i)
    many.push_back(Triple("s", "p", "o" + std::to_string(i)));
  MustAddAll(t.graph, many);
  std::mutex mutex;
  std::condition_variable started;
  int calls = 0;
  {
    auto subscription = t.graph.Watch({}, 0, [&](const Change&) {
      {
        const std::lock_guard lock(mutex);
        ++calls;
      }
      started.notify_one();
      absl::SleepFor(absl::Milliseconds(20));
    });
    REQUIRE_OK(subscription);
    std::unique_lock lock(mutex);
    REQUIRE(started.wait_for(lock, std::chrono::seconds(120),
                             [&] { return calls > 0; }));
  }
  CHECK(calls < 3000);
}

TEST_CASE("a subscription moves") {
  TestGraph t;
  Collector collector;
  Subscription first = Watch(t.graph, collector, 0);
  Subscription second = std::move(first);
  MustAdd(t.graph, Triple("a", "b", "c"));
  WaitFor(second, 1);
  Collector other;
  second = Watch(t.graph, other, 1);
  MustAdd(t.graph, Triple("a", "b", "d"));
  WaitFor(second, 2);
  CHECK(ChangeTexts(collector.changes()) == List({"1+ a b c"}));
  CHECK(ChangeTexts(other.changes()) == List({"2+ a b d"}));
}

TEST_CASE(
    "a watch cannot begin where the log is not, nor with a wrong pattern") {
  TestGraph t;
  MustAdd(t.graph, Triple("a", "b", "c"));
  const auto ignore = [](const Change&) {};
  CHECK(t.graph.Watch({}, 2, ignore).status().code() ==
        absl::StatusCode::kInvalidArgument);
  CHECK(t.graph.Watch(Where("<open"), 0, ignore).status().code() ==
        absl::StatusCode::kInvalidArgument);
  CHECK(t.graph.Watch({}, 0, nullptr).status().code() ==
        absl::StatusCode::kInvalidArgument);
  REQUIRE_OK(t.graph.Watch({}, 1, ignore));
}

TEST_CASE("dropping the graph ends its subscriptions") {
  TestGraph t;
  Graph doomed = OpenGraph(*t.engine, "doomed");
  Collector collector;
  const Subscription subscription = Watch(doomed, collector, 0);
  MustAdd(doomed, Triple("a", "b", "c"));
  WaitFor(subscription, 1);
  REQUIRE_OK(t.engine->DropGraph("doomed"));
  const absl::Time deadline = absl::Now() + absl::Seconds(120);
  while (subscription.status().ok() && absl::Now() < deadline) {
    absl::SleepFor(absl::Milliseconds(1));
  }
  CHECK(subscription.status().code() == absl::StatusCode::kNotFound);
  CHECK(collector.changes().size() == 1);
}

TEST_CASE("a callback that throws ends its subscription and nothing else") {
  TestGraph t;
  auto subscription = t.graph.Watch(
      {}, 0, [](const Change&) { throw std::runtime_error("no more"); });
  REQUIRE_OK(subscription);
  MustAdd(t.graph, Triple("a", "b", "c"));
  const absl::Time deadline = absl::Now() + absl::Seconds(120);
  while (subscription->status().ok() && absl::Now() < deadline) {
    absl::SleepFor(absl::Milliseconds(1));
  }
  CHECK(subscription->status().code() == absl::StatusCode::kAborted);
  MustAdd(t.graph, Triple("a", "b", "d"));
}

}  // namespace
}  // namespace skg::test
