#include "storage/quota.h"

#include <atomic>
#include <random>
#include <thread>

#include "storage/store_model.h"

namespace skg::storage::test {
namespace {

GraphStore Open(Store& store, std::string_view tenant, std::string_view name) {
  const Store::CreateOptions create;
  auto graph = store.OpenGraph(tenant, name, &create);
  REQUIRE_OK(graph);
  return *std::move(graph);
}

absl::Status TryCommit(GraphStore graph, const CommitRequest& request) {
  return graph.Commit(request).status();
}

absl::Status TryAdd(const GraphStore& graph, std::string_view subject,
                    int count = 1) {
  RequestBuilder builder(graph);
  for (int i = 0; i < count; ++i) {
    builder.Add(Name(subject), Name("p"),
                Name(std::string(subject) + std::to_string(i)));
  }
  return TryCommit(graph, builder.request());
}

uint64_t Statements(const GraphStore& graph) {
  auto view = graph.Latest();
  REQUIRE_OK(view);
  auto counts = view->Count({});
  REQUIRE_OK(counts);
  return counts->statements;
}

void SetMax(Store& store, std::string_view tenant, std::string_view name,
            std::optional<uint64_t> statements) {
  REQUIRE_OK(store.SetQuota(tenant, name, {.max_statements = statements}));
}

TEST_CASE("a status carries the quota that was exceeded") {
  const QuotaExceeded exceeded{"tenant \"acme\"",
                               QuotaExceeded::Resource::kBytes, 1000, 990, 20};
  const absl::Status status = QuotaExceededStatus(exceeded);
  CHECK(absl::IsResourceExhausted(status));
  CHECK(QuotaExceededOf(status) == exceeded);
  for (const char* part : {"acme", "1000 bytes", "990", "20"})
    CHECK(std::string(status.message()).find(part) != std::string::npos);
  CHECK(!QuotaExceededOf(absl::ResourceExhaustedError("disk full")));
  CHECK(!QuotaExceededOf(absl::OkStatus()));
}

TEST_CASE("quota rows are read back, and damage is told") {
  for (const QuotaLimits& limits :
       {QuotaLimits{}, QuotaLimits{.max_statements = 0, .max_bytes = {}},
        QuotaLimits{.max_statements = {}, .max_bytes = 7},
        QuotaLimits{.max_statements = INT64_MAX, .max_bytes = INT64_MAX}}) {
    const std::string bytes = EncodeQuotaLimits(limits);
    const auto back = DecodeQuotaLimits(bytes);
    REQUIRE_OK(back);
    CHECK(*back == limits);
    for (size_t n = 0; n < bytes.size(); ++n)
      CHECK(absl::IsDataLoss(DecodeQuotaLimits(bytes.substr(0, n)).status()));
    CHECK(absl::IsDataLoss(DecodeQuotaLimits(bytes + "x").status()));
  }
}

TEST_CASE("a commit that would go over the limit fails, smaller ones go on") {
  auto store = OpenMemoryStore();
  GraphStore graph = CreateGraph(*store);
  REQUIRE_OK(TryAdd(graph, "a", 8));
  SetMax(*store, "public", "main", 10);

  const absl::Status refused = TryAdd(graph, "b", 3);
  const auto exceeded = QuotaExceededOf(refused);
  REQUIRE(exceeded);
  CHECK(exceeded->owner == "graph \"public/main\"");
  CHECK(exceeded->limit == 10);
  CHECK(exceeded->present == 8);
  CHECK(exceeded->wanted == 3);
  CHECK(Statements(graph) == 8);
  CHECK(graph.last_commit() == 1);

  REQUIRE_OK(TryAdd(graph, "b", 2));
  CHECK(Statements(graph) == 10);
  // What is there already adds nothing; nor does a replacement.
  REQUIRE_OK(TryAdd(graph, "b", 2));
  AddOne(graph, "b", "p", "b0", 0.5f);
  CHECK(QuotaExceededOf(TryAdd(graph, "c")));

  RequestBuilder swap(graph);
  swap.Remove(Name("a"), Name("p"), Name("a0"));
  swap.Add(Name("new"), Name("p"), Name("o"));
  CHECK(swap.Commit().result.inserted == 1);
  RequestBuilder remove(graph);
  remove.Remove(Name("a"), Name("p"), Name("a1"));
  CHECK(remove.Commit().result.removed == 1);
  REQUIRE_OK(TryAdd(graph, "c"));
  CHECK(Statements(graph) == 10);

  SECTION("a lower limit lets no more in, but everything out") {
    SetMax(*store, "public", "main", 3);
    CHECK(QuotaExceededOf(TryAdd(graph, "d")));
    RequestBuilder out(graph);
    out.Remove(Name("a"), Name("p"), Name("a2"));
    CHECK(out.Commit().result.removed == 1);
  }
  SECTION("what a commit clears makes room for what it adds") {
    const auto replace = [&](int statements) {
      RequestBuilder all(graph);
      for (int i = 0; i < statements; ++i)
        all.Add(Name("e" + std::to_string(i)), Name("p"), Name("o"));
      all.request().clears = {ClearScope{}};
      return graph.Commit(all.request());
    };
    CHECK(QuotaExceededOf(replace(11).status()));
    CHECK(Statements(graph) == 10);
    // Its writer has forgotten what it made of that.
    AddOne(graph, "b", "p", "b0", 0.25f);
    REQUIRE_OK(replace(10));
    CHECK(Statements(graph) == 10);
    CHECK(QuotaExceededOf(TryAdd(graph, "f")));
  }
  SECTION("without a limit everything goes") {
    SetMax(*store, "public", "main", std::nullopt);
    REQUIRE_OK(TryAdd(graph, "d", 100));
  }
  RequireClean(*store);
}

TEST_CASE("the terms of a refused commit take no numbers") {
  auto store = OpenMemoryStore();
  GraphStore graph = CreateGraph(*store);
  REQUIRE_OK(TryAdd(graph, "a"));
  SetMax(*store, "public", "main", 1);
  CHECK(QuotaExceededOf(TryAdd(graph, "never")));
  auto id = graph.Lookup(Name("never"));
  REQUIRE_OK(id);
  CHECK(!id->bound());
  SetMax(*store, "public", "main", 2);
  REQUIRE_OK(TryAdd(graph, "never"));
  RequireClean(*store);
}

TEST_CASE("a tenant's limit spans its graphs and no other tenant's") {
  const skg::test::TemporaryDirectory directory;
  auto store = OpenRocksStore(directory / "data");
  SetMax(*store, "acme", "", 10);
  GraphStore one = Open(*store, "acme", "one");
  GraphStore two = Open(*store, "acme", "two");
  GraphStore other = Open(*store, "other", "one");
  REQUIRE_OK(TryAdd(one, "a", 6));
  REQUIRE_OK(TryAdd(two, "a", 4));
  REQUIRE_OK(TryAdd(other, "a", 20));
  for (GraphStore* graph : {&one, &two}) {
    const auto exceeded = QuotaExceededOf(TryAdd(*graph, "b"));
    REQUIRE(exceeded);
    CHECK(exceeded->owner == "tenant \"acme\"");
    CHECK(exceeded->present == 10);
  }
  auto quota = store->GetQuota("acme", "");
  REQUIRE_OK(quota);
  CHECK(quota->statements == 10);
  CHECK(quota->limits.max_statements == 10);

  SECTION("dropping a graph makes room") {
    REQUIRE_OK(store->DropGraph("acme", "one"));
    REQUIRE_OK(TryAdd(two, "b", 6));
    CHECK(QuotaExceededOf(TryAdd(two, "c")));
  }
  SECTION("limits outlive the process, and a drop") {
    REQUIRE_OK(store->DropGraph("acme", "two"));
    for (GraphStore* graph : {&one, &two, &other}) {
      const GraphStore ended = std::move(*graph);
    }
    store.reset();
    store = OpenRocksStore(directory / "data");
    one = Open(*store, "acme", "one");
    two = Open(*store, "acme", "two");
    REQUIRE_OK(TryAdd(two, "b", 4));
    CHECK(QuotaExceededOf(TryAdd(one, "c")));
    CHECK(QuotaExceededOf(TryAdd(two, "c")));
  }
  SECTION("the graph's own limit holds as well") {
    SetMax(*store, "acme", "", 100);
    SetMax(*store, "acme", "one", 7);
    REQUIRE_OK(TryAdd(one, "b"));
    const auto exceeded = QuotaExceededOf(TryAdd(one, "c"));
    REQUIRE(exceeded);
    CHECK(exceeded->owner == "graph \"acme/one\"");
    REQUIRE_OK(TryAdd(two, "c", 80));
    quota = store->GetQuota("acme", "");
    REQUIRE_OK(quota);
    CHECK(quota->statements == 91);
    // What a graph's limit refused does not count against the tenant.
    CHECK(QuotaExceededOf(TryAdd(two, "d", 10)));
    REQUIRE_OK(TryAdd(two, "d", 9));
  }
}

// Graphs of one tenant commit at the same time, single statements and pairs:
// exactly the limit gets in.
TEST_CASE("concurrent commits of many graphs meet the limit exactly") {
  constexpr int kThreads = 4;
  constexpr int kGraphs = 3;
  auto store = OpenMemoryStore();
  SetMax(*store, "acme", "", 101);
  std::vector<GraphStore> graphs;
  for (int i = 0; i < kGraphs; ++i)
    graphs.push_back(Open(*store, "acme", "g" + std::to_string(i)));
  std::atomic<int> refused = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      auto random = skg::test::Random(static_cast<uint64_t>(t));
      for (int i = 0; i < 60; ++i) {
        GraphStore& graph = graphs[random() % kGraphs];
        CommitRequest request;
        request.durability = Durability::kNone;
        const int count = 1 + i % 2;
        for (int j = 0; j < count; ++j) {
          request.new_terms.push_back(
              Name("s" + std::to_string(t) + "-" + std::to_string(i * 2 + j)));
          const TermId id =
              TermId::Make(rdf::TermTag::kArena, request.new_terms.size() - 1);
          WriteOperation operation;
          operation.key = {TermId{}, id, id, id};
          request.operations.push_back(operation);
        }
        const auto outcome = graph.Commit(request);
        if (!outcome.ok() && QuotaExceededOf(outcome.status())) ++refused;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  // The last place may be left by two that wanted two; one more fills it.
  while (
      TryAdd(graphs[0], "last" + std::to_string(Statements(graphs[0]))).ok()) {
  }
  uint64_t statements = 0;
  for (const GraphStore& graph : graphs) statements += Statements(graph);
  CHECK(statements == 101);
  CHECK(refused > 0);
  RequireClean(*store);
}

// Random commits against the model, with a limit: those refused are those that
// would have gone over it.
TEST_CASE("the limit agrees with the model for random commits") {
  Run run(7);
  StoreOptions options;
  options.run_rows = 6;
  auto store = OpenMemoryStore(options);
  GraphStore graph = CreateGraph(*store);
  GraphStore mirror = Open(*store, "mirror", "main");
  constexpr uint64_t kLimit = 12;
  SetMax(*store, "public", "main", kLimit);
  size_t refused = 0, admitted = 0;
  for (int i = 0; i < 400; ++i) {
    // What the commit makes of the same statements where there is no limit.
    RequestBuilder limited(graph), free(mirror);
    const size_t operations = 1 + run.Below(8);
    for (size_t j = 0; j < operations; ++j) {
      const rdf::Term s = run.Resource("s", 4), o = run.Resource("o", 6);
      const auto edge = static_cast<uint32_t>(run.Below(2));
      const auto kind = static_cast<WriteOperation::Kind>(run.Below(4));
      limited.Add(s, Name("p"), o, 1.0f, nullptr, edge).kind = kind;
      free.Add(s, Name("p"), o, 1.0f, nullptr, edge).kind = kind;
    }
    const uint64_t before = Statements(mirror);
    free.Commit();
    const uint64_t after = Statements(mirror);
    const absl::Status status = TryCommit(graph, limited.request());
    const bool fits = after <= before || after <= kLimit;
    INFO("commit " << i << ": " << before << " -> " << after);
    REQUIRE(status.ok() == fits);
    ++(fits ? admitted : refused);
    if (fits) {
      REQUIRE(Statements(graph) == after);
      continue;
    }
    // The mirror goes back to where the limited graph is.
    RequestBuilder back(mirror);
    const auto mirrored = mirror.Latest(), wanted = graph.Latest();
    REQUIRE_OK(mirrored);
    REQUIRE_OK(wanted);
    for (const StatementRow& row : AllRows(*mirrored)) {
      WriteOperation operation;
      operation.kind = WriteOperation::Kind::kRemove;
      operation.key = row.key;
      back.request().operations.push_back(operation);
    }
    for (const StatementRow& row : AllRows(*wanted)) {
      std::vector<rdf::Term> terms;
      const TermId ids[] = {row.key.subject, row.key.predicate, row.key.object};
      REQUIRE_OK(wanted->Decode(ids, &terms));
      back.Add(terms[0], terms[1], terms[2], 1.0f, nullptr, row.key.edge);
    }
    back.Commit();
    REQUIRE(Statements(mirror) == before);
  }
  CHECK(refused > 10);
  CHECK(admitted > 10);
}

TEST_CASE("a limit of bytes stops what adds, not what removes") {
  const skg::test::TemporaryDirectory directory;
  auto store = OpenRocksStore(directory / "data");
  GraphStore graph = CreateGraph(*store);
  REQUIRE_OK(store->SetQuota("public", "main",
                             {.max_statements = {}, .max_bytes = 300'000}));
  REQUIRE_OK(store->SetQuota("public", "",
                             {.max_statements = {}, .max_bytes = 1 << 30}));
  int admitted = 0;
  absl::Status status;
  while (status.ok()) {
    REQUIRE(admitted < 1000);
    RequestBuilder builder(graph);
    builder.Add(Name("s" + std::to_string(admitted)), Name("p"),
                rdf::Term::Literal(std::string(10'000, 'x') +
                                   std::to_string(admitted)));
    status = TryCommit(graph, builder.request());
    if (status.ok()) ++admitted;
  }
  const auto exceeded = QuotaExceededOf(status);
  REQUIRE(exceeded);
  CHECK(exceeded->resource == QuotaExceeded::Resource::kBytes);
  CHECK(exceeded->limit == 300'000);
  CHECK(exceeded->wanted >= 10'000);
  // About: an estimate of the store must not be wrong by a factor.
  CHECK(admitted >= 10);
  CHECK(admitted <= 60);
  RequestBuilder remove(graph);
  remove.Remove(Name("s0"), Name("p"),
                rdf::Term::Literal(std::string(10'000, 'x') + "0"));
  CHECK(remove.Commit().result.removed == 1);
  auto quota = store->GetQuota("public", "main");
  REQUIRE_OK(quota);
  CHECK(quota->bytes > 0);
}

TEST_CASE("a limit must be a number that a row can hold") {
  auto store = OpenMemoryStore();
  CHECK(absl::IsInvalidArgument(store->SetQuota(
      "public", "", {.max_statements = UINT64_MAX, .max_bytes = {}})));
  auto quota = store->GetQuota("nobody", "nothing");
  REQUIRE_OK(quota);
  CHECK(quota->statements == 0);
  CHECK(quota->bytes == 0);
  auto all = store->ListQuotas();
  REQUIRE_OK(all);
  CHECK(all->empty());
}

}  // namespace
}  // namespace skg::storage::test
