// `skg-bench stored-vectors`: vectors in a graph, from their commits to a
// search after opening it again.
#pragma once

#include <cstdint>
#include <string>

namespace skg::bench {

struct StoredVectorsBench {
  uint64_t rows = 1'000'000;
  uint64_t dimension = 384;
  uint64_t batch = 10'000;  // of one commit
  uint64_t queries = 1000;
  uint64_t memory_mib = 8192;
  uint64_t seed = 1;
  std::string data = ".";  // where the store is made
};

// Prints one JSON object a line: seconds of putting, of sealing the rest, of
// opening the engine, and to the first answer; the median and the 99th
// percentile of searches before and after; bytes on disk; what of memory the
// process holds itself (anonymous) and what of it is pages of files. Returns
// the exit status.
int RunStoredVectors(const StoredVectorsBench& bench);

}  // namespace skg::bench
