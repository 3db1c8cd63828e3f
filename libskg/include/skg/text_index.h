// Text indexes: statements and nodes found by the words of their texts, ranked
// by BM25.
//
// An index is made of a graph's literals (and names), which never change, and
// of all that the metadata of statements ever said; which of it a search may
// find is decided by the view's own statements. So every view finds exactly
// what it shows: also right after a commit, and in states of the past since the
// index was made. How rare a word is, which the ranking needs, is counted over
// all that was ever indexed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "skg/index_over.h"

namespace skg {

struct TextIndexOptions {
  // Over nodes, a text belongs to the subject of its statement; over
  // statements, to the statement.
  IndexOver over = IndexOver::kNodes;
  // Names or terms of the predicates whose objects (strings, with or without a
  // language) are texts; empty: of all predicates. At most 64.
  std::vector<std::string> predicates = {};
  // Over nodes: the names of nodes are texts, too (of an IRI what follows its
  // last '/', '#' or ':').
  bool names = true;
  // Over statements: the strings in a statement's metadata are a text of it,
  // too: all that are values, nested ones too, each on its own line. With
  // `predicates`: those of statements with one of these.
  bool metadata = true;
  // Of strings without a language tag, names and metadata: BCP 47; empty: no
  // language.
  std::string language = "en";
  // Words are reduced to their stems where the language has a stemmer.
  bool stemming = true;
  // The most frequent words of a language are left out.
  bool stop_words = false;
};

// What is told of an index.
struct TextIndexInfo {
  std::string name;
  TextIndexOptions options;
  uint64_t created_commit = 0;
  absl::Time created;
  // Views from this commit on can be searched; 0: it is being built.
  uint64_t complete_since = 0;
  uint64_t documents = 0;  // texts indexed
};

struct TextSearchOptions {
  uint64_t top_k = 10;  // [1, 10000]
  // Words without a sign must all occur; else one is enough.
  bool all_words = false;
  // What scores less is not found.
  float threshold = 0;
  // Over nodes: those with one of these types (rdf:type), names or terms;
  // empty: whatever they are.
  std::vector<std::string> node_types = {};
  // Over nodes: those that a SPARQL SELECT binds to its first variable; empty:
  // all.
  std::string filter = {};
  // Put around the words that were found, in TextHit::highlighted; both empty:
  // there is none.
  std::string mark_begin = {}, mark_end = {};
  absl::Time deadline = absl::InfiniteFuture();
};

struct TextHit {
  std::string owner;  // a node's name or term, or a statement's id
  float score = 0;    // of the best of its texts
  std::string text;   // that one; of metadata, their strings
  std::string highlighted;
};

}  // namespace skg
