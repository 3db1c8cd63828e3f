// `skg-bench text`: a text index of short texts on disk, built, searched, and
// committed to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace skg::bench {

struct TextBench {
  size_t texts = 1'000'000;
  size_t vocabulary = 200'000;
  size_t queries = 500;  // of each class
  uint64_t seed = 1;
  uint64_t memory_mib = 512;
  std::string data = ".";   // the store is made below it
  std::string codex;        // types.en.json: its texts instead
  std::string write_texts;  // directory for what peers/text.py reads
};

// Prints one JSON object a line: the build (seconds, processor seconds, bytes
// on disk), each class of queries (median, 99th percentile and greatest wall
// time in milliseconds, mean processor time, and how many documents the first
// few match in all), commits (microseconds a document), the same queries of
// common words with all committed documents in the delta, and the fold.
int RunTextBench(const TextBench& bench);

}  // namespace skg::bench
