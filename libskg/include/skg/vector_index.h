// Vector indexes: nearest neighbours of a vector among those kept of a graph's
// nodes or statements.
//
// An index is part of its graph's state: what a commit puts in is found by
// every view from that commit on and by none before, what is replaced or
// removed is still found by the views before. Views of past commits find what
// was there then, back to the index's creation.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "skg/index_over.h"

namespace skg {

// What "near" means. A score is always such that more is nearer.
enum class VectorMetric : uint8_t {
  kCosine,        // cosine of the angle, in [-1, 1]
  kInnerProduct,  // the product itself
  kL2,            // 1 / (1 + squared Euclidean distance), in (0, 1]
};

enum class VectorIndexKind : uint8_t {
  kFlat,  // every vector is looked at: exact
  // A navigable graph (Malkov and Yashunin). It is built and searched by codes
  // of one byte a component where these keep the order of a sample, else by
  // the vectors; what it finds is ranked by the vectors.
  kHnsw,
  // The same, by codes always: vectors are read for the ranking alone, from
  // where they lie on disk.
  kHnswQuantized,
  // Inverted lists of product-quantised vectors; what they give is ranked by
  // the vectors.
  kIvfPq,
};

// The text of a node, line by line; without any line it has none.
struct NodeTextTemplate {
  // What its IRI says: what follows the graph's namespace, else the last '/',
  // '#' or ':'; '_' is a blank.
  bool name = true;
  // Predicates whose objects stand there alone; names or terms. Of these and
  // the next at most 64 together, of each at most 16 objects.
  std::vector<std::string> labels = {
      "<http://www.w3.org/2000/01/rdf-schema#label>"};
  // Predicates that stand there as "name: object".
  std::vector<std::string> properties = {};
  // So many of its other statements, by their order in the graph, stand there
  // as "predicate: object"; [0, 1000].
  uint32_t statements = 0;
};

// An index over nodes that follows its graph: each node of those has the vector
// of its text, soon after the commit that changed it. Who must not find
// something else waits with Graph::WaitForEmbeddings.
struct AutoEmbedding {
  // Nodes with one of these types (rdf:type), names or terms, at most 64;
  // empty: every subject.
  std::vector<std::string> node_types = {};
  NodeTextTemplate text = {};
};

struct VectorIndexOptions {
  // What vectors belong to. One of a statement is found in views that show the
  // statement; one of a node, by itself.
  IndexOver over = IndexOver::kNodes;
  uint32_t dimension = 384;  // [1, 4096]
  VectorMetric metric = VectorMetric::kCosine;
  VectorIndexKind kind = VectorIndexKind::kHnsw;
  // HNSW: links of a vector on each level above the lowest, which has twice as
  // many; [4, 128].
  uint32_t links = 16;
  // HNSW: candidates kept while a vector is put in, [links, 4096]. More is
  // slower to build and finds more.
  uint32_t ef_construction = 200;
  // HNSW: candidates kept while searching, where the search does not say;
  // [1, 4096].
  uint32_t ef_search = 64;
  // What makes vectors of texts: "hashing", which is built in, or one of
  // EngineOptions::embedders, whose dimension is the index's; empty: the caller
  // has vectors and no texts.
  std::string embedder = {};
  // Needs an embedder, and is over nodes; unset: the caller puts the vectors.
  std::optional<AutoEmbedding> auto_embedding = {};
};

// What is told of an index.
struct VectorIndexInfo {
  std::string name;
  VectorIndexOptions options;
  uint64_t created_commit = 0;
  absl::Time created;
  uint64_t vectors = 0;       // at the graph's last commit
  uint64_t memory_bytes = 0;  // what it holds now
  // In segments, the files of which take so many bytes; what is not there yet
  // is searched exactly.
  uint64_t segments = 0;
  uint64_t sealed_vectors = 0;  // old versions too
  uint64_t file_bytes = 0;
  // Of auto-embedding: all changes up to this commit are in the index, 0 while
  // it embeds what was there before; how many later commits of the graph have
  // not been looked at; and why it cannot go on at the moment (it tries again),
  // empty: it can.
  uint64_t embedded_commit = 0;
  uint64_t embedding_lag = 0;
  std::string embedding_error;
};

// One entry of an index over nodes (`owner`: the node's name or term) or over
// statements (its id).
struct VectorEntry {
  std::string owner;
  std::vector<float> vector;
};

struct VectorSearchOptions {
  uint64_t top_k = 10;  // [1, 10000]
  // What scores less is not found.
  float threshold = -std::numeric_limits<float>::infinity();
  // HNSW: candidates kept; 0: as the index says; [1, 10000].
  uint32_t ef = 0;
  // Of an index over nodes: those with one of these types (rdf:type), names or
  // terms; empty: whatever they are.
  std::vector<std::string> node_types = {};
  // Of an index over nodes: those that a SPARQL SELECT binds to its first
  // variable; empty: all. The best of them are found, however few they are.
  std::string filter = {};
  // Likewise: subjects and objects of the statements that a JSON document of
  // patterns gives (see pattern_query.h), however many.
  std::string filter_patterns = {};
  absl::Time deadline = absl::InfiniteFuture();
};

struct VectorHit {
  std::string owner;  // as VectorEntry has it
  float score = 0;
};

}  // namespace skg
