// Transactions on one graph are serialisable, while folds, merges and clears go
// on.
//
// That the checks can fail is shown first, on histories with the anomalies that
// weaker isolation lets pass.
#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <mutex>
#include <random>
#include <thread>

#include "storage/history_checker.h"
#include "storage/store_fixture.h"

namespace skg::storage::test {
namespace {

using skg::test::CheckCommitOrder;
using skg::test::CheckDependencies;
using skg::test::CheckEveryOrder;
using skg::test::HistoryTransaction;
using skg::test::Key;
using skg::test::Random;
using skg::test::State;
using skg::test::Step;
using skg::test::Value;
// Not the graph's own history.
using Log = skg::test::History;

// ---- the checks themselves

Step Reads(std::vector<Key> keys, State found) {
  return {.kind = Step::Kind::kRead,
          .keys = std::move(keys),
          .found = std::move(found)};
}
Step Counts(std::vector<Key> keys, size_t count) {
  return {.kind = Step::Kind::kCount, .keys = std::move(keys), .count = count};
}
Step Writes(Key key, std::optional<Value> value) {
  return {.kind = Step::Kind::kWrite, .keys = {key}, .value = value};
}

struct Case {
  const char* name;
  Log history;
  State last;
  bool in_commit_order, no_cycle, some_order;
};

const Case kCases[] = {
    {"one after the other",
     {{0, 1, {Reads({1}, {}), Writes(1, 10)}},
      {1, 2, {Reads({1}, {{1, 10}}), Writes(1, 20)}},
      {2, 3, {Counts({1, 2}, 1), Writes(1, std::nullopt)}},
      {3, 4, {Reads({1, 2}, {}), Writes(2, 30), Reads({2}, {{2, 30}})}}},
     {{2, 30}},
     true,
     true,
     true},
    {"lost update",
     {{0, 1, {Reads({1}, {}), Writes(1, 10)}},
      {0, 2, {Reads({1}, {}), Writes(1, 20)}}},
     {{1, 20}},
     false,
     false,
     false},
    {"write skew",
     {{0, 1, {Writes(1, 1), Writes(2, 2)}},
      {1, 2, {Reads({1, 2}, {{1, 1}, {2, 2}}), Writes(1, 10)}},
      {1, 3, {Reads({1, 2}, {{1, 1}, {2, 2}}), Writes(2, 20)}}},
     {{1, 10}, {2, 20}},
     false,
     false,
     false},
    {"phantom",
     {{0, 1, {Counts({1, 2, 3}, 0), Writes(1, 10)}},
      {0, 2, {Counts({1, 2, 3}, 0), Writes(2, 20)}}},
     {{1, 10}, {2, 20}},
     false,
     false,
     false},
    {"a phantom of a scan, by a removal",
     {{0, 1, {Writes(1, 1), Writes(2, 2)}},
      {1, 2, {Reads({1, 2, 3}, {{1, 1}, {2, 2}}), Writes(1, std::nullopt)}},
      {1, 3, {Reads({1, 2, 3}, {{1, 1}, {2, 2}}), Writes(2, std::nullopt)}}},
     {},
     false,
     false,
     false},
    {"a reader sees the later of two and not the earlier",
     {{0, 1, {Writes(1, 10)}},
      {1, 2, {Reads({1}, {{1, 10}}), Writes(2, 20)}},
      {0, 3, {Reads({1}, {}), Reads({2}, {{2, 20}})}}},
     {{1, 10}, {2, 20}},
     false,
     false,
     false},
    {"a value that nobody wrote",
     {{0, 1, {Writes(1, 10)}}, {1, 2, {Reads({1}, {{1, 11}})}}},
     {{1, 10}},
     false,
     false,
     false},
    {"serialisable, but in another order than that of the commits",
     {{0, 1, {Writes(1, 10)}}, {0, 2, {Reads({1}, {}), Writes(2, 20)}}},
     {{1, 10}, {2, 20}},
     false,
     true,
     true},
    {"removals of what is absent conflict with nothing",
     {{0, 1, {Counts({1, 2}, 0), Writes(1, std::nullopt), Writes(3, 30)}},
      {0, 2, {Counts({1, 2}, 0), Writes(2, std::nullopt), Writes(4, 40)}}},
     {{3, 30}, {4, 40}},
     true,
     true,
     true},
    {"a refused transaction that read half of a commit",
     {{0, 1, {Writes(1, 10), Writes(2, 20)}},
      {1, 0, {Reads({1, 2}, {{1, 10}})}}},
     {{1, 10}, {2, 20}},
     false,
     true,
     true},
};

TEST_CASE("the checks of histories find the known anomalies") {
  for (const Case& each : kCases) {
    INFO(each.name);
    CHECK(CheckCommitOrder(each.history).empty() == each.in_commit_order);
    CHECK(CheckDependencies(each.history).empty() == each.no_cycle);
    CHECK(CheckEveryOrder(each.history, each.last).empty() == each.some_order);
  }
}

// ---- histories of the store

// Keys are the statements of few subjects and few objects, values are weights.
constexpr int kSubjects = 3, kObjects = 4;
constexpr float kWeightUnit = 1.0f / (1 << 22);  // a weight is exact

rdf::Term SubjectOf(Key key) {
  return Name("subject" + std::to_string(key / kObjects));
}
rdf::Term ObjectOf(Key key) {
  return Name("object" + std::to_string(key % kObjects));
}
Value ValueOf(float weight) {
  return static_cast<Value>(weight / kWeightUnit + 0.5f);
}

// Fails by exceptions: it runs off the main thread, where Catch2 must not.
template <typename T>
T Must(absl::StatusOr<T> result) {
  if (!result.ok()) throw std::runtime_error(result.status().ToString());
  return *std::move(result);
}

class Actor {
 public:
  // `clears`: now and then it clears everything.
  Actor(GraphStore graph, uint64_t stream, std::atomic<Value>& next_value,
        bool clears)
      : graph_(std::move(graph)),
        random_(Random(stream)),
        next_value_(next_value),
        clears_(clears),
        transaction_(Must(graph_.Begin())) {
    log_.snapshot = transaction_.view().commit();
  }

  size_t Below(size_t n) {
    return std::uniform_int_distribution<size_t>(0, n - 1)(random_);
  }

  void DoSomething() {
    if (clears_ && Below(20) == 0) return Clear();
    switch (Below(8)) {
      case 0:
      case 1:
        return Read({static_cast<Key>(Below(kSubjects * kObjects))}, true,
                    true);
      case 2:
        return Read(OfSubject(Below(kSubjects)), true, false);
      case 3:
        return Read(OfObject(Below(kObjects)), false, true);
      case 4:
        return Count();
      default:
        return Write(static_cast<Key>(Below(kSubjects * kObjects)));
    }
  }

  HistoryTransaction Finish() {
    const auto outcome = graph_.Commit(transaction_, {});
    if (outcome.ok()) {
      log_.commit = outcome->result.commit;
    } else if (!absl::IsAborted(outcome.status())) {
      throw std::runtime_error(outcome.status().ToString());
    }
    return std::move(log_);
  }

 private:
  static std::vector<Key> OfSubject(size_t subject) {
    std::vector<Key> keys;
    for (int o = 0; o < kObjects; ++o)
      keys.push_back(static_cast<Key>(subject) * kObjects + o);
    return keys;
  }
  static std::vector<Key> OfObject(size_t object) {
    std::vector<Key> keys;
    for (int s = 0; s < kSubjects; ++s)
      keys.push_back(s * kObjects + static_cast<Key>(object));
    return keys;
  }

  TermId Id(const rdf::Term& term) { return Must(transaction_.Intern(term)); }

  ScanPattern PatternOf(Key key, bool by_subject, bool by_object) {
    ScanPattern pattern;
    if (by_subject)
      pattern.subject = Must(transaction_.view().Lookup(SubjectOf(key)));
    pattern.predicate = Must(transaction_.view().Lookup(Name("p")));
    if (by_object)
      pattern.object = Must(transaction_.view().Lookup(ObjectOf(key)));
    return pattern;
  }

  // What its own writes left is no read of another's.
  void Read(std::vector<Key> keys, bool by_subject, bool by_object) {
    Step step{.kind = Step::Kind::kRead, .keys = keys};
    const auto cursor = Must(transaction_.view().Scan(
        PatternOf(keys.front(), by_subject, by_object)));
    StatementBatch batch;
    while (Must(cursor->Next(batch))) {
      for (size_t i = 0; i < batch.size(); ++i) {
        const StatementRow row = batch.Row(i);
        for (const Key key : keys) {
          if (row.key.subject == Id(SubjectOf(key)) &&
              row.key.object == Id(ObjectOf(key))) {
            step.found[key] = ValueOf(row.weight);
          }
        }
      }
    }
    log_.steps.push_back(std::move(step));
  }

  void Count() {
    const bool all = Below(2) == 0;
    Step step{.kind = Step::Kind::kCount, .keys = OfSubject(Below(kSubjects))};
    const ScanPattern pattern = PatternOf(step.keys.front(), !all, false);
    if (all) {
      step.keys.clear();
      for (Key key = 0; key < kSubjects * kObjects; ++key)
        step.keys.push_back(key);
    }
    step.count = Must(transaction_.view().Count(pattern)).statements;
    log_.steps.push_back(std::move(step));
  }

  // All keys are in the default graph.
  void Clear() {
    const absl::Status cleared =
        transaction_.Clear({GraphScope::kDefault, TermId()});
    if (!cleared.ok()) throw std::runtime_error(cleared.ToString());
    for (Key key = 0; key < kSubjects * kObjects; ++key)
      log_.steps.push_back(Writes(key, std::nullopt));
  }

  void Write(Key key) {
    Step step{.kind = Step::Kind::kWrite, .keys = {key}};
    const StatementKey statement{TermId{}, Id(SubjectOf(key)), Id(Name("p")),
                                 Id(ObjectOf(key)), 0};
    if (Below(3) == 0) {
      const absl::Status removed = transaction_.RemoveTriple(statement);
      if (!removed.ok()) throw std::runtime_error(removed.ToString());
    } else {
      step.value = next_value_.fetch_add(1);
      const absl::Status added = transaction_.Add(
          statement, static_cast<float>(*step.value) * kWeightUnit, nullptr,
          false);
      if (!added.ok()) throw std::runtime_error(added.ToString());
    }
    log_.steps.push_back(std::move(step));
  }

  GraphStore graph_;
  std::mt19937_64 random_;
  std::atomic<Value>& next_value_;
  const bool clears_;
  Transaction transaction_;
  HistoryTransaction log_;
};

State StateOf(const GraphStore& graph) {
  const ReadView view = Must(graph.Latest());
  State state;
  for (const StatementRow& row : AllRows(view)) {
    const TermId ids[] = {row.key.subject, row.key.object};
    std::vector<rdf::Term> terms;
    REQUIRE_OK(view.Decode(ids, &terms));
    for (Key key = 0; key < kSubjects * kObjects; ++key) {
      if (terms[0] == SubjectOf(key) && terms[1] == ObjectOf(key))
        state[key] = ValueOf(row.weight);
    }
  }
  return state;
}

size_t CommittedOf(const Log& history) {
  return static_cast<size_t>(
      std::count_if(history.begin(), history.end(),
                    [](const auto& each) { return each.commit != 0; }));
}

// A clear writes every key, and reads none.
HistoryTransaction ClearAll(GraphStore graph) {
  CommitRequest request;
  request.clears = {ClearScope{GraphScope::kDefault, {}}};
  HistoryTransaction log;
  log.commit = Must(graph.Commit(request)).result.commit;
  log.snapshot = log.commit - 1;
  for (Key key = 0; key < kSubjects * kObjects; ++key)
    log.steps.push_back(Writes(key, std::nullopt));
  return log;
}

void ManyThreads(uint64_t transactions, size_t spill_changes) {
  constexpr int kThreads = 6;
  StoreOptions options{.fold_rows = 40, .run_rows = 3};
  const bool spills = spill_changes < 100;
  options.spill.changes = spill_changes;
  const auto store = OpenMemoryStore(options);
  const GraphStore graph = CreateGraph(*store);
  std::atomic<Value> next_value{1};
  std::mutex mutex;
  Log history;
  std::string failure;
  std::vector<std::thread> threads;
  for (uint64_t thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      try {
        for (uint64_t i = 0; i < transactions; ++i) {
          Actor actor(graph, 1000 * (thread + 1) + i, next_value,
                      /*clears=*/!spills);
          for (size_t n = 1 + actor.Below(4); n > 0; --n) {
            actor.DoSomething();
            if (actor.Below(4) == 0) std::this_thread::yield();
          }
          HistoryTransaction log = actor.Finish();
          std::optional<HistoryTransaction> clear;
          if (thread == 1 && i % 15 == 14) clear = ClearAll(graph);
          if (thread == 0 && i % 40 == 39) {
            const absl::Status packed = store->Compact(graph);
            if (!packed.ok()) throw std::runtime_error(packed.ToString());
          }
          const std::lock_guard lock(mutex);
          history.push_back(std::move(log));
          if (clear) history.push_back(*std::move(clear));
        }
      } catch (const std::exception& error) {
        const std::lock_guard lock(mutex);
        failure = error.what();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  REQUIRE(failure.empty());
  store->WaitForMaintenance();
  CHECK(CheckCommitOrder(history) == "");
  CHECK(CheckDependencies(history) == "");
  // Both happened, and what is there now is what the last writers left.
  CHECK(CommittedOf(history) > transactions);
  CHECK(CommittedOf(history) < history.size());
  history.push_back({.snapshot = UINT64_MAX - 1});
  std::vector<Key> all(kSubjects * kObjects);
  for (Key key = 0; key < kSubjects * kObjects; ++key)
    all[static_cast<size_t>(key)] = key;
  history.back().steps.push_back(Reads(all, StateOf(graph)));
  CHECK(CheckCommitOrder(history) == "");
  RequireClean(*store);
}

TEST_CASE("transactions of many threads are serialisable, folds and all") {
  ManyThreads(250, 1 << 16);
}

TEST_CASE("transactions too large for memory are serialisable, too") {
  ManyThreads(60, 2);
}

TEST_CASE("few transactions in any interleaving fit some serial order") {
  auto random = Random(77);
  const auto below = [&](size_t n) {
    return std::uniform_int_distribution<size_t>(0, n - 1)(random);
  };
  size_t refused = 0, overlapping = 0;
  for (int round = 0; round < 250; ++round) {
    INFO("round " << round);
    StoreOptions options{.fold_rows = 4, .run_rows = 2 + below(4)};
    const bool spills = round % 2 == 0;
    if (spills) options.spill.changes = 1 + below(3);
    const auto store = OpenMemoryStore(options);
    const GraphStore graph = CreateGraph(*store);
    std::atomic<Value> next_value{1};
    Log history;
    // First some rows that are there, one transaction.
    Actor first(graph, random(), next_value, /*clears=*/false);
    for (int i = 0; i < 6; ++i) first.DoSomething();
    history.push_back(first.Finish());
    std::vector<std::unique_ptr<Actor>> open;
    for (size_t n = 2 + below(3); n > 0; --n)
      open.push_back(
          std::make_unique<Actor>(graph, random(), next_value, !spills));
    while (!open.empty()) {
      const size_t chosen = below(open.size());
      if (below(4) != 0) {
        open[chosen]->DoSomething();
      } else {
        history.push_back(open[chosen]->Finish());
        // Folds and clears stand anywhere between the steps of the others.
        if (below(3) == 0) REQUIRE_OK(store->Compact(graph));
        if (below(8) == 0 && history.size() + open.size() < 7)
          history.push_back(ClearAll(graph));
        open.erase(open.begin() + static_cast<std::ptrdiff_t>(chosen));
      }
    }
    refused += history.size() - CommittedOf(history);
    overlapping += CommittedOf(history) - 1;
    CHECK(CheckEveryOrder(history, StateOf(graph)) == "");
    CHECK(CheckCommitOrder(history) == "");
    CHECK(CheckDependencies(history) == "");
  }
  CHECK(refused > 50);
  CHECK(overlapping > 50);
}

}  // namespace
}  // namespace skg::storage::test
