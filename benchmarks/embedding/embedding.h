// How well an embedder finds, and how fast it is.
#pragma once

#include <cstdint>
#include <string>

namespace skg::bench {

struct EmbeddingBench {
  // A JSON object of {"label": ..., "description": ...}, such as CoDEx's types.
  std::string file;
  uint32_t dimension = 384;
  uint64_t seed = 1;  // of the typos
  int repeat = 5;     // runs that are timed
};

// Finds each label of the file by its description and by itself with one random
// edit, among all labels. Prints one JSON object a line: for the embedder
// "hashing" and for BM25 over the same words, of both kinds of query, the mean
// reciprocal rank and the share among the first ten (equal labels count as
// found; of equal scores the middle rank counts; what shares no word is not
// found by BM25); then how many texts a second of processor time are embedded.
int RunEmbedding(const EmbeddingBench& bench);

}  // namespace skg::bench
