// Asking with SPARQL: a query that is prepared once and run with values, an
// update with values, and an answer as columns of numbers.
//
//   skg_example_query DIRECTORY
#include <skg/engine.h>

#include <cstdint>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace {

absl::Status AddElements(skg::Graph& graph) {
  return graph
      .Update(
          "INSERT DATA { :Curie :discovered :Radium , :Polonium . "
          ":Scheele :discovered :Oxygen . "
          ":Radium :number 88 . :Polonium :number 84 . :Oxygen :number 8 }")
      .status();
}

// Values are terms and never part of the text: whatever a user typed may stand
// there.
absl::Status PrintDiscoveries(const skg::PreparedQuery& query,
                              const std::string& who) {
  absl::StatusOr<skg::QueryResult> result = query.Run({{"who", who}});
  if (!result.ok()) return result.status();
  std::cout << who << ":";
  std::vector<std::vector<std::string>> rows;
  while (true) {
    const absl::StatusOr<bool> more = result->Next(rows);
    if (!more.ok()) return more.status();
    if (!*more) break;
    for (const std::vector<std::string>& row : rows) std::cout << ' ' << row[0];
  }
  std::cout << '\n';
  return absl::OkStatus();
}

// Numbers come as numbers, texts where they are asked for.
absl::Status PrintNumbers(const skg::Graph& graph) {
  absl::StatusOr<skg::QueryResult> result = graph.Query(
      "SELECT ?what ?n { ?what :number ?n FILTER(?n >= ?least) } ORDER BY ?n",
      {.parameters = {{"least", skg::IntegerLiteral(10)}}});
  if (!result.ok()) return result.status();
  skg::ColumnBatch batch;
  int64_t sum = 0;
  while (true) {
    const absl::StatusOr<bool> more = result->NextBatch(batch);
    if (!more.ok()) return more.status();
    if (!*more) break;
    const skg::Column& numbers = batch.column(1);
    if (numbers.kind != skg::Column::Kind::kIntegers) continue;
    const auto names = batch.Texts(0);
    if (!names.ok()) return names.status();
    for (size_t row = 0; row < batch.rows(); ++row) {
      std::cout << (*names)[row] << " is " << numbers.integers[row] << '\n';
      sum += numbers.integers[row];
    }
  }
  std::cout << "together " << sum << '\n';
  return absl::OkStatus();
}

absl::Status Run(std::string_view directory) {
  absl::StatusOr<std::unique_ptr<skg::Engine>> engine =
      skg::Engine::Open(directory);
  if (!engine.ok()) return engine.status();
  absl::StatusOr<skg::Graph> graph =
      (*engine)->OpenGraph("elements", {.create = true});
  if (!graph.ok()) return graph.status();
  if (absl::Status status = AddElements(*graph); !status.ok()) return status;

  const absl::StatusOr<skg::PreparedQuery> discoveries =
      graph->Prepare("SELECT ?what { ?who :discovered ?what } ORDER BY ?what");
  if (!discoveries.ok()) return discoveries.status();
  for (const std::string who :
       {"Curie", "Scheele", "} UNION { ?who ?p ?what"}) {
    if (absl::Status status = PrintDiscoveries(*discoveries, who); !status.ok())
      return status;
  }

  skg::UpdateOptions rename;
  rename.parameters = {{"old", "Scheele"}, {"new", "Carl Wilhelm Scheele"}};
  const absl::StatusOr<skg::UpdateResult> renamed = graph->Update(
      "DELETE { ?old ?p ?o } INSERT { ?new ?p ?o } WHERE { ?old ?p ?o }",
      rename);
  if (!renamed.ok()) return renamed.status();
  std::cout << "renamed " << renamed->inserted << '\n';
  if (absl::Status status =
          PrintDiscoveries(*discoveries, "Carl Wilhelm Scheele");
      !status.ok()) {
    return status;
  }
  return PrintNumbers(*graph);
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
