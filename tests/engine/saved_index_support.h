// Graphs with indexes of every sort, and what searches in them find.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/backup_support.h"
#include "skg/text_index.h"
#include "skg/vector_index.h"

namespace skg::test {

inline constexpr uint32_t kDimension = 8;
inline constexpr int kNodes = 60;

inline std::vector<float> RandomVector(std::mt19937_64& random) {
  std::normal_distribution<float> normal;
  std::vector<float> vector(kDimension);
  for (float& x : vector) x = normal(random);
  return vector;
}

inline std::string NodeName(uint64_t node) { return absl::StrCat("n", node); }

// "nodes" and "facts" of vectors, "words" of texts, "notes" of metadata.
inline void MakeIndexes(Graph& graph, VectorIndexKind kind) {
  VectorIndexOptions options;
  options.dimension = kDimension;
  options.kind = kind;
  options.metric = VectorMetric::kL2;
  REQUIRE_OK(graph.CreateVectorIndex("nodes", options));
  options.over = IndexOver::kStatements;
  options.metric = VectorMetric::kCosine;
  REQUIRE_OK(graph.CreateVectorIndex("facts", options));
  REQUIRE_OK(graph.CreateTextIndex("words", {.predicates = {"says"}}));
  TextIndexOptions notes;
  notes.over = IndexOver::kStatements;
  REQUIRE_OK(graph.CreateTextIndex("notes", notes));
}

// Some commits: statements with texts and metadata, added, replaced and
// removed; vectors put, replaced and removed.
inline void Change(Graph& graph, std::mt19937_64& random, int commits) {
  for (int i = 0; i < commits; ++i) {
    const uint64_t node = random() % kNodes;
    const std::string text =
        absl::StrCat("\"word", random() % 9, " word", random() % 9, "\"");
    if (random() % 5 == 0) {
      for (const Statement& s : Matches(graph, {.subject = NodeName(node)}))
        REQUIRE_OK(graph.Remove(s.subject, s.predicate, s.object));
    } else {
      NewStatement statement = Triple(NodeName(node), "says", text);
      statement.metadata =
          absl::StrCat(R"({"note": "note)", random() % 9, R"("})");
      MustAdd(graph, statement);
    }
    std::vector<VectorEntry> entries;
    for (uint64_t k = 0; k < 1 + random() % 4; ++k)
      entries.push_back({NodeName(random() % kNodes), RandomVector(random)});
    REQUIRE_OK(graph.PutVectors("nodes", entries));
    if (random() % 4 == 0) {
      const std::string gone = NodeName(random() % kNodes);
      REQUIRE_OK(graph.RemoveVectors("nodes", std::span(&gone, 1)));
    }
    const auto statements = Matches(graph, {.subject = NodeName(node)});
    if (!statements.empty()) {
      const VectorEntry fact{statements.front().id, RandomVector(random)};
      REQUIRE_OK(graph.PutVectors("facts", std::span(&fact, 1)));
    }
  }
}

// All owners by their scores, nearest first.
inline std::vector<std::string> VectorLines(const ReadView& view,
                                            const std::string& index,
                                            const std::vector<float>& query) {
  const auto hits = view.SearchVectors(index, query, {.top_k = 1000});
  REQUIRE_OK(hits);
  std::vector<std::string> lines;
  for (const VectorHit& hit : *hits)
    lines.push_back(absl::StrCat(hit.owner, " ", hit.score));
  return lines;
}

inline std::vector<std::string> TextLines(const ReadView& view,
                                          const std::string& index) {
  std::vector<std::string> lines;
  for (int word = 0; word < 9; ++word) {
    const std::string query =
        absl::StrCat(index == "words" ? "word" : "note", word);
    const auto hits = view.SearchText(index, query, {.top_k = 10'000});
    REQUIRE_OK(hits);
    for (const TextHit& hit : *hits)
      lines.push_back(absl::StrCat(query, ": ", hit.owner, " ", hit.text));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace skg::test
