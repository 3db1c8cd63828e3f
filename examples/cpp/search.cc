// A graph searched by words, by vectors and by nearness.
//
//   skg_example_search DIRECTORY TURTLE_FILE
#include <skg/engine.h>
#include <skg/load.h>

#include <cmath>
#include <iomanip>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace {

constexpr char kLabel[] = "<http://www.w3.org/2000/01/rdf-schema#label>";

// When somebody was born, as a direction: who are near were contemporaries.
std::vector<float> YearAsVector(int year) {
  const float turn = static_cast<float>(year - 900) / 1200.0F * 3.14159F;
  return {std::cos(turn), std::sin(turn)};
}

absl::Status MakeIndexes(skg::Graph& graph) {
  const auto texts =
      graph.CreateTextIndex("labels", {.predicates = {kLabel}, .names = false});
  if (!texts.ok()) return texts.status();
  const auto vectors = graph.CreateVectorIndex(
      "eras", {.dimension = 2, .kind = skg::VectorIndexKind::kFlat});
  if (!vectors.ok()) return vectors.status();
  auto people = graph.Query(
      "SELECT ?who (SUBSTR(STR(?born), 1, 4) AS ?year) { ?who :born ?born }");
  if (!people.ok()) return people.status();
  std::vector<skg::VectorEntry> entries;
  std::vector<std::vector<std::string>> rows;
  while (true) {
    const absl::StatusOr<bool> more = people->Next(rows);
    if (!more.ok()) return more.status();
    if (!*more) break;
    for (const auto& row : rows)  // "1867"
      entries.push_back({row[0], YearAsVector(std::stoi(row[1].substr(1)))});
  }
  return graph.PutVectors("eras", entries).status();
}

absl::Status PrintByWords(const skg::ReadView& view, const std::string& query) {
  const auto hits = view.SearchText("labels", query, {.top_k = 3});
  if (!hits.ok()) return hits.status();
  std::cout << query << ":";
  for (const skg::TextHit& hit : *hits) std::cout << "  " << hit.text;
  std::cout << '\n';
  return absl::OkStatus();
}

// Born when Marie Curie was, and physicists.
absl::Status PrintContemporaries(const skg::ReadView& view) {
  const auto vector = view.GetVector("eras", "Marie_Curie");
  if (!vector.ok()) return vector.status();
  const auto hits = view.SearchVectors(
      "eras", *vector, {.top_k = 3, .filter = "SELECT ?s { ?s a :Physicist }"});
  if (!hits.ok()) return hits.status();
  std::cout << "contemporaries:";
  for (const skg::VectorHit& hit : *hits) std::cout << "  " << hit.owner;
  std::cout << '\n';
  return absl::OkStatus();
}

absl::Status PrintHybrid(const skg::ReadView& view) {
  skg::HybridQuery query;
  query.text =
      skg::HybridQuery::Text{.index = "labels", .query = "Henri Pierre Marie"};
  query.proximity =
      skg::HybridQuery::Proximity{.nodes = {"Marie_Curie"}, .max_distance = 1};
  query.top_k = 3;
  const auto hits = view.Search(query);
  if (!hits.ok()) return hits.status();
  for (const skg::HybridHit& hit : *hits) {
    std::cout << hit.owner << ": by words "
              << (hit.text ? std::to_string(hit.text->rank) : "-")
              << ", by nearness "
              << (hit.proximity ? std::to_string(hit.proximity->rank) : "-")
              << '\n';
  }
  return absl::OkStatus();
}

absl::Status Run(const std::string& directory, const std::string& file) {
  const absl::StatusOr<std::unique_ptr<skg::Engine>> engine =
      skg::Engine::Open(directory);
  if (!engine.ok()) return engine.status();
  absl::StatusOr<skg::Graph> graph =
      (*engine)->OpenGraph("science", {.create = true});
  if (!graph.ok()) return graph.status();
  const absl::StatusOr<skg::LoadSource> source = skg::OpenLoadFile(file);
  if (!source.ok()) return source.status();
  if (const auto loaded = graph->Load(*source); !loaded.ok())
    return loaded.status();
  if (absl::Status made = MakeIndexes(*graph); !made.ok()) return made;
  // What is written from here on is in the next view.
  const absl::StatusOr<skg::ReadView> view = graph->Latest();
  if (!view.ok()) return view.status();
  for (const absl::Status& printed :
       {PrintByWords(*view, "marie curie"), PrintByWords(*view, "newto*"),
        PrintContemporaries(*view), PrintHybrid(*view)})
    if (!printed.ok()) return printed;
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: skg_example_search DIRECTORY TURTLE_FILE\n";
    return 2;
  }
  const absl::Status status = Run(argv[1], argv[2]);
  if (status.ok()) return 0;
  std::cerr << "skg_example_search: " << status << '\n';
  return 1;
}
