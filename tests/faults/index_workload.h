// What the program that index crash tests kill writes, commit by commit, so
// that the test can tell what must be there.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "skg/index_over.h"

namespace skg::test {

inline constexpr char kIndexGraph[] = "crash/indexes";
inline constexpr char kCopiedGraph[] = "crash/copy";  // comes and goes
inline constexpr uint32_t kIndexDimension = 4;
inline constexpr uint64_t kVectorNodes = 300;
inline constexpr uint64_t kWords = 24;

[[nodiscard]] std::string VectorNode(uint64_t node);

// Commit `number` (1, 2, ...) of the writer of vectors: other vectors for some
// nodes, or empty ones, which are taken out.
struct VectorChange {
  bool removes = false;
  std::map<uint64_t, std::vector<float>> vectors;  // by node
};
[[nodiscard]] VectorChange VectorChangeOf(uint64_t number);

// Likewise of the writer of statements, each of which is an item: a text of a
// node. No two items have the same text.
struct TextChange {
  std::vector<uint64_t> added, removed;
};
[[nodiscard]] TextChange TextChangeOf(uint64_t number);
inline constexpr char kSays[] = "says";
[[nodiscard]] std::string TextNode(uint64_t item);
[[nodiscard]] std::string TextOf(uint64_t item);
[[nodiscard]] std::string Word(uint64_t word);

}  // namespace skg::test
