// The program that crash tests kill: writers of single statements, each telling
// on standard output what was acknowledged, one line each:
// "<graph> <writer> <number>". With "busy" the graphs are packed all the time
// beside that, their logs and histories cut, and another graph comes and goes.
//
// crash_writer DIRECTORY FIRST_NUMBER WRITERS GRAPHS [busy]
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "skg/engine.h"

namespace {

// Kill -9 loses nothing that the kernel holds: all three must survive it.
constexpr skg::Durability kDurabilities[] = {
    skg::Durability::kSync, skg::Durability::kGroup, skg::Durability::kNone};

[[noreturn]] void Fail(const absl::Status& status) {
  std::fprintf(stderr, "crash_writer: %s\n", status.ToString().c_str());
  std::_Exit(1);
}

void Write(skg::Graph graph, int graph_number, int writer, long first) {
  for (long number = first;; ++number) {
    skg::NewStatement statement;
    statement.subject = "writer" + std::to_string(writer);
    statement.predicate = "wrote";
    statement.object = "n" + std::to_string(number);
    statement.metadata = R"({"number":)" + std::to_string(number) + "}";
    const auto added =
        graph.Add(statement, {.durability = kDurabilities[writer % 3]});
    if (!added.ok()) Fail(added.status());
    const std::string line = std::to_string(graph_number) + " " +
                             std::to_string(writer) + " " +
                             std::to_string(number) + "\n";
    // Less than PIPE_BUF: lines of several writers do not mix.
    if (write(STDOUT_FILENO, line.data(), line.size()) < 0) std::_Exit(2);
  }
}

void Pack(skg::Graph graph) {
  for (;;) {
    const absl::Status packed = graph.Compact();
    if (!packed.ok()) Fail(packed);
    const auto view = graph.Latest();
    if (!view.ok()) Fail(view.status());
    const uint64_t cut = view->commit() / 2 + 1;
    if (view->commit() < 4) continue;
    for (const absl::Status& forgot :
         {graph.ForgetChangesBefore(cut), graph.ForgetHistoryBefore(cut)}) {
      if (!forgot.ok()) Fail(forgot);
    }
  }
}

// One transaction that is too large for memory.
void WriteMuch(skg::Graph& graph) {
  auto transaction = graph.Begin();
  if (!transaction.ok()) Fail(transaction.status());
  skg::NewStatement statement;
  statement.predicate = "says";
  for (int i = 0; i < 70'000; ++i) {
    statement.subject = "guest" + std::to_string(i);
    statement.object = "something long " + std::to_string(i);
    statement.metadata = i % 7 == 0 ? R"({"much":true})" : "";
    const absl::Status added = transaction->Add(statement);
    if (!added.ok()) Fail(added);
  }
  const auto applied = graph.Apply(*std::move(transaction));
  if (!applied.ok()) Fail(applied.status());
}

void ComeAndGo(skg::Engine& engine) {
  for (;;) {
    auto graph = engine.OpenGraph("crash/guest", {.create = true});
    if (!graph.ok()) Fail(graph.status());
    std::vector<skg::NewStatement> statements(300);
    for (size_t i = 0; i < statements.size(); ++i) {
      statements[i].subject = "guest" + std::to_string(i);
      statements[i].predicate = "says";
      statements[i].object = "something long " + std::to_string(i);
    }
    const auto added = graph->AddBatch(statements);
    if (!added.ok()) Fail(added.status());
    WriteMuch(*graph);
    const absl::Status dropped = engine.DropGraph("crash/guest");
    if (!dropped.ok()) Fail(dropped);
  }
}

}  // namespace

int main(int count, char** arguments) {
  const bool busy = count == 6 && std::string(arguments[5]) == "busy";
  if (count != 5 && !busy) return 64;
  const long first = std::atol(arguments[2]);
  const int writers = std::atoi(arguments[3]);
  const int graphs = std::atoi(arguments[4]);
  auto engine = skg::Engine::Open(
      arguments[1], {.memory_budget_bytes = size_t{32} << 20,
                     .fold_statements = busy ? uint64_t{50} : uint64_t{500}});
  if (!engine.ok()) Fail(engine.status());
  std::vector<std::thread> threads;
  for (int writer = 0; writer < writers; ++writer) {
    const int number = writer % graphs;
    auto graph = (*engine)->OpenGraph("crash/graph" + std::to_string(number),
                                      {.create = true});
    if (!graph.ok()) Fail(graph.status());
    threads.emplace_back(Write, *graph, number, writer, first);
    if (busy && writer < graphs) threads.emplace_back(Pack, *graph);
  }
  if (busy) threads.emplace_back(ComeAndGo, std::ref(**engine));
  for (std::thread& thread : threads) thread.join();
  return 0;
}
