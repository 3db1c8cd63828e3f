// Rows as runs hold them, of many shapes, for the tests of blocks.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "storage/block.h"

namespace skg::storage::test {

inline auto SequenceOf(const RunRow& row, IndexOrder order) {
  const TermId terms[] = {row.key.graph, row.key.subject, row.key.predicate,
                          row.key.object};
  const auto& places = kOrderPlaces[static_cast<size_t>(order)];
  return std::tuple(terms[places[0]], terms[places[1]], terms[places[2]],
                    terms[places[3]], row.key.edge, ~row.commit);
}

inline void SortRows(IndexOrder order, std::vector<RunRow>& rows) {
  std::sort(rows.begin(), rows.end(), [&](const RunRow& a, const RunRow& b) {
    return SequenceOf(a, order) < SequenceOf(b, order);
  });
}

// IRIs, strings, integers and dates of a small range each, mixed.
inline TermId MixedObject(std::mt19937_64& random) {
  constexpr uint64_t kTags[] = {1, 1, 1, 3, 8, 11};
  const uint64_t tag = kTags[random() % 6];
  const uint64_t middle = tag >= 8 ? uint64_t{1} << 58 : 1;
  return {tag << 60 | (middle + random() % 5000)};
}

inline RunRow InsertedRow(StatementKey key, uint64_t commit) {
  RunRow row{key, commit, {}};
  row.value.sign = row.value.triple_sign = 1;
  return row;
}

// What a graph of links and values looks like.
inline RunRow UsualRow(std::mt19937_64& random) {
  const auto iri = [&](uint64_t count) {
    return TermId{uint64_t{1} << 60 | (1 + random() % count)};
  };
  return InsertedRow({{}, iri(200), iri(20), MixedObject(random), 0}, 0);
}

inline float WeightOfBits(uint32_t bits) { return std::bit_cast<float>(bits); }

// Anything at all.
inline RunRow WildRow(std::mt19937_64& random) {
  const auto wide = [&] {
    constexpr uint64_t kEdges[] = {0, 1, UINT64_MAX, uint64_t{1} << 63};
    return random() % 4 == 0 ? kEdges[random() % 4]
                             : random() >> (random() % 64);
  };
  RunRow row;
  row.key = {
      {wide()}, {wide()}, {wide()}, {wide()}, static_cast<uint32_t>(wide())};
  row.commit = wide();
  row.value.operation = static_cast<RowOperation>(1 + random() % 3);
  row.value.sign = static_cast<int64_t>(wide());
  row.value.triple_sign = static_cast<int64_t>(wide());
  row.value.end = random() % 2 == 0 ? UINT64_MAX : wide();
  row.value.weight = WeightOfBits(static_cast<uint32_t>(random()));
  row.value.has_record = random() % 2 == 0;
  return row;
}

// Weights are compared by their bits: those that are not numbers too.
inline bool SameRow(const RunRow& a, const RunRow& b) {
  RunRow c = b;
  if (std::bit_cast<uint32_t>(a.value.weight) !=
      std::bit_cast<uint32_t>(b.value.weight)) {
    return false;
  }
  c.value.weight = 1;
  RunRow d = a;
  d.value.weight = 1;
  return c == d;
}

inline std::string EncodeBlock(IndexOrder order,
                               const std::vector<RunRow>& rows,
                               BlockHeader* header = nullptr) {
  BlockEncoder encoder(order);
  for (const RunRow& row : rows) encoder.Append(row);
  return encoder.Finish(header);
}

}  // namespace skg::storage::test
