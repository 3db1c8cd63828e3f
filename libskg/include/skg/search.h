// Hybrid search: nodes ranked by words, by meaning and by how near they are in
// the graph, in one call on one view.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace skg {

// How the rankings of the parts become one.
enum class Fusion : uint8_t {
  // The sum over the parts of weight / (rank_constant + rank), ranks from 1
  // (Cormack, Clarke and Buettcher, "Reciprocal rank fusion outperforms
  // Condorcet and individual rank learning methods", 2009).
  kReciprocalRank,
  // The sum of weight * score / best score of the part; what scores less than 0
  // there counts as 0.
  kWeightedScores,
};

// At least one part. A node that is in no part's ranking is not found.
struct HybridQuery {
  struct Text {
    std::string index = "default";
    std::string query;  // as ReadView::SearchText
    float weight = 1;   // > 0, here and below
  };
  struct Vector {
    std::string index = "default";  // over nodes
    // One of the two: a vector, or a text, of which the index's embedder makes
    // one.
    std::vector<float> vector = {};
    std::string text = {};
    // What scores less is not in the ranking.
    float threshold = -std::numeric_limits<float>::infinity();
    float weight = 1;
  };
  // Nodes by their distance from these, statements taken in both directions;
  // literals and predicates are no way. The score is 1 / (1 + distance).
  struct Proximity {
    std::vector<std::string> nodes;  // names or terms; at most 1000
    uint32_t max_distance = 3;       // [1, 10]
    float weight = 1;
  };
  std::optional<Text> text;
  std::optional<Vector> vector;
  std::optional<Proximity> proximity;

  Fusion fusion = Fusion::kReciprocalRank;
  float rank_constant = 60;  // > 0

  uint64_t top_k = 10;  // [1, 10000]
  // Each part ranks so many nodes, its best; a node that comes later in one
  // gets nothing of it. 0: ten times top_k, at least 100; [top_k, 100000].
  uint64_t window = 0;
  // Which nodes may be found; all that is given must hold. The ranking is of
  // these alone.
  std::vector<std::string> node_types = {};  // with one of these types
  std::string filter = {};  // a SPARQL SELECT; its first variable
  // A JSON document of patterns (see pattern_query.h): subjects and objects of
  // the statements that it gives, however many.
  std::string filter_patterns = {};
  absl::Time deadline = absl::InfiniteFuture();
};

// What one part said of a hit.
struct HybridPart {
  uint64_t rank = 0;  // from 1
  float score = 0;    // the part's own
  float share = 0;    // of the hit's score
};

struct HybridHit {
  std::string owner;  // a node's name or term
  float score = 0;
  // Unset: that part was not asked, or does not rank the node.
  std::optional<HybridPart> text, vector, proximity;
  std::string matched_text;  // that the text part found
};

}  // namespace skg
