#include "faults/index_workload.h"

#include <random>

namespace skg::test {

namespace {

constexpr uint64_t kItemsOfCommit = 16;
constexpr uint64_t kTextNodes = 60;
constexpr uint64_t kWordsOfText = 6;

uint64_t Hash(uint64_t x) { return std::mt19937_64(x)(); }

}  // namespace

std::string VectorNode(uint64_t node) { return "v" + std::to_string(node); }
std::string Word(uint64_t word) { return "word" + std::to_string(word); }

VectorChange VectorChangeOf(uint64_t number) {
  std::mt19937_64 random(number);
  std::normal_distribution<float> normal;
  VectorChange change;
  change.removes = random() % 5 == 0;
  for (uint64_t n = 1 + random() % 200; n > 0; --n) {
    std::vector<float>& vector = change.vectors[random() % kVectorNodes];
    vector.clear();
    if (change.removes) continue;
    for (uint32_t i = 0; i < kIndexDimension; ++i)
      vector.push_back(normal(random));
  }
  return change;
}

TextChange TextChangeOf(uint64_t number) {
  TextChange change;
  for (uint64_t i = 0; i < kItemsOfCommit; ++i) {
    change.added.push_back(number * kItemsOfCommit + i);
    // About a half lives longer than the rest.
    for (const uint64_t age : {4, 20}) {
      if (number <= age) continue;
      const uint64_t item = (number - age) * kItemsOfCommit + i;
      if ((Hash(item) % 2 == 0) == (age == 4)) change.removed.push_back(item);
    }
  }
  return change;
}

std::string TextNode(uint64_t item) {
  return "node" + std::to_string(Hash(item) % kTextNodes);
}

std::string TextOf(uint64_t item) {
  std::mt19937_64 random(item);
  std::string text = "item" + std::to_string(item);
  for (uint64_t i = 0; i < kWordsOfText; ++i)
    text += " " + Word(random() % kWords);
  return text;
}

}  // namespace skg::test
