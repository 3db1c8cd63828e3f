// A graph, saved and restored, is the same graph: present, past, log and ids.
#include "storage/graph_file.h"

#include "storage/bulk_load.h"
#include "storage/graph_file_support.h"
#include "storage/graph_log.h"
#include "storage/keys.h"
#include "storage/load_block_builder.h"
#include "storage/store_model.h"

namespace skg::storage::test {
namespace {

// A store whose graph has had `commits` random commits, all remembered.
struct Past {
  Past(uint64_t stream, const StoreOptions& options, int commits)
      : run(stream), store(OpenMemoryStore(options)) {
    graph.emplace(CreateGraph(*store));
    for (int i = 0; i < commits; ++i) Commit();
  }
  void Commit() {
    Model model = models.back();
    RandomCommit(run, *graph, model);
    models.push_back(std::move(model));
  }
  Run run;
  std::unique_ptr<Store> store;
  std::optional<GraphStore> graph;
  std::vector<Model> models = {Model()};
};

void CompareStates(const GraphStore& graph, const std::vector<Model>& models,
                   uint64_t first, uint64_t last) {
  REQUIRE(graph.last_commit() == last);
  for (uint64_t commit = first; commit <= last; ++commit) {
    INFO("as of commit " << commit);
    const auto view = graph.AsOf(commit);
    REQUIRE_OK(view);
    Compare(*view, models[commit]);
  }
}

void CompareLogs(const GraphStore& a, const GraphStore& b, uint64_t last) {
  REQUIRE(a.first_logged() == b.first_logged());
  const auto view_a = a.Latest(), view_b = b.Latest();
  REQUIRE_OK(view_a);
  REQUIRE_OK(view_b);
  for (uint64_t commit = 1; commit <= last; ++commit) {
    CHECK(*view_a->TimeOfCommit(commit) == *view_b->TimeOfCommit(commit));
    if (commit < a.first_logged()) continue;
    const auto entry_a = a.ReadLog(commit), entry_b = b.ReadLog(commit);
    REQUIRE_OK(entry_a);
    REQUIRE_OK(entry_b);
    CHECK(entry_a->time == entry_b->time);
    CHECK(entry_a->changes == entry_b->changes);
  }
}

constexpr uint64_t kNever = 1 << 20;

TEST_CASE("a restored graph is the saved one, now and at every commit") {
  for (uint64_t stream = 0; stream < 8; ++stream) {
    INFO("stream " << stream);
    const StoreOptions options{
        .fold_rows = stream % 2 == 0 ? kNever : 10 + stream * 5,
        .run_rows = stream % 3 == 0 ? size_t{5} : size_t{kNever}};
    Past past(stream, options, 40);
    if (stream == 6) REQUIRE_OK(past.store->Compact(*past.graph));
    SaveSummary summary;
    const std::string bytes = MustSave(*past.store, *past.graph, &summary);
    CHECK(summary.totals.logged_commits == 40);

    const auto other = OpenMemoryStore();
    const GraphStore graph = MustRestore(*other, "copy", bytes);
    RequireClean(*other);
    CompareStates(graph, past.models, 0, 40);
    CompareLogs(*past.graph, graph, 40);
    CHECK(graph.description().uuid == past.graph->description().uuid);
    CHECK(graph.description().name == "copy");
    // Saved again it is the same file, but for the name.
    TakenApart again = TakeApart(MustSave(*other, graph));
    TakenApart first = TakeApart(bytes);
    CHECK(again.totals == first.totals);
    REQUIRE(again.chunks.size() == first.chunks.size());
    for (size_t i = 0; i < first.chunks.size(); ++i)
      CHECK(again.chunks[i].payload == first.chunks[i].payload);
  }
}

TEST_CASE("a restored graph goes on as the saved one would") {
  for (uint64_t stream = 10; stream < 14; ++stream) {
    Past past(stream, {.fold_rows = 30}, 25);
    const std::string bytes = MustSave(*past.store, *past.graph);
    const auto other = OpenMemoryStore({.fold_rows = 30, .run_rows = 5});
    past.graph = MustRestore(*other, "copy", bytes);
    for (int i = 0; i < 20; ++i) past.Commit();
    CompareStates(*past.graph, past.models, 0, 45);
    REQUIRE_OK(other->Compact(*past.graph));
    CompareStates(*past.graph, past.models, 0, 45);
    RequireClean(*other);
    past.graph.reset();
  }
}

TEST_CASE("a past state is saved with its own past, and nothing later") {
  for (uint64_t stream = 20; stream < 26; ++stream) {
    Past past(stream, {.fold_rows = stream % 2 == 0 ? kNever : 20}, 30);
    if (stream % 3 == 0) REQUIRE_OK(past.store->Compact(*past.graph));
    const auto other = OpenMemoryStore();
    for (uint64_t commit = 0; commit <= 30; commit += 5) {
      INFO("stream " << stream << ", saved as of commit " << commit);
      const auto view = past.graph->AsOf(commit);
      REQUIRE_OK(view);
      SaveSummary summary;
      const std::string bytes = MustSave(*past.store, *view, &summary);
      CHECK(summary.totals.logged_commits == commit);
      const GraphStore graph =
          MustRestore(*other, "at" + std::to_string(commit), bytes);
      CompareStates(graph, past.models, 0, commit);
    }
    RequireClean(*other);
  }
}

TEST_CASE("terms of later commits are not in the file of a past state") {
  const auto store = OpenMemoryStore();
  const GraphStore graph = CreateGraph(*store);
  AddOne(graph, "early", "p", "o");
  AddOne(graph, "secret-of-later", "p", "o");
  const std::string now = MustSave(*store, graph);
  const std::string then = MustSave(*store, *graph.AsOf(uint64_t{1}));
  CHECK(now.find("secret-of-later") != std::string::npos);
  CHECK(then.find("secret-of-later") == std::string::npos);
  CHECK(then.find("early") != std::string::npos);
}

TEST_CASE("what the log has dropped stays dropped, and times stay") {
  for (uint64_t stream = 30; stream < 34; ++stream) {
    Past past(stream, {.fold_rows = 40}, 30);
    REQUIRE_OK(past.graph->TrimLog(20));
    const auto other = OpenMemoryStore();
    GraphStore graph =
        MustRestore(*other, "now", MustSave(*past.store, *past.graph));
    CHECK(graph.first_logged() == 21);
    CompareLogs(*past.graph, graph, 30);
    CompareStates(graph, past.models, 0, 30);
    // The last entry of a state before the log begins is made of its rows.
    const auto view = past.graph->AsOf(uint64_t{12});
    REQUIRE_OK(view);
    graph = MustRestore(*other, "then", MustSave(*past.store, *view));
    CHECK(graph.first_logged() == 12);
    CompareStates(graph, past.models, 0, 12);
    CHECK(*graph.Latest()->TimeOfCommit(7) ==
          *past.graph->Latest()->TimeOfCommit(7));
    RequireClean(*other);
  }
}

TEST_CASE("the horizon and how long history is kept are restored") {
  Past past(40, {.fold_rows = 40}, 20);
  REQUIRE_OK(past.graph->SetHistoryKept(absl::Hours(1)));
  REQUIRE_OK(past.graph->SetHorizon(8));
  const auto other = OpenMemoryStore();
  const GraphStore graph =
      MustRestore(*other, "copy", MustSave(*past.store, *past.graph));
  CHECK(*graph.ReadHistory() == *past.graph->ReadHistory());
  CHECK(absl::IsOutOfRange(graph.AsOf(uint64_t{7}).status()));
  CompareStates(graph, past.models, 8, 20);
}

TEST_CASE("valid time, sources, long terms and every kind of term come back") {
  const auto store = OpenMemoryStore();
  const GraphStore graph =
      CreateGraph(*store, "all", {"http://a.example/", true});
  RequestBuilder builder(graph);
  const rdf::Term longest =
      rdf::Term::Literal(std::string(3 << 20, 'x') + "end");
  const rdf::Term triple = rdf::Term::Triple(
      Name("s"), Name("p"),
      rdf::Term::Triple(Name("a"), Name("b"), rdf::Term::Literal("in here")));
  for (const rdf::Term& object :
       {longest, triple, rdf::Term::LanguageString("hello", "en"),
        rdf::Term::BlankNode("b0"), rdf::Term::Literal("01", "urn:x"),
        rdf::Term::Literal(std::string(20000, 'y')),
        rdf::Term::Literal("7", std::string(rdf::iri::kXsdInteger))}) {
    builder.Add(Name("s"), Name("p"), object, 0.25f);
  }
  builder.request().records.push_back({.metadata = R"({"k": 1})",
                                       .valid_from = absl::FromUnixSeconds(5),
                                       .valid_to = absl::FromUnixSeconds(9),
                                       .source = "a book"});
  builder.request().operations[1].record = 1;
  builder.Commit();

  const auto other = OpenMemoryStore();
  const GraphStore copy = MustRestore(*other, "all", MustSave(*store, graph));
  RequireClean(*other);
  CHECK(copy.description().base_namespace == "http://a.example/");
  const auto before = graph.Latest(), after = copy.Latest();
  REQUIRE_OK(before);
  REQUIRE_OK(after);
  const auto rows = AllRows(*before);
  REQUIRE(AllRows(*after).size() == 7);
  for (const StatementRow& row : rows) {
    const auto id = before->StatementId(row.key);
    REQUIRE_OK(id);
    const auto found = after->FindById(*id);
    REQUIRE_OK(found);
    REQUIRE(found->has_value());
    CHECK((*found)->weight == 0.25f);
    CHECK(*before->ReadRecord(row) == *after->ReadRecord(**found));
    std::vector<rdf::Term> a, b;
    REQUIRE_OK(before->Decode(std::span(&row.key.object, 1), &a));
    REQUIRE_OK(after->Decode(std::span(&(*found)->key.object, 1), &b));
    CHECK(a == b);
  }
}

TEST_CASE("an empty graph and one without statement ids are restored") {
  const auto store = OpenMemoryStore();
  const GraphStore empty = CreateGraph(*store, "empty");
  const GraphStore plain =
      CreateGraph(*store, "plain", {.statement_ids = false});
  AddOne(plain, "a", "p", "b");
  const auto other = OpenMemoryStore();
  GraphStore copy = MustRestore(*other, "empty", MustSave(*store, empty));
  CHECK(copy.last_commit() == 0);
  CHECK(AllRows(*copy.Latest()).empty());
  AddOne(copy, "a", "p", "b");
  copy = MustRestore(*other, "plain", MustSave(*store, plain));
  CHECK_FALSE(copy.description().statement_ids);
  CHECK(AllRows(*copy.Latest()).size() == 1);
  RequireClean(*other);
}

TEST_CASE("removed statements keep their ids and versions") {
  const auto store = OpenMemoryStore();
  const GraphStore graph = CreateGraph(*store);
  AddOne(graph, "a", "p", "b");
  const StatementKey key = AllRows(*graph.Latest())[0].key;
  const auto id = graph.Latest()->StatementId(key);
  RequestBuilder builder(graph);
  builder.Remove(Name("a"), Name("p"), Name("b"));
  builder.Commit();
  const auto other = OpenMemoryStore();
  const GraphStore copy = MustRestore(*other, "c", MustSave(*store, graph));
  CHECK(AllRows(*copy.Latest()).empty());
  const auto found = copy.Latest()->KeyOfId(*id);
  REQUIRE_OK(found);
  CHECK(*found == std::optional(key));
  RequireClean(*other);
}

TEST_CASE("a bulk load is saved as the rows that it brought") {
  const auto store = OpenMemoryStore();
  const GraphStore graph =
      CreateGraph(*store, "main", {.statement_ids = false});
  AddOne(graph, "s1", "p", "o");
  BulkLoad load(graph, {});
  LoadBlockBuilder builder;
  for (int i = 0; i < 300; ++i) {
    builder.block().plain.push_back(
        {builder.IdOf(Name("s" + std::to_string(i))), builder.IdOf(Name("p")),
         builder.IdOf(Name("o"))});
  }
  REQUIRE_OK(load.Add(builder.block()));
  REQUIRE_OK(load.Finish());
  AddOne(graph, "s1", "p", "o", 0.5f);
  for (const uint64_t commit : {uint64_t{2}, uint64_t{3}}) {
    const auto view = graph.AsOf(commit);
    REQUIRE_OK(view);
    const auto other = OpenMemoryStore();
    const GraphStore copy =
        MustRestore(*other, "copy", MustSave(*store, *view));
    RequireClean(*other);
    CHECK(AllRows(*copy.Latest()).size() == 300);
    const auto before = graph.ReadLog(2), after = copy.ReadLog(2);
    REQUIRE_OK(before);
    REQUIRE_OK(after);
    const auto keys = [](const LogEntry& entry) {
      std::set<StatementKey> set;
      for (const LoggedChange& change : entry.changes) set.insert(change.key);
      return set;
    };
    CHECK(after->time == before->time);
    CHECK(after->changes.size() == 299);
    CHECK(keys(*after) == keys(*before));
  }
}

TEST_CASE("a name that is taken and a UUID that is taken") {
  const auto store = OpenMemoryStore();
  const GraphStore graph = CreateGraph(*store);
  AddOne(graph, "a", "p", "b");
  const std::string bytes = MustSave(*store, graph);
  CHECK(absl::IsAlreadyExists(Restore(*store, "main", bytes).status()));
  CHECK(absl::IsAlreadyExists(
      Restore(*store, "copy", bytes, {.uuid = RestoreUuid::kKeep}).status()));
  GraphStore copy = MustRestore(*store, "copy", bytes);
  CHECK(copy.description().uuid != graph.description().uuid);
  CHECK(copy.description().number > graph.description().number);
  // Its ids are of its own name space.
  const StatementKey key = AllRows(*copy.Latest())[0].key;
  CHECK(*copy.Latest()->StatementId(key) != *graph.Latest()->StatementId(key));
  const auto id = copy.Latest()->StatementId(key);
  CHECK(copy.Latest()->FindById(*id)->has_value());
  REQUIRE_OK(store->DropGraph("public", "main"));
  const GraphStore kept =
      MustRestore(*store, "main", bytes, {.uuid = RestoreUuid::kKeep});
  CHECK(kept.description().uuid == graph.description().uuid);
  copy = MustRestore(*store, "new", bytes, {.uuid = RestoreUuid::kNew});
  CHECK(copy.description().uuid != graph.description().uuid);
  RequireClean(*store);
}

TEST_CASE("a name and a UUID are taken as soon as a restore has begun") {
  Past past(70, {}, 5);
  const std::string bytes = MustSave(*past.store, *past.graph);
  const auto store = OpenMemoryStore();
  bool once = true;
  RestoreWork work;
  work.progress = [&](RestoreStage, uint64_t) {
    if (!std::exchange(once, false)) return;
    CHECK(absl::IsAlreadyExists(Restore(*store, "copy", bytes).status()));
    const GraphStore other = MustRestore(*store, "other", bytes);
    CHECK(other.description().uuid != past.graph->description().uuid);
  };
  const GraphStore copy = MustRestore(*store, "copy", bytes, work);
  CHECK(copy.description().uuid == past.graph->description().uuid);
  // But who only creates a graph of the name comes first.
  once = true;
  work.progress = [&](RestoreStage, uint64_t) {
    if (std::exchange(once, false)) CreateGraph(*store, "third");
  };
  CHECK(absl::IsAlreadyExists(Restore(*store, "third", bytes, work).status()));
  CHECK(store->OpenGraph("public", "third", nullptr)->last_commit() == 0);
  RequireClean(*store);
}

TEST_CASE("rows that do not fit into memory are sorted in pieces") {
  Past past(50, {.fold_rows = kNever}, 60);
  const std::string bytes = MustSave(*past.store, *past.graph);
  for (const size_t sort_bytes : {size_t{1}, size_t{5000}, size_t{100000}}) {
    const auto other = OpenMemoryStore();
    const GraphStore graph =
        MustRestore(*other, "copy", bytes, {.sort_bytes = sort_bytes});
    RequireClean(*other);
    CompareStates(graph, past.models, 60, 60);
    ComparePatterns(past.run, *graph.Latest(), past.models.back());
    // The pieces are gone.
    const auto rows = other->kv().NewIterator(Family::kGpos, {});
    for (rows->SeekToFirst(); rows->Valid(); rows->Next())
      CHECK(LoadBigEndian<uint32_t>(rows->key().data() + kGraphBytes) < 3);
  }
}

TEST_CASE("a save does not see what is committed while it goes on") {
  Past past(60, {.fold_rows = 25}, 10);
  const auto view = past.graph->Latest();
  REQUIRE_OK(view);
  std::string bytes;
  int more = 20;
  const auto saved =
      past.store->SaveGraph(*view,
                            [&](std::string_view piece) {
                              bytes += piece;
                              if (more-- > 0) past.Commit();
                              if (more == 10)
                                REQUIRE_OK(past.store->Compact(*past.graph));
                              return absl::OkStatus();
                            },
                            {});
  REQUIRE_OK(saved);
  const auto other = OpenMemoryStore();
  const GraphStore graph = MustRestore(*other, "copy", bytes);
  CompareStates(graph, past.models, 0, 10);
  RequireClean(*other);
}

TEST_CASE("a graph goes from a store on RocksDB to another one") {
  const skg::test::TemporaryDirectory directory;
  const auto store = OpenRocksStore(directory / "a");
  const GraphStore graph = CreateGraph(*store);
  for (int i = 0; i < 20; ++i) {
    RequestBuilder builder(graph);
    for (int j = 0; j < 300; ++j) {
      builder.Add(Name("s" + std::to_string(j)), Name("p"),
                  rdf::Term::Literal("text " + std::to_string(i * j)));
    }
    builder.Commit();
  }
  const std::string bytes = MustSave(*store, graph);
  {
    const auto other = OpenRocksStore(directory / "b");
    MustRestore(*other, "copy", bytes, {.sort_bytes = 200000});
  }
  const auto other = OpenRocksStore(directory / "b");
  RequireClean(*other);
  const auto copy = other->OpenGraph("public", "copy", nullptr);
  REQUIRE_OK(copy);
  CHECK(AllRows(*copy->Latest()).size() == AllRows(*graph.Latest()).size());
}

// files/graph_1.skg was written once and for all: five commits with named
// graphs, records, a triple term and a statement that was replaced twice.
TEST_CASE("a file of version 1 can be restored by every later program") {
  const auto bytes =
      skg::test::ReadFile(std::string(SKG_TEST_FILES) + "/graph_1.skg");
  REQUIRE_OK(bytes);
  const auto store = OpenMemoryStore();
  const GraphStore graph = MustRestore(*store, "old", *bytes);
  RequireClean(*store);
  CHECK(graph.last_commit() == 5);
  CHECK(AllRows(*graph.Latest()).size() == 4);
  const auto replaced = [&](uint64_t commit) {
    for (const StatementRow& row : AllRows(*graph.AsOf(commit))) {
      if (row.weight != 1.0f) return row.weight;
    }
    return 1.0f;
  };
  CHECK(replaced(1) == 0.5f);
  CHECK(replaced(2) == 0.75f);
  CHECK(replaced(5) == 0.5f);
  CHECK(graph.ReadLog(5)->changes.size() == 1);
}

TEST_CASE("a large restore goes through sorted files, and is the same") {
  const auto from = OpenMemoryStore();
  const GraphStore graph = CreateGraph(*from, "saved");
  const rdf::Term named = Name("g");
  for (int round = 0; round < 3; ++round) {
    RequestBuilder builder(graph);
    for (int i = 0; i < 3000; ++i) {
      builder.Add(Name("s" + std::to_string(i % 100)), Name("p"),
                  Name("o" + std::to_string(i)),
                  i % (round + 2) == 0 ? 0.5f : 1.0f,
                  i % 7 == 0 ? &named : nullptr);
    }
    builder.Commit();
  }
  REQUIRE_OK(from->Compact(graph));  // some rows are history
  const std::string bytes = MustSave(*from, graph);

  skg::test::TemporaryDirectory directory;
  const auto to = OpenRocksStore(directory / "data");
  RestoreWork work;
  work.directory = directory.path().string();
  work.sort_bytes = 1;  // in many stretches
  work.large_rows = 1;
  const GraphStore large = MustRestore(*to, "large", bytes, work);
  work.large_rows = UINT64_MAX;
  work.uuid = RestoreUuid::kNew;
  const GraphStore small = MustRestore(*to, "small", bytes, work);
  for (uint64_t commit = 0; commit <= 3; ++commit) {
    const auto rows = AllRows(*large.AsOf(commit));
    const auto same = AllRows(*small.AsOf(commit));
    CHECK(rows.size() == AllRows(*graph.AsOf(commit)).size());
    CHECK(std::equal(rows.begin(), rows.end(), same.begin(), same.end(),
                     [](const StatementRow& a, const StatementRow& b) {
                       return a.key == b.key && a.commit == b.commit &&
                              a.weight == b.weight &&
                              a.has_record == b.has_record;
                     }));
  }
  CHECK(large.Latest()->snapshot()->head().statements == 3000);
  RequireClean(*to);
}

TEST_CASE("a restore asks the quota, and leaves nothing where it is refused") {
  const auto from = OpenMemoryStore();
  const GraphStore graph = CreateGraph(*from, "saved");
  RequestBuilder builder(graph);
  for (int i = 0; i < 5000; ++i)
    builder.Add(Name("s"), Name("p"), Name("o" + std::to_string(i)));
  builder.Commit();
  const std::string bytes = MustSave(*from, graph);

  const auto to = OpenMemoryStore();
  const uint64_t rows = RowsOfGraphs(*to);
  REQUIRE_OK(to->SetQuota("public", {}, {.max_statements = 7000}));
  for (const bool of_graph : {false, true}) {
    if (of_graph)
      REQUIRE_OK(to->SetQuota("public", "copy", {.max_statements = 4999}));
    else
      REQUIRE_OK(to->SetQuota("public", {}, {.max_statements = 4999}));
    const absl::Status refused = Restore(*to, "copy", bytes).status();
    CHECK(absl::IsResourceExhausted(refused));
    REQUIRE(QuotaExceededOf(refused));
    CHECK(QuotaExceededOf(refused)->limit == 4999);
    to->WaitForRemovals();
    CHECK(RowsOfGraphs(*to) == rows);
    CHECK(absl::IsNotFound(to->OpenGraph("public", "copy", nullptr).status()));
    CHECK(to->GetQuota("public", {})->statements == 0);
    REQUIRE_OK(to->SetQuota("public", {}, {.max_statements = 7000}));
  }
  REQUIRE_OK(to->SetQuota("public", "copy", {}));
  GraphStore copy = MustRestore(*to, "copy", bytes);
  CHECK(to->GetQuota("public", {})->statements == 5000);
  // What was restored counts for the commits that follow.
  CHECK(QuotaExceededOf(Restore(*to, "again", bytes).status()));
  RequestBuilder more(copy);
  for (int i = 0; i < 2001; ++i)
    more.Add(Name("more"), Name("p"), Name("o" + std::to_string(i)));
  CHECK(QuotaExceededOf(copy.Commit(more.request()).status()));
  more.request().operations.pop_back();
  CHECK(copy.Commit(more.request()).ok());
}

}  // namespace
}  // namespace skg::storage::test
