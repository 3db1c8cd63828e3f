// Views of the past against copies of the model, what differs between two of
// them, and the versions of single statements.
#include <chrono>
#include <thread>

#include "storage/diff.h"
#include "storage/graph_state.h"
#include "storage/keys.h"
#include "storage/row_source.h"
#include "storage/store_model.h"
#include "storage/versions.h"

namespace skg::storage::test {
namespace {

// A graph, and the model after each of its commits.
struct Past {
  std::unique_ptr<Store> store;
  std::optional<GraphStore> graph;
  std::vector<Model> models = {{}};  // by commit
  std::vector<absl::Time> times = {absl::UnixEpoch()};

  void Commit(Run& run) {
    Model model = models.back();
    RandomCommit(run, *graph, model);
    models.push_back(std::move(model));
    auto view = graph->Latest();
    REQUIRE_OK(view);
    times.push_back(view->commit_time());
  }
  [[nodiscard]] uint64_t last() const { return models.size() - 1; }
  [[nodiscard]] ReadView At(uint64_t commit) const {
    auto view = graph->AsOf(commit);
    REQUIRE_OK(view);
    REQUIRE(view->commit() == commit);
    REQUIRE(view->commit_time() == times[commit]);
    return *std::move(view);
  }
};

void CompareFinds(const Past& past, uint64_t commit) {
  const ReadView view = past.At(commit);
  const Model& model = past.models[commit];
  for (const auto& [key, newest] : past.models.back()) {
    auto row = view.Find(key);
    REQUIRE_OK(row);
    const auto expected = model.find(key);
    REQUIRE(row->has_value() == (expected != model.end()));
    auto id = view.StatementId(key);
    REQUIRE_OK(id);
    auto by_id = view.FindById(*id);
    REQUIRE_OK(by_id);
    REQUIRE(by_id->has_value() == row->has_value());
    if (expected == model.end()) continue;
    REQUIRE((*row)->commit == expected->second.version);
    auto record = view.ReadRecord(**row);
    REQUIRE_OK(record);
    REQUIRE(record->created_commit == expected->second.created);
    auto created = view.TimeOfCommit(record->created_commit);
    REQUIRE_OK(created);
    REQUIRE(*created == past.times[record->created_commit]);
  }
}

bool SameContent(const Stored& a, const Stored& b) {
  return a.weight == b.weight && a.metadata == b.metadata;
}

void CompareDiff(const Past& past, uint64_t from, uint64_t to,
                 const ScanPattern& pattern) {
  const ReadView before = past.At(from);
  const ReadView after = past.At(to);
  auto cursor = DiffCursor::Open(before, after, pattern, nullptr, nullptr);
  REQUIRE_OK(cursor);
  std::map<StatementKey, RowDifference> got;
  std::vector<RowDifference> batch;
  for (;;) {
    auto more = cursor->Next(batch);
    REQUIRE_OK(more);
    if (!*more) break;
    for (const RowDifference& one : batch) {
      const StatementRow& row = one.before ? *one.before : *one.after;
      REQUIRE(got.emplace(row.key, one).second);
      if (one.before && one.after) REQUIRE(one.before->key == one.after->key);
    }
  }
  const Model& old_model = past.models[from];
  const Model& new_model = past.models[to];
  size_t expected = 0;
  for (const auto& [key, stored] : old_model) {
    if (!pattern.Matches(key)) continue;
    const auto now = new_model.find(key);
    if (now != new_model.end() && SameContent(stored, now->second)) continue;
    ++expected;
    REQUIRE(got.contains(key));
    REQUIRE(got[key].before.has_value());
    REQUIRE(got[key].before->weight == stored.weight);
    REQUIRE(got[key].after.has_value() == (now != new_model.end()));
  }
  for (const auto& [key, stored] : new_model) {
    if (!pattern.Matches(key) || old_model.contains(key)) continue;
    ++expected;
    REQUIRE(got.contains(key));
    REQUIRE(!got[key].before.has_value());
    REQUIRE(got[key].after->commit == stored.version);
  }
  REQUIRE(got.size() == expected);
}

ScanPattern RandomPattern(Run& run, const Past& past) {
  ScanPattern pattern;
  const Model& model = past.models[run.Below(past.models.size())];
  if (model.empty() || run.Below(3) == 0) return pattern;
  auto pick = model.begin();
  std::advance(pick, static_cast<ptrdiff_t>(run.Below(model.size())));
  if (run.Below(2) == 0) pattern.subject = pick->first.subject;
  if (run.Below(2) == 0) pattern.predicate = pick->first.predicate;
  if (run.Below(2) == 0) pattern.object = pick->first.object;
  pattern.scope = static_cast<GraphScope>(run.Below(3));
  return pattern;
}

// The versions that the models after each commit imply, from `horizon` on.
void CompareVersions(const Past& past, const StatementKey& key,
                     uint64_t horizon, uint64_t at) {
  std::vector<std::pair<uint64_t, RowOperation>> expected;
  for (uint64_t commit = horizon; commit <= at; ++commit) {
    const auto now = past.models[commit].find(key);
    const bool live = now != past.models[commit].end();
    if (commit == horizon) {
      if (live) expected.emplace_back(now->second.version, RowOperation());
      continue;
    }
    const auto before = past.models[commit - 1].find(key);
    const bool was_live = before != past.models[commit - 1].end();
    if (live && !was_live) {
      expected.emplace_back(commit, RowOperation::kInsertNew);
    } else if (live && now->second.version == commit) {
      expected.emplace_back(commit, RowOperation::kReplace);
    } else if (!live && was_live) {
      expected.emplace_back(commit, RowOperation::kRemove);
    }
  }
  auto versions = ReadVersions(past.At(at), key);
  REQUIRE_OK(versions);
  REQUIRE(versions->size() == expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    const StatementVersion& version = (*versions)[i];
    REQUIRE(version.row.commit == expected[i].first);
    if (expected[i].second != RowOperation())
      REQUIRE(version.operation == expected[i].second);
    if (version.operation == RowOperation::kRemove) continue;
    REQUIRE(version.row.weight ==
            past.models[std::max(version.row.commit, horizon)].at(key).weight);
  }
}

void CompareTimes(const Past& past, uint64_t horizon) {
  for (uint64_t commit = std::max<uint64_t>(horizon, 1); commit <= past.last();
       ++commit) {
    for (const absl::Time time :
         {past.times[commit], past.times[commit] + absl::Nanoseconds(1),
          commit == past.last()
              ? absl::InfiniteFuture()
              : past.times[commit + 1] - absl::Nanoseconds(1)}) {
      auto view = past.graph->AsOf(time);
      REQUIRE_OK(view);
      REQUIRE(view->commit() == commit);
    }
  }
  const uint64_t first = std::max<uint64_t>(horizon, 1);
  REQUIRE(absl::IsOutOfRange(
      past.graph->AsOf(past.times[first] - absl::Nanoseconds(1)).status()));
}

void CompareAll(Run& run, const Past& past, uint64_t horizon) {
  for (uint64_t commit = horizon; commit <= past.last(); ++commit) {
    const ReadView view = past.At(commit);
    Compare(view, past.models[commit]);
    if (run.Below(10) == 0) ComparePatterns(run, view, past.models[commit]);
    if (run.Below(10) == 0) CompareFinds(past, commit);
  }
  const auto some = [&] {
    return horizon + run.Below(past.last() + 1 - horizon);
  };
  for (int i = 0; i < 25; ++i)
    CompareDiff(past, some(), some(), RandomPattern(run, past));
  std::set<StatementKey> keys;
  for (const Model& model : past.models) {
    for (const auto& [key, stored] : model) keys.insert(key);
  }
  for (const StatementKey& key : keys)
    CompareVersions(past, key, horizon,
                    run.Below(2) == 0 ? past.last() : some());
  CompareTimes(past, horizon);
}

StoreOptions OptionsOf(uint64_t stream) {
  if (stream % 2 == 0) return {};
  return {.fold_rows = 1 + 5 * (stream % 4), .run_rows = 2 + stream % 9};
}

TEST_CASE("every past state is what it was") {
  for (uint64_t stream = 200; stream < 208; ++stream) {
    Run run(stream);
    Past past;
    // Some with everything in the delta, some with folds, merges and runs.
    past.store = OpenMemoryStore(OptionsOf(stream));
    past.graph = CreateGraph(*past.store);
    for (int i = 0; i < 60; ++i) past.Commit(run);
    CompareAll(run, past, 0);
    // Neither a cut of the log nor a later horizon changes what is shown.
    REQUIRE_OK(past.graph->TrimLog(1 + run.Below(59)));
    CompareAll(run, past, 0);
    if (run.Below(2) == 0) {
      REQUIRE_OK(past.store->Compact(*past.graph));
      CompareAll(run, past, 0);
    }
    const uint64_t horizon = 1 + run.Below(60);
    REQUIRE_OK(past.graph->SetHorizon(horizon));
    CompareAll(run, past, horizon);
    const auto before = past.graph->AsOf(horizon - 1).status();
    REQUIRE(absl::IsOutOfRange(before));
    REQUIRE_THAT(std::string(before.message()),
                 Catch::Contains("from commit " + std::to_string(horizon)));
    RequireClean(*past.store);
  }
}

TEST_CASE("every past state is what it was after the store was reopened") {
  Run run(210);
  const skg::test::TemporaryDirectory directory;
  Past past;
  uint64_t horizon = 0;
  for (int round = 0; round < 4; ++round) {
    past.store =
        OpenRocksStore(directory / "data", {.fold_rows = 25, .run_rows = 8});
    past.graph = CreateGraph(*past.store);
    if (round > 0) CompareAll(run, past, horizon);
    for (int i = 0; i < 20; ++i) past.Commit(run);
    REQUIRE_OK(past.graph->TrimLog(run.Below(past.last() + 5)));
    if (round == 2) {
      horizon = 1 + run.Below(past.last());
      REQUIRE_OK(past.graph->SetHorizon(horizon));
    }
    CompareAll(run, past, horizon);
    RequireClean(*past.store);
    past.graph.reset();
    past.store.reset();
  }
}

// All rows that the runs of the present hold, of one kind.
std::vector<RunRow> RunRows(const GraphStore& graph, KvStore& kv,
                            bool history) {
  const auto view = graph.Latest();
  REQUIRE_OK(view);
  std::vector<RunRow> rows;
  for (const auto& run : view->snapshot()->runs()) {
    if (run->info().history != history) continue;
    const auto source = MakeRunSource(kv, view->snapshot()->kv(), run,
                                      IndexOrder::kGspo, {}, {});
    for (; source->valid(); source->Next()) {
      rows.push_back({ToStatement(source->key(), IndexOrder::kGspo),
                      source->key().commit, source->value()});
    }
    REQUIRE_OK(source->status());
  }
  return rows;
}

size_t CountRecords(KvStore& kv, uint32_t graph) {
  const std::string prefix = GraphPrefix(graph);
  const auto rows = kv.NewIterator(
      Family::kRecords,
      {.snapshot = nullptr, .lower = prefix, .upper = PrefixEnd(prefix)});
  size_t count = 0;
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) ++count;
  REQUIRE_OK(rows->status());
  return count;
}

TEST_CASE("a merge drops what ended by the horizon, and nothing else") {
  for (uint64_t stream = 220; stream < 230; ++stream) {
    Run run(stream);
    Past past;
    past.store = OpenMemoryStore(OptionsOf(stream));
    past.graph = CreateGraph(*past.store);
    KvStore& kv = past.store->kv();
    const uint32_t number = past.graph->description().number;
    uint64_t horizon = 0;
    for (int round = 0; round < 3; ++round) {
      for (int i = 0; i < 30; ++i) past.Commit(run);
      const auto old_view = past.graph->AsOf(horizon);
      REQUIRE_OK(old_view);
      if (run.Below(2) == 0) REQUIRE_OK(past.store->Compact(*past.graph));
      horizon += 1 + run.Below(past.last() - horizon);
      REQUIRE_OK(past.graph->SetHorizon(horizon));
      REQUIRE_OK(past.store->Compact(*past.graph));
      past.store->WaitForMaintenance();
      RequireClean(*past.store);

      size_t with_record = 0, statements = 0;
      const std::vector<RunRow> ended = RunRows(*past.graph, kv, true);
      for (const RunRow& row : ended) {
        REQUIRE(row.value.end > horizon);
        if (row.value.has_record) ++with_record;
      }
      const std::vector<RunRow> live = RunRows(*past.graph, kv, false);
      for (const RunRow& row : live) {
        REQUIRE(row.value.end == UINT64_MAX);
        // A remove stays only to carry the sign of a triple's other edge.
        const bool removes = row.value.operation == RowOperation::kRemove;
        REQUIRE((!removes || row.value.triple_sign != 0));
        if (!removes) ++statements;
        if (row.value.has_record) ++with_record;
      }
      REQUIRE(statements == past.models.back().size());
      REQUIRE(CountRecords(kv, number) == with_record);
      CompareAll(run, past, horizon);
      // A view from before the horizon moved shows what it showed.
      Compare(*old_view, past.models[old_view->commit()]);
    }
    // Only the present is left where the horizon is there.
    REQUIRE_OK(past.graph->SetHorizon(past.last()));
    REQUIRE_OK(past.store->Compact(*past.graph));
    REQUIRE(RunRows(*past.graph, kv, true).empty());
    CompareAll(run, past, past.last());
    RequireClean(*past.store);
  }
}

TEST_CASE("history that is forgotten gives back its place") {
  const skg::test::TemporaryDirectory directory;
  auto store = OpenRocksStore(directory / "data");
  GraphStore graph = CreateGraph(*store);
  auto random = skg::test::Random(231);
  for (int i = 0; i < 60; ++i) {
    RequestBuilder builder(graph);
    for (int j = 0; j < 20; ++j) {
      std::string text = "\"";
      for (int k = 0; k < 500; ++k) text += std::to_string(random());
      Record record;
      record.metadata = "{\"text\":" + text + "\"}";
      builder.request().records.push_back(record);
      builder.Add(Name("s" + std::to_string(j)), Name("p"), Name("o")).record =
          static_cast<uint32_t>(j + 1);
    }
    builder.Commit();
  }
  REQUIRE_OK(store->kv().Flush());
  const auto full = store->kv().DiskBytes();
  REQUIRE_OK(full);
  REQUIRE(*full > 5 << 20);
  REQUIRE_OK(graph.SetHorizon(60));
  REQUIRE_OK(store->Compact(graph));
  CHECK(CountRecords(store->kv(), graph.description().number) == 20);
  // Files are unlinked by a thread of RocksDB's own.
  uint64_t left = *full;
  for (int i = 0; i < 500 && left > *full / 5; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    const auto now = store->kv().DiskBytes();
    REQUIRE_OK(now);
    left = *now;
  }
  INFO(*full << " -> " << left);
  CHECK(left <= *full / 5);
  RequireClean(*store);
}

// Runs of which nothing is to be seen any more go without a compact.
TEST_CASE("upkeep lets whole runs of the past go") {
  StoreOptions options;
  options.run_rows = 4;
  options.upkeep_interval = absl::Milliseconds(5);
  auto store = OpenMemoryStore(options);
  GraphStore graph = CreateGraph(*store);
  for (int i = 0; i < 6; ++i) {
    RequestBuilder builder(graph);
    for (int j = 0; j < 10; ++j)
      builder.Add(Name("s" + std::to_string(j)), Name("p"), Name("o"),
                  0.1f * static_cast<float>(i + 1));
    builder.Commit();
  }
  REQUIRE_OK(store->Compact(graph));
  REQUIRE(RunRows(graph, store->kv(), true).size() == 50);
  REQUIRE_OK(graph.SetHorizon(6));
  AddOne(graph, "x", "y", "z");
  for (int i = 0; i < 2000 && !RunRows(graph, store->kv(), true).empty(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  CHECK(RunRows(graph, store->kv(), true).empty());
  store->WaitForMaintenance();
  RequireClean(*store);
}

TEST_CASE("a commit that is not there yet is said to be so") {
  const auto store = OpenMemoryStore();
  GraphStore graph = CreateGraph(*store);
  REQUIRE(AllRows(*graph.AsOf(uint64_t{0})).empty());
  REQUIRE(graph.AsOf(absl::UnixEpoch())->commit() == 0);
  AddOne(graph, "a", "p", "b");
  AddOne(graph, "a", "p", "c");
  const auto status = graph.AsOf(uint64_t{3}).status();
  REQUIRE(absl::IsOutOfRange(status));
  REQUIRE_THAT(std::string(status.message()),
               Catch::Contains("its last one is 2"));
  REQUIRE(graph.AsOf(uint64_t{2})->commit() == 2);
  REQUIRE(AllRows(*graph.AsOf(uint64_t{1})).size() == 1);
  REQUIRE(AllRows(*graph.AsOf(uint64_t{0})).empty());
  REQUIRE(graph.AsOf(absl::InfiniteFuture())->commit() == 2);
  const auto early = graph.AsOf(absl::InfinitePast()).status();
  REQUIRE(absl::IsOutOfRange(early));
  REQUIRE_THAT(std::string(early.message()), Catch::Contains("first commit"));
}

TEST_CASE("a past view does not see what is committed while it is open") {
  const auto store = OpenMemoryStore();
  GraphStore graph = CreateGraph(*store);
  AddOne(graph, "a", "p", "b");
  AddOne(graph, "a", "p", "c");
  const auto view = graph.AsOf(uint64_t{1});
  REQUIRE_OK(view);
  AddOne(graph, "a", "p", "d");
  AddOne(graph, "a", "p", "b", 0.5f);
  const auto rows = AllRows(*view);
  REQUIRE(rows.size() == 1);
  REQUIRE(rows[0].weight == 1.0f);
  REQUIRE(view->Count({})->statements == 1);
}

}  // namespace
}  // namespace skg::storage::test
