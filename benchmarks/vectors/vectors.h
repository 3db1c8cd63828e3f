// `skg-bench vectors`: approximate nearest neighbours, ours and the peers'.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace skg::bench {

struct VectorBench {
  uint32_t rows = 200'000;
  uint32_t queries = 1000;
  uint32_t dimension = 384;
  uint64_t seed = 1;
  // Names of indexes; empty: all. See Candidates() in vectors.cc.
  std::vector<std::string> indexes;
  std::vector<int> threads = {1, 2};
  int repeat = 5;
  // Where segments are written.
  std::string data = ".";
};

// Prints one JSON object a line: the data; each index's build (seconds, those
// of the processor, bytes that every search reads); its queries in a second of
// the processor and its median time at each number of candidates, with recall
// among the ten nearest; the same at three recalls, interpolated; and for ours
// the same under filters, beside filtering an unfiltered answer.
int RunVectors(const VectorBench& bench);

}  // namespace skg::bench
