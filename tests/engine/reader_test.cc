// Engine::OpenReader: beside an engine that writes (here in the same process:
// the files are all that they share), and without one.
#include <atomic>
#include <catch2/catch.hpp>
#include <functional>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "engine/open_graph.h"
#include "storage/keys.h"
#include "storage/rocksdb_kv.h"

namespace skg::test {
namespace {

std::unique_ptr<Engine> OpenReader(
    const std::string& directory,
    absl::Duration interval = absl::InfiniteDuration()) {
  auto reader = Engine::OpenReader(
      directory,
      {.memory_budget_bytes = size_t{64} << 20, .catch_up_interval = interval});
  REQUIRE_OK(reader);
  return *std::move(reader);
}

Graph MustOpen(Engine& engine, std::string_view name = {}) {
  auto graph = engine.OpenGraph(name);
  REQUIRE_OK(graph);
  return *std::move(graph);
}

ReadView View(const Graph& graph) {
  auto view = graph.Latest();
  REQUIRE_OK(view);
  return *std::move(view);
}

uint64_t CountIn(Engine& engine) {
  const Graph graph = MustOpen(engine);
  return MustCount(graph);
}

TEST_CASE("a reader follows what another engine commits") {
  TestGraph test;
  MustAdd(test.graph, Triple("a", "p", "b"));
  const auto reader = OpenReader(test.directory / "data");
  const Graph graph = MustOpen(*reader);
  CHECK(graph.uuid() == test.graph.uuid());
  const ReadView first = View(graph);
  CHECK(Texts(Matches(first)) == List({"a p b"}));
  CHECK(first.commit() == 1);

  MustAdd(test.graph, Triple("a long name that no id holds", "p", "c"));
  REQUIRE_OK(test.graph.Remove("a", "p", "b").status());
  CHECK(View(graph).commit() == 1);  // it has not looked since
  REQUIRE_OK(reader->CatchUp());
  CHECK(View(graph).commit() == 3);
  CHECK(Texts(Matches(graph)) == List({"a long name that no id holds p c"}));
  CHECK(Texts(Matches(first)) == List({"a p b"}));

  const auto past = graph.AsOf(2);
  REQUIRE_OK(past);
  CHECK(Matches(*past).size() == 2);
  const auto answer = graph.QueryJson(R"({"pattern": [null, "p", null]})");
  REQUIRE_OK(answer);
  std::string text;
  REQUIRE_OK(graph
                 .Export({.write =
                              [&](std::string_view bytes) {
                                text += bytes;
                                return absl::OkStatus();
                              }},
                         {.format = Format::kNTriples})
                 .status());
  CHECK(absl::StrContains(text, "no%20id%20holds"));
  const auto stats = View(graph).Stats();
  REQUIRE_OK(stats);
  CHECK(stats->statements == 1);
  const auto report = reader->Check(true);
  REQUIRE_OK(report);
  CHECK(report->findings.empty());
  CHECK(report->commits == 3);
}

TEST_CASE("a reader looks by itself after a while") {
  TestGraph test;
  const auto reader = OpenReader(test.directory / "data", absl::ZeroDuration());
  const Graph graph = MustOpen(*reader);
  for (int i = 0; i < 5; ++i) {
    const uint64_t commit =
        MustAdd(test.graph, Triple("s", "p", std::to_string(i))).commit;
    const absl::Time end = absl::Now() + absl::Seconds(60);
    while (View(graph).commit() < commit && absl::Now() < end)
      absl::SleepFor(absl::Milliseconds(1));
    CHECK(MustCount(graph) == commit);
  }
}

TEST_CASE("packing and forgetting change nothing for a view that is open") {
  TestGraph test;
  std::vector<NewStatement> statements;
  for (int i = 0; i < 3000; ++i) {
    statements.push_back(Triple("subject " + std::to_string(i % 70),
                                "p" + std::to_string(i % 7),
                                "the object " + std::to_string(i)));
  }
  MustAddAll(test.graph, statements);
  const auto reader = OpenReader(test.directory / "data");
  const Graph graph = MustOpen(*reader);
  const ReadView view = View(graph);
  auto cursor = view.Match({}, {.order_by = OrderField::kKey});
  REQUIRE_OK(cursor);
  std::vector<Statement> batch;
  REQUIRE(*cursor->Next(batch));
  size_t seen = batch.size();

  REQUIRE_OK(test.graph.Compact());
  for (int i = 0; i < 3000; i += 2)
    REQUIRE_OK(test.graph
                   .Remove(statements[i].subject, statements[i].predicate,
                           statements[i].object)
                   .status());
  REQUIRE_OK(test.graph.Compact());
  REQUIRE_OK(test.graph.ForgetHistoryBefore(1501));
  REQUIRE_OK(test.graph.Compact());
  REQUIRE_OK(reader->CatchUp());
  CHECK(MustCount(graph) == 1500);
  while (*cursor->Next(batch)) seen += batch.size();
  CHECK(seen == 3000);
  CHECK(MustCount(view) == 3000);
  CHECK(graph.AsOf(7).status().code() == absl::StatusCode::kOutOfRange);
}

TEST_CASE("graphs come, go and come again under a reader") {
  TestGraph test;
  Graph first = OpenGraph(*test.engine, "acme/crm");
  MustAdd(first, Triple("a customer with a long name", "p", "b"));
  const auto reader = OpenReader(test.directory / "data");
  const Graph graph = MustOpen(*reader, "acme/crm");
  const ReadView view = View(graph);
  REQUIRE_OK(test.engine->DropGraph("acme/crm"));
  REQUIRE_OK(reader->CatchUp());
  CHECK(absl::IsNotFound(graph.Latest().status()));
  CHECK(absl::IsNotFound(reader->OpenGraph("acme/crm").status()));

  Graph second = OpenGraph(*test.engine, "acme/crm");
  MustAdd(second, Triple("c", "p", "d"));
  MustAdd(second, Triple("e", "p", "f"));
  REQUIRE_OK(reader->CatchUp());
  CHECK(absl::IsNotFound(graph.Latest().status()));
  const Graph again = MustOpen(*reader, "acme/crm");
  CHECK(again.uuid() == second.uuid());
  CHECK(MustCount(again) == 2);
  // Its rows are gone, its terms too; the view has them.
  CHECK(Texts(Matches(view)) == List({"a customer with a long name p b"}));
  const auto graphs = reader->ListGraphs();
  REQUIRE_OK(graphs);
  CHECK(graphs->size() == 2);
}

TEST_CASE("a graph is saved from a reader, quotas are shown") {
  TestGraph test;
  for (int i = 0; i < 200; ++i)
    MustAdd(test.graph, Triple("subject " + std::to_string(i % 9), "p",
                               "a longer object " + std::to_string(i)));
  REQUIRE_OK(test.graph.Compact());
  REQUIRE_OK(test.graph.Remove("subject 1", "p", "a longer object 1").status());
  const auto reader = OpenReader(test.directory / "data");
  const Graph graph = MustOpen(*reader);
  std::string file;
  REQUIRE_OK(graph
                 .Save({.write =
                            [&](std::string_view bytes) {
                              file += bytes;
                              return absl::OkStatus();
                            }})
                 .status());
  size_t at = 0;
  const LoadSource source{.name = "the backup",
                          .read = [&](char* buffer, size_t size) {
                            const size_t got = file.copy(buffer, size, at);
                            at += got;
                            return absl::StatusOr<size_t>(got);
                          }};
  const auto restored = test.engine->RestoreGraph("restored", source,
                                                  {.uuid = RestoredUuid::kNew});
  REQUIRE_OK(restored);
  CHECK(MustCount(*restored) == 199);
  at = 0;
  CHECK(reader->RestoreGraph("copy", source).status().code() ==
        absl::StatusCode::kFailedPrecondition);
  const auto past = restored->AsOf(200);
  REQUIRE_OK(past);
  CHECK(MustCount(*past) == 200);

  REQUIRE_OK(
      test.engine->SetTenantQuota("public", {.max_statements = 1'000'000}));
  REQUIRE_OK(reader->CatchUp());
  const auto quota = reader->TenantQuota("public");
  REQUIRE_OK(quota);
  CHECK(quota->limits.max_statements == 1'000'000);
  CHECK(quota->statements == 398);
  const auto tenants = reader->ListTenants();
  REQUIRE_OK(tenants);
  CHECK(tenants->size() == 1);
}

TEST_CASE("what writes is refused by a reader, and says what to do") {
  TestGraph test;
  MustAdd(test.graph, Triple("a", "p", "b"));
  REQUIRE_OK(test.engine->PutSetting("color", "blue"));
  const auto reader = OpenReader(test.directory / "data");
  Graph graph = MustOpen(*reader);
  const LoadSource source{.name = "text", .read = [](char*, size_t) {
                            FAIL("nothing is read of what cannot be loaded");
                            return absl::StatusOr<size_t>(0);
                          }};
  const absl::Status refused[] = {
      graph.Add(Triple("a", "p", "c")).status(),
      graph.AddBatch(std::vector{Triple("a", "p", "c")}).status(),
      graph.Remove("a", "p", "b").status(),
      graph.Begin().status(),
      graph.Load(source, {.format = Format::kTurtle}).status(),
      graph.Compact(),
      graph.KeepHistoryFor(absl::Hours(1)),
      graph.ForgetHistoryBefore(1),
      graph.ForgetChangesBefore(1),
      reader->OpenGraph("acme/new", {.create = true}).status(),
      reader->DropGraph("main"),
      reader->PutSetting("color", "red"),
      reader->DeleteSetting("color"),
      reader->CancelTask(1),
      reader->WaitTask(1).status(),
      reader->PruneTasks().status(),
      reader->Sync(),
      reader->Backup(test.directory / "backups").status(),
      reader->CreateGraphs(std::vector<std::string>{"acme/another"}),
      reader->SetTenantQuota("public", {.max_statements = 1}),
      reader->SetGraphQuota("main", {.max_statements = 1}),
      graph.BulkLoad([](NewStatement*) { return absl::StatusOr<bool>(false); })
          .status(),
  };
  for (const absl::Status& status : refused) {
    INFO(status.ToString());
    CHECK(status.code() == absl::StatusCode::kFailedPrecondition);
    CHECK(absl::StrContains(status.message(), "opened for reading"));
  }
  CHECK(reader->GetSetting("color").value() == "blue");
  CHECK(reader->ListSettings("").value() == std::vector<std::string>{"color"});
  CHECK(reader->Tasks().empty());
  CHECK(absl::IsNotFound(reader->GetTask(1).status()));
  CHECK(reader->DiskBytes().value() > 0);
  CHECK(reader->write_counters().commits == 0);
  CHECK(Texts(Matches(test.graph)) == List({"a p b"}));
  CHECK(MustOpen(*reader).history_limits().value().first_change == 1);
}

TEST_CASE("a reader watches the commits of another engine") {
  TestGraph test;
  MustAdd(test.graph, Triple("a", "p", "1"));
  const auto reader =
      OpenReader(test.directory / "data", absl::Milliseconds(5));
  const Graph graph = MustOpen(*reader);
  std::mutex mutex;
  std::vector<std::string> told;
  const auto subscription = graph.Watch({}, 0, [&](const Change& change) {
    const std::lock_guard lock(mutex);
    told.push_back(std::to_string(change.commit) + " " +
                   Text(change.statement));
  });
  REQUIRE_OK(subscription);
  MustAdd(test.graph, Triple("a new and long name", "p", "2"));
  const uint64_t last = MustAdd(test.graph, Triple("a", "p", "3")).commit;
  const absl::Time end = absl::Now() + absl::Seconds(60);
  while (subscription->position() < last && absl::Now() < end)
    absl::SleepFor(absl::Milliseconds(1));
  REQUIRE_OK(subscription->status());
  {
    const std::lock_guard lock(mutex);
    CHECK(told == List({"1 a p 1", "2 a new and long name p 2", "3 a p 3"}));
  }
  // What the writer has trimmed is told as for everybody.
  REQUIRE_OK(test.graph.ForgetChangesBefore(3));
  REQUIRE_OK(reader->CatchUp());
  const absl::Status gone = graph.Watch({}, 0, [](const Change&) {}).status();
  CHECK(gone.code() == absl::StatusCode::kOutOfRange);
  CHECK(absl::StrContains(gone.message(), "its first one is commit 3"));

  REQUIRE_OK(test.engine->DropGraph("main"));
  while (subscription->status().ok() && absl::Now() < end)
    absl::SleepFor(absl::Milliseconds(1));
  CHECK(absl::IsNotFound(subscription->status()));
}

TEST_CASE("a reader needs no writer, and sees none that comes as an error") {
  const TemporaryDirectory directory;
  const std::string path = directory / "data";
  CHECK(absl::IsNotFound(Engine::OpenReader(path).status()));
  {
    const auto engine = OpenEngine(path);
    Graph graph = OpenGraph(*engine);
    MustAdd(graph, Triple("a", "p", "b"));
  }
  const auto reader = OpenReader(path);
  const auto another = OpenReader(path);
  CHECK(CountIn(*reader) == 1);
  {
    const auto engine = OpenEngine(path);
    Graph graph = OpenGraph(*engine);
    MustAdd(graph, Triple("c", "p", "d"));
    const auto second = Engine::Open(path);
    CHECK(second.status().code() == absl::StatusCode::kFailedPrecondition);
    CHECK(absl::StrContains(second.status().message(), "OpenReader"));
    REQUIRE_OK(reader->CatchUp());
    CHECK(CountIn(*reader) == 2);
  }
  REQUIRE_OK(another->CatchUp());
  CHECK(CountIn(*another) == 2);
  const absl::Status wrong =
      Engine::OpenReader(path, {.catch_up_interval = -absl::Seconds(1)})
          .status();
  CHECK(wrong.code() == absl::StatusCode::kInvalidArgument);
}

// As a program that writes a later format would leave it.
void WriteFormat(const std::string& directory, const std::string& row) {
  auto kv = storage::OpenRocksDb(directory, {});
  REQUIRE_OK(kv);
  const auto batch = (*kv)->NewBatch();
  batch->Put(storage::Family::kCatalog,
             storage::CatalogKey(storage::kFormatKind), row);
  REQUIRE_OK((*kv)->Write(*batch, storage::WriteMode::kSync));
}

TEST_CASE("a reader reads no format but its own, also one that comes later") {
  const TemporaryDirectory directory;
  const std::string path = directory / "data";
  { REQUIRE_OK(storage::OpenRocksDb(path, {}).status()); }
  const absl::Status unfinished = Engine::OpenReader(path).status();
  CHECK(absl::IsNotFound(unfinished));
  CHECK(absl::StrContains(unfinished.message(), "still making"));
  {
    const auto engine = OpenEngine(path);
    Graph graph = OpenGraph(*engine);
    MustAdd(graph, Triple("a", "p", "b"));
  }
  const auto reader = OpenReader(path);
  const Graph graph = MustOpen(*reader);
  const ReadView view = View(graph);
  WriteFormat(path, "\x01\x03");
  REQUIRE_OK(reader->CatchUp());
  for (const absl::Status& refused :
       {graph.Latest().status(), reader->OpenGraph("").status(),
        Engine::OpenReader(path).status()}) {
    CHECK(refused.code() == absl::StatusCode::kFailedPrecondition);
    CHECK(absl::StrContains(refused.message(), "of format 3"));
  }
  CHECK(MustCount(view) == 1);
}

TEST_CASE("views of three states can be open in a reader") {
  TestGraph test;
  const auto reader = OpenReader(test.directory / "data", absl::ZeroDuration());
  const Graph graph = MustOpen(*reader);
  std::vector<ReadView> views;
  for (int i = 0; i < 3; ++i) {
    REQUIRE_OK(reader->CatchUp());
    views.push_back(View(graph));
    MustAdd(test.graph, Triple("s", "p", std::to_string(i)));
  }
  const absl::Status full = reader->CatchUp();
  CHECK(full.code() == absl::StatusCode::kResourceExhausted);
  CHECK(View(graph).commit() == 2);
  for (size_t i = 0; i < views.size(); ++i) CHECK(MustCount(views[i]) == i);
  views.erase(views.begin());
  REQUIRE_OK(reader->CatchUp());
  CHECK(View(graph).commit() == 3);
}

}  // namespace
}  // namespace skg::test
