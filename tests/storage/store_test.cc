// Graphs of a store: creating, dropping, formats, damage.
#include <thread>

#include "storage/keys.h"
#include "storage/rows.h"
#include "storage/store_fixture.h"

namespace skg::storage::test {
namespace {

TEST_CASE("graphs are separate and keep their identity over reopening") {
  const skg::test::TemporaryDirectory directory;
  GraphDescription first;
  {
    const auto store = OpenRocksStore(directory / "data");
    const GraphStore a = CreateGraph(*store, "a");
    const GraphStore b = CreateGraph(*store, "b");
    first = a.description();
    CHECK(first.number != b.description().number);
    AddOne(a, "only", "in", "a");
    CHECK(AllRows(*b.Latest()).empty());
    CHECK_FALSE(b.Lookup(Name("only"))->bound());
    CHECK(absl::IsNotFound(store->OpenGraph("public", "c", nullptr).status()));
    CHECK(absl::IsNotFound(store->OpenGraph("other", "a", nullptr).status()));
  }
  const auto store = OpenRocksStore(directory / "data");
  auto again = store->OpenGraph("public", "a", nullptr);
  REQUIRE_OK(again);
  CHECK(again->description().uuid == first.uuid);
  CHECK(AllRows(*again->Latest()).size() == 1);
  CHECK(store->ListGraphs()->size() == 2);
}

TEST_CASE("a dropped graph is gone for its handles and its rows are deleted") {
  const skg::test::TemporaryDirectory directory;
  auto store = OpenRocksStore(directory / "data");
  GraphStore graph = CreateGraph(*store);
  AddOne(graph, "s", "p", "o");
  const ReadView view = *graph.Latest();
  const uint32_t number = graph.description().number;
  REQUIRE_OK(store->DropGraph("public", "main"));
  CHECK(absl::IsNotFound(graph.Latest().status()));
  CHECK(absl::IsNotFound(graph.Commit(CommitRequest{}).status()));
  CHECK_FALSE(graph.WaitForCommit(1, absl::InfiniteFuture()));
  CHECK(absl::IsNotFound(store->DropGraph("public", "main")));
  CHECK(AllRows(view).size() == 1);  // the snapshot stays whole
  const GraphStore fresh = CreateGraph(*store);
  CHECK(fresh.description().number != number);
  CHECK(AllRows(*fresh.Latest()).empty());
  std::string value;
  for (int i = 0; i < 500; ++i) {
    if (!*store->kv().Get(Family::kStats, HeadKey(number), &value)) break;
    absl::SleepFor(absl::Milliseconds(10));
  }
  CHECK_FALSE(*store->kv().Get(Family::kStats, HeadKey(number), &value));
  RequireClean(*store);
}

TEST_CASE("a newer format is refused and says so") {
  const skg::test::TemporaryDirectory directory;
  {
    const auto store = OpenRocksStore(directory / "data");
    const auto batch = store->kv().NewBatch();
    batch->Put(Family::kCatalog, CatalogKey(kFormatKind),
               std::string("\x01\x63", 2));
    REQUIRE_OK(store->kv().Write(*batch, WriteMode::kSync));
  }
  auto kv = OpenRocksDb(directory / "data", {});
  REQUIRE_OK(kv);
  const auto store = Store::Open(*std::move(kv), {});
  CHECK(absl::IsFailedPrecondition(store.status()));
  CHECK(store.status().ToString().find("format 99") != std::string::npos);
}

TEST_CASE("settings are durable, listed by prefix, and limited") {
  const skg::test::TemporaryDirectory directory;
  {
    const auto store = OpenRocksStore(directory / "data");
    REQUIRE_OK(store->PutSetting("api_key/a", "1"));
    REQUIRE_OK(store->PutSetting("api_key/b", ""));
    REQUIRE_OK(store->PutSetting("other", "x"));
    REQUIRE_OK(store->DeleteSetting("other"));
    CHECK(absl::IsInvalidArgument(store->PutSetting("", "x")));
    CHECK(absl::IsInvalidArgument(
        store->PutSetting("k", std::string(70000, 'x'))));
  }
  const auto store = OpenRocksStore(directory / "data");
  CHECK(*store->ListSettings("api_key/") ==
        std::vector<std::string>{"api_key/a", "api_key/b"});
  CHECK(*store->GetSetting("api_key/a") == "1");
  CHECK(absl::IsNotFound(store->GetSetting("other").status()));
}

struct Damage {
  const char* name;
  void (*make)(KvBatch&, uint32_t graph, const StatementRow& row);
};

TEST_CASE("check finds each kind of damage") {
  const Damage cases[] = {
      {"a row missing from one order",
       [](KvBatch& b, uint32_t g, const StatementRow& r) {
         b.Delete(Family::kDelta,
                  DeltaKey(g, 1, IndexOrder::kGpos, r.key, r.commit).view());
       }},
      {"a row missing from the first order",
       [](KvBatch& b, uint32_t g, const StatementRow& r) {
         b.Delete(Family::kDelta,
                  DeltaKey(g, 1, IndexOrder::kGspo, r.key, r.commit).view());
       }},
      {"another weight in one order",
       [](KvBatch& b, uint32_t g, const StatementRow& r) {
         RowValue value;
         value.sign = value.triple_sign = 1;
         value.weight = 0.125f;
         char bytes[kMaxRowValueBytes];
         b.Put(Family::kDelta,
               DeltaKey(g, 1, IndexOrder::kGosp, r.key, r.commit).view(),
               std::string_view(bytes, EncodeRow(value, bytes)));
       }},
      {"a wrong head",
       [](KvBatch& b, uint32_t g, const StatementRow&) {
         Head head;
         head.last_commit = 2;
         head.next_term = 6;
         head.statements = 7;
         b.Put(Family::kStats, HeadKey(g), EncodeHead(head));
       }},
      {"a wrong predicate count",
       [](KvBatch& b, uint32_t g, const StatementRow& r) {
         b.Put(Family::kStats, PredicateCountKey(g, r.key.predicate),
               EncodeCounts({9, 9}));
       }},
      {"a term without its number",
       [](KvBatch& b, uint32_t g, const StatementRow& r) {
         b.Delete(Family::kTerms, TermKey(g, r.key.subject.payload()));
       }},
      {"a number without its term",
       [](KvBatch& b, uint32_t g, const StatementRow&) {
         b.Delete(Family::kTermIds,
                  TermIdKey(g, rdf::TermTag::kIri, "urn:skg:s"));
       }},
      {"a hole in the log",
       [](KvBatch& b, uint32_t g, const StatementRow&) {
         b.Delete(Family::kLog, LogKey(g, 2, 0));
       }},
      {"a missing record",
       [](KvBatch& b, uint32_t g, const StatementRow& r) {
         b.Delete(Family::kRecords, RecordKey(g, r.key, r.commit));
       }},
      {"a record of nothing",
       [](KvBatch& b, uint32_t g, const StatementRow& r) {
         b.Put(Family::kRecords, RecordKey(g, r.key, 77), EncodeRecord({}));
       }},
      {"a missing statement id",
       [](KvBatch& b, uint32_t g, const StatementRow&) {
         b.DeleteRange(Family::kStatementIds, GraphPrefix(g),
                       GraphPrefix(g + 1));
       }},
  };
  for (const Damage& damage : cases) {
    INFO(damage.name);
    const auto store = OpenMemoryStore();
    const GraphStore graph = CreateGraph(*store);
    AddOne(graph, "s", "p", "o");
    RequestBuilder builder(graph);
    Record record;
    record.metadata = R"({"k":1})";
    builder.request().records.push_back(record);
    builder.Add(Name("s"), Name("p"), Name("o2")).record = 1;
    builder.Commit();
    AddOne(graph, "s2", "p", "o");
    RequireClean(*store);
    StatementRow row;
    for (const StatementRow& r : AllRows(*graph.Latest())) {
      if (r.has_record) row = r;
    }
    const auto batch = store->kv().NewBatch();
    damage.make(*batch, graph.description().number, row);
    REQUIRE_OK(store->kv().Write(*batch, WriteMode::kSync));
    auto summary = store->Check(true);
    CHECK((!summary.ok() || !summary->problems.empty()));
  }
}

TEST_CASE("a graph whose log does not end at its head is not opened") {
  const skg::test::TemporaryDirectory directory;
  {
    const auto store = OpenRocksStore(directory / "data");
    const GraphStore graph = CreateGraph(*store);
    AddOne(graph, "s", "p", "o");
    const auto batch = store->kv().NewBatch();
    batch->Delete(Family::kLog, LogKey(graph.description().number, 1, 0));
    REQUIRE_OK(store->kv().Write(*batch, WriteMode::kSync));
  }
  const auto store = OpenRocksStore(directory / "data");
  CHECK(absl::IsDataLoss(store->OpenGraph("public", "main", nullptr).status()));
  auto summary = store->Check(false);
  REQUIRE_OK(summary);
  CHECK(summary->problems.size() == 1);
}

TEST_CASE("a scan seeks forward to the terms it is asked for") {
  const auto store = OpenMemoryStore();
  const GraphStore graph = CreateGraph(*store);
  for (int i = 0; i < 50; ++i) AddOne(graph, "s" + std::to_string(i), "p", "o");
  const ReadView view = *graph.Latest();
  const std::vector<StatementRow> rows = AllRows(view);
  for (size_t target = 0; target < rows.size(); target += 7) {
    auto cursor = view.Scan({});
    REQUIRE_OK(cursor);
    const StatementKey& key = rows[target].key;
    REQUIRE_OK((*cursor)->Seek(key.subject, key.predicate, key.object));
    StatementBatch batch;
    REQUIRE(*(*cursor)->Next(batch));
    CHECK(batch.Row(0).key == key);
    CHECK(batch.size() == rows.size() - target);
  }
}

}  // namespace
}  // namespace skg::storage::test
