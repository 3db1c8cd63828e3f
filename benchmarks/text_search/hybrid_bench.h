// `skg-bench hybrid`: a graph of labelled nodes, asked by words, by meaning and
// by nearness at once.
#pragma once

#include <cstdint>
#include <string>

namespace skg::bench {

struct HybridBench {
  uint64_t nodes = 200'000;
  uint64_t links = 4;  // from each node, towards nodes that have many
  uint64_t types = 100;
  uint64_t vocabulary = 100'000;
  uint64_t queries = 300;  // of each class
  uint64_t seed = 1;
  uint64_t memory_mib = 4096;
  std::string data = ".";  // the store is made below it
};

// Prints one JSON object a line: how long it took to load, to index the labels
// and to embed them (by the embedder "hashing", 384 components); then of each
// class of queries, top 10 by reciprocal ranks, the median, 99th percentile and
// greatest wall time and the mean processor time, in milliseconds.
int RunHybridBench(const HybridBench& bench);

}  // namespace skg::bench
