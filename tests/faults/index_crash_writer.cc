// The program that index crash tests kill: a writer of vectors and one of
// statements (see index_workload.h), and a third thread that rebuilds indexes,
// packs the graph, and makes and drops other indexes. Before and after each
// commit it says in the log which: "<b or a> <v or s> <number>".
//
// index_crash_writer DIRECTORY LOG FIRST_VECTORS FIRST_STATEMENTS
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "faults/index_workload.h"
#include "skg/backup.h"
#include "skg/engine.h"

namespace {

using namespace skg::test;

[[noreturn]] void Fail(const char* what, const absl::Status& status) {
  std::fprintf(stderr, "index_crash_writer: %s: %s\n", what,
               status.ToString().c_str());
  std::_Exit(1);
}
void Must(const char* what, const absl::Status& status) {
  if (!status.ok()) Fail(what, status);
}

// Kill -9 loses nothing that the kernel holds: all three must survive it.
skg::Durability DurabilityOf(uint64_t number) {
  if (number % 16 == 0) return skg::Durability::kSync;
  return number % 16 == 1 ? skg::Durability::kGroup : skg::Durability::kNone;
}

void Say(int log, const char* when, char what, uint64_t number) {
  const std::string line =
      std::string(when) + " " + what + " " + std::to_string(number) + "\n";
  if (write(log, line.data(), line.size()) < 0) std::_Exit(2);
}

void WriteVectors(skg::Graph graph, int log, uint64_t first) {
  for (uint64_t number = first;; ++number) {
    std::vector<skg::VectorEntry> entries;
    std::vector<std::string> owners;
    const VectorChange change = VectorChangeOf(number);
    for (const auto& [node, vector] : change.vectors) {
      owners.push_back(VectorNode(node));
      entries.push_back({owners.back(), vector});
    }
    const skg::CommitOptions options = {.durability = DurabilityOf(number)};
    Say(log, "b", 'v', number);
    Must("vectors",
         (change.removes ? graph.RemoveVectors("near", owners, options)
                         : graph.PutVectors("near", entries, options))
             .status());
    Say(log, "a", 'v', number);
  }
}

void WriteStatements(skg::Graph graph, int log, uint64_t first) {
  for (uint64_t number = first;; ++number) {
    const TextChange change = TextChangeOf(number);
    auto transaction = graph.Begin();
    Must("begin", transaction.status());
    for (const uint64_t item : change.added) {
      Must("add", transaction->Add({.subject = TextNode(item),
                                    .predicate = kSays,
                                    .object = "\"" + TextOf(item) + "\""}));
    }
    for (const uint64_t item : change.removed) {
      Must("remove", transaction->Remove(TextNode(item), kSays,
                                         "\"" + TextOf(item) + "\""));
    }
    Say(log, "b", 's', number);
    Must("statements", graph
                           .Apply(*std::move(transaction),
                                  {.durability = DurabilityOf(number)})
                           .status());
    Say(log, "a", 's', number);
  }
}

skg::VectorIndexOptions Plain(skg::VectorIndexKind kind) {
  skg::VectorIndexOptions options;
  options.dimension = kIndexDimension;
  options.metric = skg::VectorMetric::kL2;
  options.kind = kind;
  options.links = 8;
  options.ef_construction = 32;
  return options;
}

void ComeAndGo(skg::Graph& graph) {
  Must("make a vector index",
       graph.CreateVectorIndex("guest", Plain(skg::VectorIndexKind::kFlat))
           .status());
  std::vector<skg::VectorEntry> entries;
  for (uint64_t i = 0; i < 4500; ++i)
    entries.push_back({VectorNode(i % kVectorNodes),
                       std::vector<float>(kIndexDimension, float(i))});
  Must("fill a vector index", graph.PutVectors("guest", entries).status());
  Must("seal a vector index", graph.RebuildVectorIndex("guest"));
  Must("make a text index", graph.CreateTextIndex("guest").status());
  Must("drop a vector index", graph.DropVectorIndex("guest").status());
  Must("drop a text index", graph.DropTextIndex("guest").status());
}

// A copy of the graph, with its indexes, out of a file.
void CopyAndDrop(skg::Engine& engine, const skg::Graph& graph) {
  std::string bytes;
  Must("save", graph
                   .Save({.write =
                              [&](std::string_view piece) {
                                bytes += piece;
                                return absl::OkStatus();
                              }})
                   .status());
  const auto read = [&bytes, at = size_t{0}](
                        char* out,
                        size_t size) mutable -> absl::StatusOr<size_t> {
    size = std::min(size, bytes.size() - at);
    bytes.copy(out, size, at);
    at += size;
    return size;
  };
  Must("restore",
       engine.RestoreGraph(kCopiedGraph, {.name = "copy", .read = read})
           .status());
  Must("drop the copy", engine.DropGraph(kCopiedGraph));
}

void Maintain(skg::Engine& engine, skg::Graph graph) {
  // Another one comes first in every other process.
  for (auto round = static_cast<unsigned>(getpid());; ++round) {
    if (round % 2 == 0) {
      CopyAndDrop(engine, graph);
      continue;
    }
    ComeAndGo(graph);
    Must("rebuild vectors", graph.RebuildVectorIndex("near"));
    Must("rebuild embeddings", graph.RebuildVectorIndex("meant"));
    Must("rebuild texts", graph.RebuildTextIndex("words").status());
    const auto view = graph.Latest();
    Must("look", view.status());
    Must("forget", graph.ForgetHistoryBefore(view->commit() / 2 + 1));
    Must("pack", graph.Compact());
  }
}

void MakeIndexes(skg::Graph& graph) {
  const auto may_be_there = [](const absl::Status& status) {
    if (!absl::IsAlreadyExists(status)) Must("make an index", status);
  };
  skg::TextIndexOptions words;
  words.names = false;
  words.stemming = false;
  may_be_there(graph.CreateTextIndex("words", words).status());
  may_be_there(
      graph.CreateVectorIndex("near", Plain(skg::VectorIndexKind::kHnsw))
          .status());
  skg::VectorIndexOptions meant;
  meant.kind = skg::VectorIndexKind::kFlat;
  meant.embedder = "hashing";
  meant.auto_embedding.emplace();
  meant.auto_embedding->text.name = false;
  meant.auto_embedding->text.labels = {kSays};
  may_be_there(graph.CreateVectorIndex("meant", meant).status());
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 5) return 64;
  const int log = open(arguments[2], O_WRONLY | O_CREAT | O_APPEND, 0666);
  if (log < 0) return 2;
  auto engine = skg::Engine::Open(
      arguments[1],
      {.memory_budget_bytes = size_t{64} << 20, .fold_statements = 500});
  Must("open", engine.status());
  auto graph = (*engine)->OpenGraph(kIndexGraph, {.create = true});
  Must("open the graph", graph.status());
  MakeIndexes(*graph);
  if (write(STDOUT_FILENO, "ready\n", 6) < 0) return 2;
  std::thread vectors(WriteVectors, *graph, log,
                      std::strtoull(arguments[3], nullptr, 10));
  std::thread statements(WriteStatements, *graph, log,
                         std::strtoull(arguments[4], nullptr, 10));
  std::thread maintenance(Maintain, std::ref(**engine), *graph);
  vectors.join();
  statements.join();
  maintenance.join();
  return 0;
}
