// The program of the damage tests: a process of its own, because damage may not
// end it.
//
// damaged_directory make DIRECTORY
//   Makes a directory with something of everything in it: packed runs, delta,
//   records, long terms, named graphs, a trimmed log, files of every kind.
// damaged_directory write|read DIRECTORY
//   Opens it, for writing or for reading, and tells all that it holds, line by
//   line: "state GRAPH COMMIT HASH" for what each commit left, and "error CODE
//   MESSAGE" or "finding ..." where something is wrong. Always exit status 0.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "skg/engine.h"

namespace {

constexpr unsigned kSecondsBeforeItHangs = 120;
constexpr const char* kGraphs[] = {"damage/packed", "damage/fresh"};

skg::EngineOptions Options() {
  return {.create = false,
          .durability = skg::Durability::kNone,
          .memory_budget_bytes = size_t{16} << 20,
          .fold_statements = 100'000};
}

void Must(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "damaged_directory: %s\n", status.ToString().c_str());
  std::_Exit(1);
}
template <typename T>
T Must(absl::StatusOr<T> result) {
  Must(result.status());
  return *std::move(result);
}

skg::NewStatement Statement(int number) {
  skg::NewStatement statement;
  statement.subject = "subject number " + std::to_string(number % 23);
  statement.predicate = "predicate" + std::to_string(number % 5);
  statement.object = "the object of number " + std::to_string(number);
  if (number % 50 == 7) statement.object = std::string(20'000, 'x');
  if (number % 3 == 0)
    statement.metadata = R"({"n":)" + std::to_string(number) + "}";
  if (number % 7 == 0) statement.graph = "a named graph";
  return statement;
}

void Fill(skg::Graph graph, int first, int commits) {
  for (int commit = 0; commit < commits; ++commit) {
    std::vector<skg::NewStatement> batch;
    for (int i = 0; i < 40; ++i)
      batch.push_back(Statement(first + commit * 25 + i));
    Must(graph.AddBatch(batch).status());
    const skg::NewStatement& gone = batch.front();
    Must(graph.Remove(gone.subject, gone.predicate, gone.object, gone.graph)
             .status());
  }
}

void Make(const char* directory) {
  skg::EngineOptions options = Options();
  options.create = true;
  {
    auto engine = Must(skg::Engine::Open(directory, options));
    skg::Graph packed = Must(engine->OpenGraph(kGraphs[0], {.create = true}));
    Fill(packed, 0, 12);
    Must(packed.Compact());
    Fill(packed, 300, 4);
    Must(packed.ForgetChangesBefore(10));
    Must(engine->PutSetting("setting", "a value"));
    skg::Graph dropped =
        Must(engine->OpenGraph("damage/dropped", {.create = true}));
    Fill(dropped, 0, 1);
    Must(engine->DropGraph("damage/dropped"));
  }
  {
    // Opening has put all that was in the log into table files.
    auto engine = Must(skg::Engine::Open(directory, options));
    skg::Graph fresh = Must(engine->OpenGraph(kGraphs[1], {.create = true}));
    Fill(fresh, 1000, 8);
  }
}

void Tell(const absl::Status& status, const std::string& what) {
  if (status.ok()) return;
  std::printf("error %s %s: %s\n",
              absl::StatusCodeToString(status.code()).c_str(), what.c_str(),
              std::string(status.message()).c_str());
}

// FNV-1a.
uint64_t Hash(uint64_t hash, const std::string& text) {
  for (const char byte : text + "|")
    hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211u;
  return hash;
}

absl::StatusOr<uint64_t> HashOf(const skg::ReadView& view) {
  uint64_t hash = 14695981039346656037u;
  // Each graph by itself, in all that a statement has.
  for (const char* graph : {"", "a named graph"}) {
    auto cursor = view.Match(
        {.graph = graph},
        {.order_by = skg::OrderField::kKey, .include_metadata = true});
    if (!cursor.ok()) return cursor.status();
    std::vector<skg::Statement> batch;
    for (;;) {
      const auto more = cursor->Next(batch);
      if (!more.ok()) return more.status();
      if (!*more) break;
      for (const skg::Statement& s : batch) {
        for (const std::string& text :
             {s.id, s.subject, s.predicate, s.object, s.graph, s.metadata,
              std::to_string(s.weight), std::to_string(s.version),
              std::to_string(s.created_commit)}) {
          hash = Hash(hash, text);
        }
      }
    }
  }
  const auto count = view.Count();
  if (!count.ok()) return count.status();
  return Hash(hash, std::to_string(*count));
}

void TellGraph(skg::Engine& engine, const std::string& name) {
  const auto graph = engine.OpenGraph(name);
  if (!graph.ok()) return Tell(graph.status(), name);
  const auto last = graph->Latest();
  if (!last.ok()) return Tell(last.status(), name);
  for (uint64_t commit = 0; commit <= last->commit(); ++commit) {
    const auto view = graph->AsOf(commit);
    if (!view.ok()) {
      Tell(view.status(), name);
      continue;
    }
    const auto hash = HashOf(*view);
    if (!hash.ok()) {
      Tell(hash.status(), name);
      continue;
    }
    std::printf("state %s %llu %016llx\n", name.c_str(),
                static_cast<unsigned long long>(commit),
                static_cast<unsigned long long>(*hash));
  }
}

void TellAll(absl::StatusOr<std::unique_ptr<skg::Engine>> engine) {
  if (!engine.ok()) return Tell(engine.status(), "opening");
  for (const char* graph : kGraphs) TellGraph(**engine, graph);
  const auto setting = (*engine)->GetSetting("setting");
  Tell(setting.status(), "setting");
  if (setting.ok()) std::printf("setting %s\n", setting->c_str());
  const auto report = (*engine)->Check(true);
  if (!report.ok()) return Tell(report.status(), "checking");
  for (const skg::CheckFinding& finding : report->findings)
    std::printf("finding %s: %s\n", finding.graph.c_str(),
                finding.message.c_str());
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return 64;
  alarm(kSecondsBeforeItHangs);
  const std::string mode = arguments[1];
  if (mode == "make") {
    Make(arguments[2]);
  } else if (mode == "write") {
    TellAll(skg::Engine::Open(arguments[2], Options()));
  } else if (mode == "read") {
    TellAll(skg::Engine::OpenReader(arguments[2], Options()));
  } else {
    return 64;
  }
  return 0;
}
