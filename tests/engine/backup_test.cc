// Backups through the public API: directories and graph files.
#include "skg/backup.h"

#include <zlib.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include "engine/backup_support.h"

namespace skg::test {
namespace {

namespace fs = std::filesystem;

std::string Document(const Graph& graph,
                     std::optional<PointInTime> as_of = {}) {
  std::string text;
  REQUIRE_OK(graph.Export({.write =
                               [&](std::string_view piece) {
                                 text += piece;
                                 return absl::OkStatus();
                               }},
                          {.format = Format::kJson, .as_of = as_of}));
  return text;
}

// Named graphs, records, replaced and removed statements.
uint64_t Fill(Graph& graph) {
  for (int i = 0; i < 40; ++i) {
    NewStatement statement =
        Triple("s" + std::to_string(i % 7), "p" + std::to_string(i % 3),
               "a text that is longer " + std::to_string(i % 11),
               0.5f + static_cast<float>(i % 4) / 8);
    if (i % 3 == 0) statement.graph = "g" + std::to_string(i % 2);
    if (i % 4 == 0) statement.metadata = R"({"n": )" + std::to_string(i) + "}";
    if (i % 5 == 0) statement.valid_from = absl::FromUnixSeconds(i);
    MustAdd(graph, statement);
    if (i % 6 == 5) {
      REQUIRE_OK(graph.Remove("s1", "p1", "a text that is longer 1"));
    }
  }
  return graph.Latest()->commit();
}

std::vector<std::string> IdsOf(const Graph& graph) {
  std::vector<std::string> ids;
  for (const Statement& statement : Matches(graph)) ids.push_back(statement.id);
  std::sort(ids.begin(), ids.end());
  return ids;
}

TEST_CASE("a saved graph is restored beside itself and elsewhere") {
  TestGraph test;
  const uint64_t last = Fill(test.graph);
  const std::string bytes = MustSave(test.graph);

  TemporaryDirectory elsewhere;
  const auto engine = OpenEngine(elsewhere / "data");
  Graph copy = MustRestore(*engine, "acme/copy", bytes);
  CHECK(copy.tenant() == "acme");
  CHECK(copy.name() == "copy");
  CHECK(copy.uuid() == test.graph.uuid());
  for (uint64_t commit = 0; commit <= last; ++commit)
    CHECK(Document(copy, commit) == Document(test.graph, commit));
  CHECK(IdsOf(copy) == IdsOf(test.graph));
  for (const std::string& id : IdsOf(copy)) {
    const auto versions = copy.History(id), before = test.graph.History(id);
    REQUIRE_OK(versions);
    REQUIRE_OK(before);
    CHECK(versions->size() == before->size());
  }
  const auto report = engine->Check(/*deep=*/true);
  REQUIRE_OK(report);
  CHECK(report->findings.empty());

  // Beside the original it gets ids of its own.
  const Graph beside = MustRestore(*test.engine, "beside", bytes);
  CHECK(beside.uuid() != test.graph.uuid());
  CHECK(Matches(beside).size() == Matches(test.graph).size());
  CHECK(IdsOf(beside) != IdsOf(test.graph));
  CHECK(absl::IsAlreadyExists(test.engine
                                  ->RestoreGraph("third", SourceOf(bytes),
                                                 {.uuid = RestoredUuid::kKeep})
                                  .status()));
  CHECK(absl::IsAlreadyExists(
      test.engine->RestoreGraph("beside", SourceOf(bytes)).status()));
}

TEST_CASE("a restored graph can be watched from where the saved one could") {
  TestGraph test;
  const uint64_t last = Fill(test.graph);
  const Graph copy = MustRestore(*test.engine, "copy", MustSave(test.graph));
  std::vector<std::string> seen[2];
  const Graph* const graphs[] = {&test.graph, &copy};
  for (int i = 0; i < 2; ++i) {
    auto watching = graphs[i]->Watch({}, 0, [&](const Change& change) {
      seen[i].push_back(std::to_string(change.commit) + " " +
                        std::to_string(static_cast<int>(change.kind)) + " " +
                        Text(change.statement));
    });
    REQUIRE_OK(watching);
    while (watching->position() < last) {
      REQUIRE_OK(watching->status());
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  CHECK(seen[0] == seen[1]);
  CHECK_FALSE(seen[0].empty());
}

TEST_CASE("a past state is saved and restored") {
  TestGraph test;
  Fill(test.graph);
  const Graph then =
      MustRestore(*test.engine, "then",
                  MustSave(test.graph, {.as_of = PointInTime(uint64_t{20})}));
  CHECK(then.Latest()->commit() == 20);
  CHECK(Document(then) == Document(test.graph, uint64_t{20}));
  CHECK(Document(then, uint64_t{7}) == Document(test.graph, uint64_t{7}));
  const absl::Time at = test.graph.AsOf(uint64_t{9})->time();
  const Graph early = MustRestore(
      *test.engine, "early", MustSave(test.graph, {.as_of = PointInTime(at)}));
  CHECK(early.Latest()->commit() == 9);
  CHECK(absl::IsOutOfRange(
      test.graph
          .Save({.write = [](std::string_view) { return absl::OkStatus(); }},
                {.as_of = PointInTime(uint64_t{1000})})
          .status()));
}

TEST_CASE("a packed file is restored as it is") {
  TestGraph test;
  Fill(test.graph);
  const std::string bytes = MustSave(test.graph);
  std::string packed(compressBound(bytes.size()) + 64, '\0');
  z_stream zip{};
  REQUIRE(deflateInit2(&zip, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) ==
          Z_OK);
  std::string input = bytes;
  zip.next_in = reinterpret_cast<Bytef*>(input.data());
  zip.avail_in = static_cast<uInt>(input.size());
  zip.next_out = reinterpret_cast<Bytef*>(packed.data());
  zip.avail_out = static_cast<uInt>(packed.size());
  REQUIRE(deflate(&zip, Z_FINISH) == Z_STREAM_END);
  packed.resize(zip.total_out);
  deflateEnd(&zip);
  const Graph copy = MustRestore(*test.engine, "copy", packed);
  CHECK(Document(copy) == Document(test.graph));
  packed.resize(packed.size() / 2);
  CHECK(absl::IsDataLoss(
      test.engine->RestoreGraph("half", SourceOf(packed)).status()));
}

TEST_CASE("backups and restores are tasks that are remembered") {
  TestGraph test;
  Fill(test.graph);
  const std::string backups = test.directory / "backups";
  const auto first = test.engine->Backup(backups);
  REQUIRE_OK(first);
  CHECK(first->number == 1);
  const std::string bytes = MustSave(test.graph);
  MustRestore(*test.engine, "copy", bytes);
  CHECK_FALSE(
      test.engine->RestoreGraph("junk", SourceOf("no graph file")).ok());
  std::vector<TaskInfo> tasks = test.engine->Tasks();
  std::erase_if(tasks, [](const TaskInfo& task) { return !task.persistent; });
  REQUIRE(tasks.size() == 4);
  CHECK(tasks[0].kind == "backup");
  CHECK(tasks[0].state == TaskState::kSucceeded);
  CHECK(tasks[0].progress.done == first->bytes);
  CHECK(tasks[0].progress.total == first->bytes);
  CHECK(tasks[0].result.find(R"("number": 1)") != std::string::npos);
  CHECK(tasks[1].kind == "backup");
  CHECK(tasks[1].progress.done == bytes.size());
  CHECK(tasks[2].kind == "restore");
  CHECK(tasks[2].state == TaskState::kSucceeded);
  CHECK(tasks[3].state == TaskState::kFailed);
  CHECK(absl::IsInvalidArgument(tasks[3].error));

  const std::string restored = test.directory / "restored";
  REQUIRE_OK(RestoreBackup(backups, restored));
  const auto engine = OpenEngine(restored);
  const auto graph = engine->OpenGraph("main");
  REQUIRE_OK(graph);
  CHECK(Document(*graph) == Document(test.graph));
  CHECK(graph->uuid() == test.graph.uuid());
  // The backup ran while it was made.
  const std::vector<TaskInfo> there = engine->Tasks();
  REQUIRE(there.size() == 1);
  CHECK(there[0].state == TaskState::kInterrupted);
}

TEST_CASE("backups are listed, verified, pruned and restored by number") {
  TestGraph test;
  const std::string backups = test.directory / "backups";
  for (int round = 1; round <= 3; ++round) {
    MustAdd(test.graph, Triple("s", "p", std::to_string(round)));
    REQUIRE_OK(test.engine->Backup(backups));
  }
  const auto list = ListBackups(backups);
  REQUIRE_OK(list);
  REQUIRE(list->size() == 3);
  CHECK((*list)[0].time < (*list)[2].time);
  CHECK((*list)[2].new_bytes <= (*list)[2].bytes);
  const auto findings = VerifyBackups(backups);
  REQUIRE_OK(findings);
  CHECK(findings->empty());
  const auto restored =
      RestoreBackup(backups, test.directory / "two", {.number = 2});
  REQUIRE_OK(restored);
  CHECK(restored->number == 2);
  {
    const auto engine = OpenEngine(test.directory / "two");
    Graph graph = OpenGraph(*engine);
    CHECK(MustCount(graph) == 2);
  }
  const auto pruned = PruneBackups(backups, 1);
  REQUIRE_OK(pruned);
  CHECK(*pruned == 2);
  REQUIRE_OK(test.engine->Backup(backups, {.keep = 1}));
  CHECK(ListBackups(backups)->size() == 1);
  CHECK(ListBackups(backups)->front().number == 4);
  CHECK(absl::IsNotFound(
      RestoreBackup(backups, test.directory / "x", {.number = 2}).status()));
  CHECK(absl::IsNotFound(ListBackups(test.directory / "none").status()));
  const std::filesystem::path data(test.directory / "data");
  const std::filesystem::path link(test.directory / "link");
  std::filesystem::create_directory_symlink(data, link);
  for (const auto& within :
       {data, data / "", data / "backups", data / "none" / ".." / "new", link,
        link / "backups"}) {
    INFO(within);
    const absl::Status refused = test.engine->Backup(within.string()).status();
    CHECK(absl::IsInvalidArgument(refused));
    CHECK_THAT(std::string(refused.message()),
               Catch::Contains("in the data directory"));
  }
  REQUIRE_OK(test.engine->Backup((data / ".." / "beside").string()));
  CHECK(absl::IsInvalidArgument(test.engine->Backup("").status()));
  CHECK(absl::IsInvalidArgument(
      test.engine->Backup(std::string_view("a\0b", 3)).status()));
}

TEST_CASE("sinks, sources and progress are called on the caller's thread") {
  TestGraph test;
  Fill(test.graph);
  const std::thread::id here = std::this_thread::get_id();
  uint64_t last = 0;
  const auto progress = [&](const BackupProgress& reached) {
    CHECK(std::this_thread::get_id() == here);
    CHECK(reached.bytes >= last);
    last = reached.bytes;
    return true;
  };
  std::string bytes;
  REQUIRE_OK(test.graph.Save({.write =
                                  [&](std::string_view piece) {
                                    CHECK(std::this_thread::get_id() == here);
                                    bytes += piece;
                                    return absl::OkStatus();
                                  }},
                             {.progress = progress}));
  CHECK(last == bytes.size());
  last = 0;
  LoadSource source = SourceOf(bytes);
  const auto read = source.read;
  source.read = [&](char* buffer, size_t size) {
    CHECK(std::this_thread::get_id() == here);
    return read(buffer, size);
  };
  REQUIRE_OK(test.engine->RestoreGraph(
      "copy", source, {.total_bytes = bytes.size(), .progress = progress}));
  CHECK(last == bytes.size());
  last = 0;
  REQUIRE_OK(
      test.engine->Backup(test.directory / "backups", {.progress = progress}));
  CHECK(last > 0);
}

TEST_CASE("progress that says no cancels, and nothing is left") {
  TestGraph test;
  Fill(test.graph);
  const std::string bytes = MustSave(test.graph);
  const auto no = [](const BackupProgress&) { return false; };
  const std::string backups = test.directory / "backups";
  CHECK(absl::IsCancelled(
      test.engine->Backup(backups, {.progress = no}).status()));
  CHECK(ListBackups(backups)->empty());
  CHECK(absl::IsCancelled(
      test.graph
          .Save({.write = [](std::string_view) { return absl::OkStatus(); }},
                {.progress = no})
          .status()));
  CHECK(absl::IsCancelled(
      test.engine->RestoreGraph("copy", SourceOf(bytes), {.progress = no})
          .status()));
  CHECK(absl::IsNotFound(test.engine->OpenGraph("copy").status()));
  for (const TaskInfo& task : test.engine->Tasks()) {
    if (task.persistent && task.id > 1)
      CHECK(task.state == TaskState::kCancelled);
  }
  REQUIRE_OK(test.engine->Backup(backups));
  CHECK(absl::IsCancelled(VerifyBackups(backups, {.progress = no}).status()));
  CHECK(absl::IsCancelled(
      RestoreBackup(backups, test.directory / "x", {.progress = no}).status()));
  CHECK_FALSE(fs::exists(test.directory / "x"));
  MustRestore(*test.engine, "copy", bytes);
}

TEST_CASE("a backup that waits for its sink can be cancelled as a task") {
  TestGraph test;
  Fill(test.graph);
  absl::Status cancelled;
  const auto saved = test.graph.Save({.write = [&](std::string_view) {
    // From another thread, as another door of the engine would.
    std::thread canceller([&] {
      for (const TaskInfo& task : test.engine->Tasks()) {
        if (task.state == TaskState::kRunning)
          cancelled.Update(test.engine->CancelTask(task.id));
      }
    });
    canceller.join();
    return absl::CancelledError("the sink gives up too");
  }});
  REQUIRE_OK(cancelled);
  CHECK(absl::IsCancelled(saved.status()));
  const std::vector<TaskInfo> tasks = test.engine->Tasks();
  CHECK(tasks.back().state == TaskState::kCancelled);
}

TEST_CASE("what a callback throws ends the task, not the process") {
  TestGraph test;
  Fill(test.graph);
  const auto thrower = [](const BackupProgress&) -> bool {
    throw std::runtime_error("no progress");
  };
  const auto write = [](std::string_view) -> absl::Status {
    throw std::runtime_error("no sink");
  };
  const auto saved = test.graph.Save({.write = write});
  CHECK(saved.status().code() == absl::StatusCode::kInternal);
  CHECK(Message(saved.status()).find("no sink") != std::string::npos);
  const auto backup =
      test.engine->Backup(test.directory / "backups", {.progress = thrower});
  CHECK(backup.status().code() == absl::StatusCode::kInternal);
  const std::string bytes = MustSave(test.graph);
  CHECK_FALSE(
      test.engine->RestoreGraph("copy", SourceOf(bytes), {.progress = thrower})
          .ok());
  // Also in the middle of it.
  const auto late = [](const BackupProgress& reached) -> bool {
    if (reached.stage != "reading") throw std::runtime_error("no more");
    return true;
  };
  CHECK_FALSE(
      test.engine->RestoreGraph("copy", SourceOf(bytes), {.progress = late})
          .ok());
  CHECK(absl::IsNotFound(test.engine->OpenGraph("copy").status()));
  MustRestore(*test.engine, "copy", bytes);
}

TEST_CASE("wrong arguments of a save and a restore") {
  TestGraph test;
  CHECK(absl::IsInvalidArgument(test.graph.Save({}).status()));
  CHECK(absl::IsInvalidArgument(
      test.engine->RestoreGraph("no/good/name", SourceOf("")).status()));
  CHECK(
      absl::IsInvalidArgument(test.engine->RestoreGraph("copy", {}).status()));
  CHECK(absl::IsDataLoss(
      test.engine->RestoreGraph("copy", SourceOf("")).status()));
  CHECK(test.engine->ListGraphs()->size() == 1);
  REQUIRE_OK(test.engine->DropGraph("main"));
  CHECK(absl::IsNotFound(
      test.graph
          .Save({.write = [](std::string_view) { return absl::OkStatus(); }})
          .status()));
}

TEST_CASE("writers go on while a backup is made and a graph is restored") {
  TestGraph test;
  Fill(test.graph);
  const std::string bytes = MustSave(test.graph);
  std::atomic<bool> stop{false};
  std::atomic<int> written{0};
  std::thread writer([&] {
    while (!stop) {
      if (!test.graph.Add(Triple("w", "p", std::to_string(written))).ok())
        return;
      ++written;
    }
  });
  for (int round = 0; round < 3; ++round) {
    REQUIRE_OK(test.engine->Backup(test.directory / "backups"));
    const Graph copy =
        MustRestore(*test.engine, "copy" + std::to_string(round), bytes);
    MustSave(test.graph);
  }
  stop = true;
  writer.join();
  CHECK(written > 0);
  CHECK(VerifyBackups(test.directory / "backups")->empty());
  CHECK(test.engine->Check(true)->findings.empty());
}

}  // namespace
}  // namespace skg::test
