// Embedding libskg: open a directory, add statements, match them, change them
// in a transaction, and read the graph's own account of what happened.
//
//   skg_example_embed DIRECTORY
#include <skg/engine.h>

#include <chrono>
#include <iostream>
#include <memory>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace {

absl::Status AddStatements(skg::Graph& graph) {
  // Plain strings are names; a string in quotes is a literal.
  const std::vector<skg::NewStatement> statements = {
      {.subject = "Marie Curie",
       .predicate = "discovered",
       .object = "Radium",
       .weight = 0.98f,
       .metadata = R"({"year": 1898})"},
      {.subject = "Marie Curie",
       .predicate = "discovered",
       .object = "Polonium"},
      {.subject = "Carl Scheele",
       .predicate = "discovered",
       .object = "Oxygen",
       .weight = 0.7f},
      {.subject = "Joseph Priestley",
       .predicate = "discovered",
       .object = "Oxygen",
       .weight = 0.7f},
      {.subject = "Radium", .predicate = "symbol", .object = "\"Ra\""},
  };
  const absl::StatusOr<skg::CommitResult> added = graph.AddBatch(statements);
  if (!added.ok()) return added.status();
  std::cout << "added " << added->inserted << " statements\n";
  return absl::OkStatus();
}

// What was discovered beyond doubt, the heaviest statement first.
absl::Status PrintDiscoveries(const skg::Graph& graph) {
  absl::StatusOr<skg::StatementCursor> cursor =
      graph.Match({.predicate = "discovered", .weight_min = 0.9f},
                  {.order_by = skg::OrderField::kWeight, .descending = true});
  if (!cursor.ok()) return cursor.status();
  std::vector<skg::Statement> batch;
  while (true) {
    const absl::StatusOr<bool> more = cursor->Next(batch);
    if (!more.ok()) return more.status();
    if (!*more) return absl::OkStatus();
    for (const skg::Statement& statement : batch) {
      std::cout << statement.subject << " discovered " << statement.object
                << " (" << statement.weight << ")\n";
    }
  }
}

// Reads and writes as one step: if another writer changed what was read here,
// Apply says kAborted and nothing has happened.
absl::Status GiveOxygenToLavoisier(skg::Graph& graph) {
  absl::StatusOr<skg::Transaction> transaction = graph.Begin();
  if (!transaction.ok()) return transaction.status();
  const absl::StatusOr<uint64_t> discoverers =
      transaction->Count({.predicate = "discovered", .object = "Oxygen"});
  if (!discoverers.ok()) return discoverers.status();
  if (*discoverers != 2) return absl::FailedPreconditionError("two expected");
  absl::Status status = transaction->Add({.subject = "Antoine Lavoisier",
                                          .predicate = "named",
                                          .object = "Oxygen"});
  status.Update(transaction->Remove("Radium", "symbol", "\"Ra\""));
  if (!status.ok()) return status;
  return graph.Apply(*std::move(transaction)).status();
}

std::string_view Verb(skg::Change::Kind kind) {
  switch (kind) {
    case skg::Change::Kind::kInserted:
      return "inserted";
    case skg::Change::Kind::kReplaced:
      return "replaced";
    case skg::Change::Kind::kRemoved:
      return "removed";
  }
  return "?";
}

// Every change since the beginning, then those to come: here, until the
// present is reached.
absl::Status PrintHistory(const skg::Graph& graph) {
  const absl::StatusOr<skg::ReadView> now = graph.Latest();
  if (!now.ok()) return now.status();
  const absl::StatusOr<skg::Subscription> subscription =
      graph.Watch({}, 0, [](const skg::Change& change) {
        std::cout << "commit " << change.commit << ' ' << Verb(change.kind)
                  << ' ' << change.statement.subject << ' '
                  << change.statement.predicate << ' '
                  << change.statement.object << '\n';
      });
  if (!subscription.ok()) return subscription.status();
  while (subscription->position() < now->commit()) {
    if (!subscription->status().ok()) return subscription->status();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return absl::OkStatus();
}

absl::Status Run(std::string_view directory) {
  absl::StatusOr<std::unique_ptr<skg::Engine>> engine =
      skg::Engine::Open(directory);
  if (!engine.ok()) return engine.status();
  absl::StatusOr<skg::Graph> graph =
      (*engine)->OpenGraph("example", {.create = true});
  if (!graph.ok()) return graph.status();
  if (absl::Status status = AddStatements(*graph); !status.ok()) return status;
  if (absl::Status status = PrintDiscoveries(*graph); !status.ok()) {
    return status;
  }
  if (absl::Status status = GiveOxygenToLavoisier(*graph); !status.ok()) {
    return status;
  }
  return PrintHistory(*graph);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: " << argv[0] << " DIRECTORY\n";
    return 2;
  }
  const absl::Status status = Run(argv[1]);
  if (!status.ok()) std::cerr << status << '\n';
  return status.ok() ? 0 : 1;
}
