#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "engine/open_graph.h"

namespace skg::test {
namespace {

TEST_CASE("an engine opens, keeps what was written, and opens again") {
  TemporaryDirectory directory;
  std::string uuid;
  {
    const auto engine = OpenEngine(directory / "data");
    Graph graph = OpenGraph(*engine);
    uuid = graph.uuid();
    MustAdd(graph, Triple("Curie", "discovered", "Radium", 0.5f));
  }
  const auto engine = OpenEngine(directory / "data");
  auto graph = engine->OpenGraph("");
  REQUIRE_OK(graph);
  CHECK(std::string(graph->uuid()) == uuid);
  const auto found = Matches(*graph);
  REQUIRE(found.size() == 1);
  CHECK(Text(found[0]) == "Curie discovered Radium");
  CHECK(found[0].weight == 0.5f);
  auto report = engine->Check(true);
  REQUIRE_OK(report);
  CHECK(report->findings.empty());
  CHECK(report->statements == 1);
  CHECK(report->graphs == 1);
}

TEST_CASE("a directory that is not there is not made unless asked for") {
  TemporaryDirectory directory;
  EngineOptions options;
  options.create = false;
  auto engine = Engine::Open(directory / "absent", options);
  REQUIRE_FALSE(engine.ok());
  CHECK(engine.status().code() == absl::StatusCode::kNotFound);
  CHECK_FALSE(std::filesystem::exists(directory / "absent"));
}

TEST_CASE("a directory that holds something else is refused") {
  TemporaryDirectory directory;
  std::filesystem::create_directory(directory / "photos");
  std::ofstream(directory / "photos/cat.jpg") << "meow";
  auto engine = Engine::Open(directory / "photos");
  REQUIRE_FALSE(engine.ok());
  CHECK(engine.status().code() == absl::StatusCode::kFailedPrecondition);

  std::ofstream(directory / "file") << "not a directory";
  engine = Engine::Open(directory / "file");
  REQUIRE_FALSE(engine.ok());
  CHECK(engine.status().code() == absl::StatusCode::kFailedPrecondition);
  CHECK(Engine::Open("").status().code() == absl::StatusCode::kInvalidArgument);
  CHECK(Engine::Open("nowhere", {.fold_statements = 0}).status().code() ==
        absl::StatusCode::kInvalidArgument);
}

TEST_CASE("a directory is open once at a time") {
  TemporaryDirectory directory;
  auto first = OpenEngine(directory / "data");
  auto second = Engine::Open(directory / "data");
  REQUIRE_FALSE(second.ok());
  CHECK(second.status().code() == absl::StatusCode::kFailedPrecondition);
  first.reset();
  second = Engine::Open(directory / "data");
  REQUIRE_OK(second);
}

TEST_CASE("names of graphs") {
  TemporaryDirectory directory;
  const auto engine = OpenEngine(directory / "data");
  struct Case {
    std::string name, tenant, graph;
  };
  const std::vector<Case> cases = {
      {"", "public", "main"},
      {"main", "public", "main"},
      {"Wiki-Data_2", "public", "Wiki-Data_2"},
      {"acme/main", "acme", "main"},
      {"eu-1_x/" + std::string(63, 'G'), "eu-1_x", std::string(63, 'G')},
      {std::string(50, 't') + "/0", std::string(50, 't'), "0"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION("accepted: \"" << c.name << "\"") {
      const Graph graph = OpenGraph(*engine, c.name);
      CHECK(std::string(graph.tenant()) == c.tenant);
      CHECK(std::string(graph.name()) == c.graph);
    }
  }
  const std::vector<std::pair<std::string, std::string>> refused = {
      {"/", "tenant"},
      {"/main", "tenant"},
      {"acme/", "graph"},
      {"Acme/main", "tenant"},
      {"_acme/main", "tenant"},
      {"acme/-main", "graph"},
      {"a/b/c", "graph"},
      {"../etc", "tenant"},
      {"a b", "graph"},
      {"graph.db", "graph"},
      {"gr\xC3\xA4ph", "graph"},
      {std::string("a\0b", 3), "graph"},
      {std::string(64, 'g'), "graph"},
      {std::string(51, 't') + "/g", "tenant"},
  };
  for (const auto& [name, part] : refused) {
    DYNAMIC_SECTION("refused: \"" << name << "\"") {
      OpenGraphOptions create;
      create.create = true;
      const absl::Status status = engine->OpenGraph(name, create).status();
      CHECK(status.code() == absl::StatusCode::kInvalidArgument);
      CHECK_THAT(Message(status), Catch::StartsWith(part));
      CHECK(engine->DropGraph(name).code() ==
            absl::StatusCode::kInvalidArgument);
    }
  }
}

TEST_CASE("a graph is made only when asked for, and keeps its namespace") {
  TemporaryDirectory directory;
  const auto engine = OpenEngine(directory / "data");
  CHECK(engine->OpenGraph("nobody").status().code() ==
        absl::StatusCode::kNotFound);
  OpenGraphOptions options;
  options.create = true;
  options.base_namespace = "not an iri";
  CHECK(engine->OpenGraph("bad", options).status().code() ==
        absl::StatusCode::kInvalidArgument);
  CHECK(engine->OpenGraph("bad").status().code() ==
        absl::StatusCode::kNotFound);

  options.base_namespace = "https://example.org/";
  options.statement_ids = false;
  auto made = engine->OpenGraph("made", options);
  REQUIRE_OK(made);
  MustAdd(*made, Triple("a", "b", "c"));
  auto again = engine->OpenGraph(
      "made", {.create = true, .base_namespace = "urn:other:"});
  REQUIRE_OK(again);
  CHECK(std::string(again->base_namespace()) == "https://example.org/");
  CHECK(Texts(Matches(*again, Where("<https://example.org/a>"))) ==
        List({"a b c"}));
  const auto id = Matches(*again)[0].id;
  CHECK(again->Get(id).status().code() ==
        absl::StatusCode::kFailedPrecondition);
}

TEST_CASE("graphs are listed by tenant and name, with their figures") {
  TemporaryDirectory directory;
  const auto engine = OpenEngine(directory / "data");
  for (const char* name : {"zeta", "acme/main", "alpha", "acme/B"})
    OpenGraph(*engine, name);
  Graph alpha = OpenGraph(*engine, "alpha");
  MustAddAll(alpha, {Triple("a", "b", "c"), Triple("a", "b", "d")});
  auto listed = engine->ListGraphs();
  REQUIRE_OK(listed);
  std::vector<std::string> names;
  for (const GraphInfo& info : *listed)
    names.push_back(info.tenant + "/" + info.name);
  CHECK(names == List({"acme/B", "acme/main", "public/alpha", "public/zeta"}));
  CHECK((*listed)[2].statements == 2);
  CHECK((*listed)[2].last_commit == 1);
  CHECK((*listed)[2].uuid == std::string(alpha.uuid()));
  CHECK((*listed)[3].statements == 0);
  listed = engine->ListGraphs("acme");
  REQUIRE_OK(listed);
  CHECK(listed->size() == 2);
  CHECK(engine->ListGraphs("Not a tenant").status().code() ==
        absl::StatusCode::kInvalidArgument);
}

TEST_CASE("a dropped graph is gone for its open handles too") {
  TemporaryDirectory directory;
  const auto engine = OpenEngine(directory / "data");
  Graph doomed = OpenGraph(*engine, "doomed");
  Graph other = OpenGraph(*engine, "other");
  MustAdd(doomed, Triple("a", "b", "c"));
  MustAdd(other, Triple("a", "b", "c"));
  auto transaction = doomed.Begin();
  REQUIRE_OK(transaction);
  REQUIRE_OK(transaction->Add(Triple("x", "y", "z")));

  REQUIRE_OK(engine->DropGraph("doomed"));
  CHECK(doomed.Add(Triple("d", "e", "f")).status().code() ==
        absl::StatusCode::kNotFound);
  CHECK(doomed.Match({}).status().code() == absl::StatusCode::kNotFound);
  CHECK(doomed.Begin().status().code() == absl::StatusCode::kNotFound);
  CHECK(doomed.Apply(*std::move(transaction)).status().code() ==
        absl::StatusCode::kNotFound);
  CHECK(doomed.Watch({}, 0, [](const Change&) {}).status().code() ==
        absl::StatusCode::kNotFound);
  CHECK(engine->DropGraph("doomed").code() == absl::StatusCode::kNotFound);
  CHECK(engine->OpenGraph("doomed").status().code() ==
        absl::StatusCode::kNotFound);

  Graph reborn = OpenGraph(*engine, "doomed");
  CHECK(MustCount(reborn) == 0);
  CHECK(std::string(reborn.uuid()) != std::string(doomed.uuid()));
  CHECK(doomed.Add(Triple("d", "e", "f")).status().code() ==
        absl::StatusCode::kNotFound);
  CHECK(MustCount(other) == 1);
  auto report = engine->Check(true);
  REQUIRE_OK(report);
  CHECK(report->findings.empty());
}

TEST_CASE("settings are kept, replaced, listed by prefix and deleted") {
  TemporaryDirectory directory;
  {
    const auto engine = OpenEngine(directory / "data");
    REQUIRE_OK(engine->PutSetting("key/b", std::string("\0binary\xFF", 8)));
    REQUIRE_OK(engine->PutSetting("key/a", "1"));
    REQUIRE_OK(engine->PutSetting("key/a", "2"));
    REQUIRE_OK(engine->PutSetting("other", ""));
  }
  const auto engine = OpenEngine(directory / "data");
  CHECK(*engine->GetSetting("key/a") == "2");
  CHECK(*engine->GetSetting("key/b") == std::string("\0binary\xFF", 8));
  CHECK(engine->GetSetting("other")->empty());
  CHECK(*engine->ListSettings("key/") == List({"key/a", "key/b"}));
  CHECK(engine->ListSettings("")->size() == 3);
  REQUIRE_OK(engine->DeleteSetting("key/a"));
  CHECK(engine->GetSetting("key/a").status().code() ==
        absl::StatusCode::kNotFound);

  CHECK(engine->PutSetting("", "x").code() ==
        absl::StatusCode::kInvalidArgument);
  CHECK(engine->PutSetting(std::string(256, 'k'), "x").code() ==
        absl::StatusCode::kInvalidArgument);
  REQUIRE_OK(
      engine->PutSetting(std::string(255, 'k'), std::string(65536, 'v')));
  CHECK(engine->GetSetting(std::string(255, 'k'))->size() == 65536);
  CHECK(engine->PutSetting("big", std::string(65537, 'v')).code() ==
        absl::StatusCode::kInvalidArgument);
}

TEST_CASE("counters and sizes tell what was written") {
  TemporaryDirectory directory;
  const auto engine = OpenEngine(directory / "data");
  Graph graph = OpenGraph(*engine);
  const auto before = engine->write_counters();
  CommitOptions synced;
  synced.durability = Durability::kSync;
  MustAdd(graph, Triple("a", "b", "c"), synced);
  const auto after = engine->write_counters();
  CHECK(after.commits == before.commits + 1);
  CHECK(after.wal_syncs > before.wal_syncs);
  REQUIRE_OK(engine->Sync());
  auto bytes = engine->DiskBytes();
  REQUIRE_OK(bytes);
  CHECK(*bytes > 0);
}

TEST_CASE("a bound of the background that is too low is refused") {
  const TemporaryDirectory directory;
  for (const uint64_t rate : {uint64_t{1}, (uint64_t{1} << 20) - 1}) {
    EngineOptions options;
    options.background_io_bytes = rate;
    const absl::Status refused =
        Engine::Open(directory / "data", options).status();
    CHECK(absl::IsInvalidArgument(refused));
    CHECK_THAT(std::string(refused.message()),
               Catch::Contains("background_io_bytes"));
  }
}

}  // namespace
}  // namespace skg::test
