// The program that crash tests kill: writers of single statements, each telling
// on standard output what was acknowledged, one line each:
// "<graph> <writer> <number>".
//
// crash_writer DIRECTORY FIRST_NUMBER WRITERS GRAPHS
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
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

}  // namespace

int main(int count, char** arguments) {
  if (count != 5) return 64;
  const long first = std::atol(arguments[2]);
  const int writers = std::atoi(arguments[3]);
  const int graphs = std::atoi(arguments[4]);
  auto engine = skg::Engine::Open(
      arguments[1],
      {.memory_budget_bytes = size_t{32} << 20, .fold_statements = 500});
  if (!engine.ok()) Fail(engine.status());
  std::vector<std::thread> threads;
  for (int writer = 0; writer < writers; ++writer) {
    const int number = writer % graphs;
    auto graph = (*engine)->OpenGraph("crash/graph" + std::to_string(number),
                                      {.create = true});
    if (!graph.ok()) Fail(graph.status());
    threads.emplace_back(Write, *graph, number, writer, first);
  }
  for (std::thread& thread : threads) thread.join();
  return 0;
}
