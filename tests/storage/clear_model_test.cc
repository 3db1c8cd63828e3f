// Clears among commits, loads, folds and merges, against the model of a store:
// now, as of every past commit, in the log, in the versions of statements, and
// in files of the graph.
#include "storage/bulk_load.h"
#include "storage/diff.h"
#include "storage/graph_file_support.h"
#include "storage/load_block_builder.h"
#include "storage/pending_clears.h"
#include "storage/store_model.h"
#include "storage/versions.h"

namespace skg::storage::test {
namespace {

using Models = std::map<uint64_t, Model>;  // by commit
// What commits cleared and then changed.
using Clears = std::map<uint64_t, std::vector<ClearScope>>;

ClearScope RandomScope(Run& run, const GraphStore& graph) {
  ClearScope scope{static_cast<GraphScope>(run.Below(4)), {}};
  if (run.Below(3) == 0) scope.scope = GraphScope::kOne;
  if (scope.scope != GraphScope::kOne) return scope;
  auto id = graph.Lookup(Name("g" + std::to_string(run.Below(3))));
  REQUIRE_OK(id);
  // A graph that nobody has heard of is the default one here.
  if (id->bound()) {
    scope.graph = *id;
  } else {
    scope.scope = GraphScope::kDefault;
  }
  return scope;
}

void RandomClear(Run& run, GraphStore& graph, Model& model) {
  CommitRequest request;
  request.clears = {RandomScope(run, graph)};
  const auto outcome = graph.Commit(request);
  REQUIRE_OK(outcome);
  const size_t gone = std::erase_if(model, [&](const auto& entry) {
    return Covers(request.clears, entry.first.graph);
  });
  CHECK(outcome->result.removed == gone);
}

// Some statements of one named graph or the default one.
void RandomLoad(Run& run, GraphStore& graph, Model& model) {
  BulkLoad load(graph, {});
  LoadBlockBuilder builder;
  struct Loaded {
    rdf::Term subject, predicate, object;
    WriteOperation operation;
  };
  const bool named = run.Below(2) == 0;
  const rdf::Term named_graph = run.Resource("g", 3);
  std::vector<Loaded> loaded;
  for (size_t n = 1 + run.Below(60); n > 0; --n) {
    Loaded& one = loaded.emplace_back(
        Loaded{run.Resource("s", 8), run.Resource("p", 3), run.Object(), {}});
    LoadBlock::Full& full = builder.block().full.emplace_back();
    full.kind = run.Below(2) == 0 ? WriteOperation::Kind::kAddIfAbsent
                                  : WriteOperation::Kind::kAdd;
    full.weight = run.Below(2) == 0 ? 1.0f : 0.25f;
    const StatementKey key{
        named ? builder.IdOf(named_graph) : TermId(), builder.IdOf(one.subject),
        builder.IdOf(one.predicate), builder.IdOf(one.object)};
    builder.block().full.back().key = key;
    one.operation.kind = full.kind;
    one.operation.weight = full.weight;
  }
  REQUIRE_OK(load.Add(builder.block()));
  REQUIRE_OK(load.Finish());
  const auto id = [&](const rdf::Term& term) {
    auto found = graph.Lookup(term);
    REQUIRE_OK(found);
    return *found;
  };
  for (const Loaded& one : loaded) {
    Apply(model, one.operation,
          {named ? id(named_graph) : TermId(), id(one.subject),
           id(one.predicate), id(one.object)},
          "", graph.last_commit());
  }
}

// Statements as text, with their weights.
std::map<std::string, float> TextsOf(const ReadView& view) {
  std::map<std::string, float> texts;
  for (const StatementRow& row : AllRows(view)) {
    std::vector<TermId> ids = {row.key.subject, row.key.predicate,
                               row.key.object};
    if (row.key.graph.bound()) ids.push_back(row.key.graph);
    std::vector<rdf::Term> terms;
    REQUIRE_OK(view.Decode(ids, &terms));
    std::string text = std::to_string(row.key.edge);
    for (const rdf::Term& term : terms) text += " " + rdf::ToNTriples(term);
    REQUIRE(texts.emplace(text, row.weight).second);
  }
  return texts;
}

// Of such a text; the default one's is empty.
std::string GraphIn(const std::string& text) {
  const std::string end = text.substr(text.rfind(' '));
  return end.starts_with(" <urn:skg:g") ? end : "";
}

// A transaction of some changes and clears, which sees them itself.
class RandomTransaction {
 public:
  RandomTransaction(Run& run, GraphStore& graph, Model& model)
      : run_(run),
        graph_(graph),
        model_(model),
        transaction_(MustBegin(graph)),
        texts_(TextsOf(transaction_.view())) {}

  void Do(Clears& clears) {
    for (size_t n = 1 + run_.Below(14); n > 0; --n) {
      if (run_.Below(4) == 0) {
        ClearSome();
      } else {
        Change();
      }
      if (run_.Below(3) == 0) LookAtAll();
    }
    LookAtAll();
    Commit(clears);
  }

 private:
  struct Step {
    std::optional<rdf::Term> graph;
    rdf::Term subject, predicate, object;
    WriteOperation operation;
  };
  struct Clear {
    GraphScope scope = GraphScope::kUnion;
    std::optional<rdf::Term> graph;
    [[nodiscard]] bool Covers(const std::optional<rdf::Term>& named) const {
      return (scope == GraphScope::kUnion) ||
             (scope == GraphScope::kDefault && !named) ||
             (scope == GraphScope::kNamed && named) ||
             (scope == GraphScope::kOne && named && *named == *graph);
    }
  };

  static Transaction MustBegin(GraphStore& graph) {
    auto transaction = graph.Begin();
    REQUIRE_OK(transaction);
    return *std::move(transaction);
  }
  TermId Id(const rdf::Term& term) {
    const auto id = transaction_.Intern(term);
    REQUIRE_OK(id);
    return *id;
  }
  TermId Known(const rdf::Term& term) {
    const auto id = graph_.Lookup(term);
    REQUIRE_OK(id);
    return *id;
  }
  static std::string EndOfText(const Step& step) {
    std::string text;
    for (const rdf::Term* term :
         {&step.subject, &step.predicate, &step.object}) {
      text += " " + rdf::ToNTriples(*term);
    }
    return step.graph ? text + " " + rdf::ToNTriples(*step.graph) : text;
  }

  void Change() {
    Step step;
    if (run_.Below(2) == 0) step.graph = run_.Resource("g", 5);
    step.subject = run_.Resource("s", 8);
    step.predicate = run_.Resource("p", 3);
    step.object = run_.Object();
    WriteOperation& operation = step.operation;
    operation.weight = run_.Below(2) == 0 ? 1.0f : 0.75f;
    const StatementKey key{step.graph ? Id(*step.graph) : TermId(),
                           Id(step.subject), Id(step.predicate),
                           Id(step.object)};
    const std::string text = EndOfText(step);
    if (run_.Below(3) == 0) {
      operation.kind = WriteOperation::Kind::kRemoveTriple;
      REQUIRE_OK(transaction_.RemoveTriple(key));
      std::erase_if(texts_, [&](const auto& entry) {
        return entry.first.substr(entry.first.find(' ')) == text;
      });
    } else {
      const bool if_absent = run_.Below(2) == 0;
      if (if_absent) operation.kind = WriteOperation::Kind::kAddIfAbsent;
      REQUIRE_OK(transaction_.Add(key, operation.weight, nullptr, if_absent));
      const auto [at, added] = texts_.emplace("0" + text, operation.weight);
      if (!added && !if_absent) at->second = operation.weight;
    }
    script_ += (operation.kind == WriteOperation::Kind::kRemoveTriple ? "remove"
                                                                      : "add") +
               text + "\n";
    steps_.push_back(std::move(step));
  }

  void ClearSome() {
    Clear clear{static_cast<GraphScope>(run_.Below(4)), {}};
    if (run_.Below(2) == 0) clear.scope = GraphScope::kOne;
    ClearScope scope{clear.scope, {}};
    std::string end;
    if (clear.scope == GraphScope::kOne) {
      clear.graph = run_.Resource("g", 5);
      scope.graph = Id(*clear.graph);
      end = " " + rdf::ToNTriples(*clear.graph);
    }
    REQUIRE_OK(transaction_.Clear(scope));
    std::erase_if(texts_, [&](const auto& entry) {
      const std::string named = GraphIn(entry.first);
      return clear.scope == GraphScope::kUnion ||
             (clear.scope == GraphScope::kDefault && named.empty()) ||
             (clear.scope == GraphScope::kNamed && !named.empty()) ||
             (clear.scope == GraphScope::kOne && named == end);
    });
    std::erase_if(steps_,
                  [&](const Step& step) { return clear.Covers(step.graph); });
    script_ +=
        "clear " + std::to_string(static_cast<int>(scope.scope)) + end + "\n";
    clears_.push_back(clear);
  }

  void LookAtAll() {
    script_ += "look\n";
    INFO(script_);
    REQUIRE(TextsOf(transaction_.view()) == texts_);
    const auto counts = transaction_.view().Count({});
    REQUIRE_OK(counts);
    CHECK(counts->statements == texts_.size());
    for (const char* name : {"g0", "g4"}) {
      const ScanPattern pattern{.scope = GraphScope::kOne,
                                .graph = Id(Name(name))};
      const auto one = transaction_.view().Count(pattern);
      REQUIRE_OK(one);
      const std::string end = " " + rdf::ToNTriples(Name(name));
      CHECK(one->statements ==
            static_cast<uint64_t>(std::count_if(
                texts_.begin(), texts_.end(), [&](const auto& entry) {
                  return GraphIn(entry.first) == end;
                })));
    }
  }

  void Commit(Clears& clears) {
    INFO(script_);
    const auto outcome = graph_.Commit(transaction_, {});
    REQUIRE_OK(outcome);
    const uint64_t commit = outcome->result.commit;
    CHECK(TextsOf(*graph_.Latest()) == texts_);
    std::vector<ClearScope>& scopes = clears[commit];
    for (const Clear& clear : clears_) {
      const TermId id = clear.graph ? Known(*clear.graph) : TermId();
      if (clear.scope != GraphScope::kOne || id.bound())
        AddClear({clear.scope, id}, scopes);
    }
    CommitResult expected;
    expected.removed = std::erase_if(model_, [&](const auto& entry) {
      return Covers(scopes, entry.first.graph);
    });
    for (const Step& step : steps_) {
      const StatementKey key{step.graph ? Known(*step.graph) : TermId(),
                             Known(step.subject), Known(step.predicate),
                             Known(step.object)};
      const bool known = key.subject.bound() && key.predicate.bound() &&
                         key.object.bound() &&
                         (key.graph.bound() || !step.graph);
      Count(known ? Apply(model_, step.operation, key, "", commit)
                  : Outcome::kAbsent,
            expected);
    }
    CHECK(outcome->result.inserted == expected.inserted);
    CHECK(outcome->result.replaced == expected.replaced);
    CHECK(outcome->result.duplicates == expected.duplicates);
    CHECK(outcome->result.removed == expected.removed);
    CHECK(outcome->result.absent == expected.absent);
  }

  Run& run_;
  GraphStore& graph_;
  Model& model_;
  Transaction transaction_;
  std::map<std::string, float> texts_;  // as it should see
  std::vector<Step> steps_;             // that no later clear took back
  std::vector<Clear> clears_;
  std::string script_;  // for who reads of a failure
};

// What commits did to a statement, by the states that they left.
std::vector<std::pair<RowOperation, uint64_t>> ExpectedVersions(
    const Models& models, const Clears& clears, const StatementKey& key,
    uint64_t upto) {
  std::vector<std::pair<RowOperation, uint64_t>> versions;
  uint64_t version = 0;  // 0: absent
  for (const auto& [commit, model] : models) {
    if (commit > upto) break;
    const auto it = model.find(key);
    const uint64_t now = it == model.end() ? 0 : it->second.version;
    if (now == version) continue;
    // What is cleared and comes back with one commit comes anew.
    const auto cleared = clears.find(commit);
    if (cleared != clears.end() && now != 0 &&
        Covers(cleared->second, key.graph)) {
      version = 0;
    }
    versions.emplace_back(version == 0 ? RowOperation::kInsertNew
                          : now == 0   ? RowOperation::kRemove
                                       : RowOperation::kReplace,
                          commit);
    version = now;
  }
  return versions;
}

void CompareVersions(const ReadView& view, const Models& models,
                     const Clears& clears, const StatementKey& key) {
  const auto versions = ReadVersions(view, key);
  REQUIRE_OK(versions);
  std::vector<std::pair<RowOperation, uint64_t>> got;
  for (const StatementVersion& version : *versions)
    got.emplace_back(version.operation, version.row.commit);
  CHECK(got == ExpectedVersions(models, clears, key, view.commit()));
}

std::set<StatementKey> KeysOf(const Model& model) {
  std::set<StatementKey> keys;
  for (const auto& [key, stored] : model) keys.insert(key);
  return keys;
}

// A follower that applies the log change by change.
void CompareLog(const GraphStore& graph, const Models& models) {
  std::set<StatementKey> keys;
  for (const auto& [commit, model] : models) {
    if (commit == 0) continue;
    const auto entry = graph.ReadLog(commit);
    REQUIRE_OK(entry);
    for (const LoggedChange& change : entry->changes) {
      if (change.operation == RowOperation::kRemove) {
        REQUIRE(keys.erase(change.key) == 1);
      } else {
        const bool added = keys.insert(change.key).second;
        REQUIRE(added == (change.operation == RowOperation::kInsertNew));
      }
    }
    REQUIRE(keys == KeysOf(model));
  }
}

void CompareDifference(const GraphStore& graph, const Models& models,
                       uint64_t from, uint64_t to) {
  const auto before = graph.AsOf(from);
  const auto after = graph.AsOf(to);
  REQUIRE_OK(before);
  REQUIRE_OK(after);
  auto diff = DiffCursor::Open(*before, *after, {}, nullptr, nullptr);
  REQUIRE_OK(diff);
  std::set<StatementKey> removed, added;
  std::vector<RowDifference> differences;
  for (;;) {
    const auto more = diff->Next(differences);
    REQUIRE_OK(more);
    if (!*more) break;
    for (const RowDifference& one : differences) {
      if (!one.after) removed.insert(one.before->key);
      if (!one.before) added.insert(one.after->key);
    }
  }
  for (const auto& [key, stored] : models.at(from))
    CHECK(removed.contains(key) == !models.at(to).contains(key));
  for (const auto& [key, stored] : models.at(to))
    CHECK(added.contains(key) == !models.at(from).contains(key));
}

void CompareFile(Run& run, Store& store, const GraphStore& graph,
                 const Models& models, uint64_t commit) {
  const auto view = graph.AsOf(commit);
  REQUIRE_OK(view);
  const std::string bytes = MustSave(store, *view);
  const GraphStore copy =
      MustRestore(store, "copy" + std::to_string(run.random()), bytes);
  auto restored = copy.Latest();
  REQUIRE_OK(restored);
  // Ids of terms are the same in the copy.
  Compare(*restored, models.at(commit));
  const uint64_t past = run.Below(commit + 1);
  restored = copy.AsOf(past);
  REQUIRE_OK(restored);
  Compare(*restored, models.at(past));
  if (copy.first_logged() <= 1) {
    CompareLog(copy, Models(models.begin(), models.upper_bound(commit)));
  }
  restored = absl::CancelledError("closed");
}

// How often the marks of clears were there to be looked at.
struct Seen {
  size_t marks = 0, in_runs = 0, in_delta = 0, in_both = 0;
  void Look(const GraphStore& graph) {
    const auto view = graph.Latest();
    REQUIRE_OK(view);
    const Snapshot& at = *view->snapshot();
    if (at.manifest().clears.empty()) return;
    ++marks;
    const bool runs =
        std::any_of(at.manifest().runs.begin(), at.manifest().runs.end(),
                    [&](const RunInfo& info) {
                      return !PendingClears(at.manifest(), info).empty();
                    });
    in_runs += runs ? 1 : 0;
    in_delta += at.head().delta_rows > 0 ? 1 : 0;
    in_both += runs && at.head().delta_rows > 0 ? 1 : 0;
  }
};

void CompareAll(Run& run, Store& store, const GraphStore& graph,
                const Models& models, const Clears& clears,
                const Model& model) {
  const auto view = graph.Latest();
  REQUIRE_OK(view);
  Compare(*view, model);
  const uint64_t last = graph.last_commit();
  const uint64_t past = run.Below(last + 1);
  const auto then = graph.AsOf(past);
  REQUIRE_OK(then);
  Compare(*then, models.at(past));
  if (run.Below(8) == 0) ComparePatterns(run, *view, model);
  if (run.Below(8) == 0) ComparePatterns(run, *then, models.at(past));
  if (!models.at(past).empty()) {
    CompareVersions(*view, models, clears, models.at(past).begin()->first);
    CompareVersions(*then, models, clears, models.at(past).rbegin()->first);
  }
  if (run.Below(10) == 0)
    CompareDifference(graph, models, past, run.Below(last + 1));
  if (run.Below(15) == 0) RequireClean(store);
  if (run.Below(30) == 0) CompareFile(run, store, graph, models, past);
  if (run.Below(25) == 0) {
    REQUIRE_OK(store.Compact(graph));
    const auto packed = graph.Latest();
    REQUIRE_OK(packed);
    CHECK(packed->snapshot()->manifest().clears.empty());
    Compare(*packed, model);
  }
}

// `spill_changes`: larger transactions go by way of files.
void RandomRun(uint64_t stream, bool rocks, uint64_t fold_rows, size_t run_rows,
               Seen& seen, size_t spill_changes = size_t{1} << 16) {
  INFO("stream " << stream << ", fold_rows " << fold_rows << ", run_rows "
                 << run_rows << ", spill_changes " << spill_changes);
  Run run(stream);
  const skg::test::TemporaryDirectory directory;
  StoreOptions options{.fold_rows = fold_rows, .run_rows = run_rows};
  options.spill.changes = spill_changes;
  options.spill.load_bytes = size_t{1} << 18;
  std::unique_ptr<Store> store =
      rocks ? OpenRocksStore(directory / "data", options)
            : OpenMemoryStore(options);
  std::optional<GraphStore> graph =
      CreateGraph(*store, "main", {.statement_ids = false});
  Models models = {{0, {}}};
  Clears clears;
  Model model;
  const int commits = rocks ? 60 : 120;
  for (int i = 0; i < commits; ++i) {
    const size_t what = run.Below(12);
    if (what < 2) {
      RandomClear(run, *graph, model);
    } else if (what == 2) {
      RandomLoad(run, *graph, model);
    } else if (what < 5) {
      RandomTransaction(run, *graph, model).Do(clears);
    } else {
      RandomCommit(run, *graph, model);
    }
    const uint64_t last = graph->last_commit();
    models[last] = model;
    seen.Look(*graph);
    CompareAll(run, *store, *graph, models, clears, model);
    if (!rocks || run.Below(20) != 0) continue;
    graph.reset();
    store.reset();
    store = OpenRocksStore(directory / "data", options);
    graph = CreateGraph(*store);
  }
  store->WaitForMaintenance();
  CompareLog(*graph, models);
  for (const auto& [commit, then] : models) {
    const auto view = graph->AsOf(commit);
    REQUIRE_OK(view);
    Compare(*view, then);
  }
  RequireClean(*store);
}

constexpr uint64_t kNoFolds = 1 << 20;

TEST_CASE("what is cleared in the delta is gone now and there in the past",
          "[clear]") {
  Seen seen;
  for (uint64_t stream = 300; stream < 304; ++stream)
    RandomRun(stream, false, kNoFolds, kNoFolds, seen);
  CHECK(seen.in_delta > 100);
}

TEST_CASE("what is cleared in runs is gone now and there in the past",
          "[clear]") {
  Seen seen;
  for (uint64_t stream = 310; stream < 316; ++stream)
    RandomRun(stream, false, kNoFolds, 1 + (stream - 310) * 2, seen);
  CHECK(seen.in_runs > 20);
}

TEST_CASE("clears and folds and merges of all sizes hold what a map holds",
          "[clear]") {
  Seen seen;
  for (uint64_t stream = 320; stream < 328; ++stream)
    RandomRun(stream, false, 1 + 9 * (stream - 320), stream % 2 == 0 ? 4 : 9,
              seen);
  CHECK(seen.marks > 20);
}

TEST_CASE("clears on RocksDB hold what a map holds, also reopened", "[clear]") {
  Seen seen;
  for (uint64_t stream = 330; stream < 333; ++stream)
    RandomRun(stream, true, 20 + 1000 * (stream - 330), 6, seen);
  CHECK(seen.marks > 5);
}

TEST_CASE("transactions that clear and spill hold what a map holds",
          "[clear][spill]") {
  Seen seen;
  for (uint64_t stream = 340; stream < 352; ++stream)
    RandomRun(stream, false, 10 + 500 * (stream % 3), 6, seen, 1 + stream % 5);
  CHECK(seen.marks > 20);
}

TEST_CASE("transactions that clear and spill do so on RocksDB",
          "[clear][spill]") {
  Seen seen;
  for (uint64_t stream = 360; stream < 362; ++stream)
    RandomRun(stream, true, 20 + 1000 * (stream - 360), 6, seen, 3);
  CHECK(seen.marks > 5);
}

}  // namespace
}  // namespace skg::storage::test
