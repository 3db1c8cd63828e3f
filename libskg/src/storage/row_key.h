// Where a versioned row stands in one order.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "storage/keys.h"
#include "storage/statement_row.h"

namespace skg::storage {

// Terms in the order's sequence, edge, commit. Rows of one statement stand
// newest first.
struct RowKey {
  std::array<uint64_t, 4> terms{};
  uint32_t edge = 0;
  uint64_t commit = 0;

  [[nodiscard]] bool SameStatement(const RowKey& other) const {
    // The last terms differ most.
    return terms[3] == other.terms[3] && terms[2] == other.terms[2] &&
           terms[1] == other.terms[1] && terms[0] == other.terms[0] &&
           edge == other.edge;
  }
  [[nodiscard]] std::strong_ordering CompareStatement(
      const RowKey& other) const {
    for (size_t i = 0; i < 4; ++i) {
      if (terms[i] != other.terms[i]) return terms[i] <=> other.terms[i];
    }
    return edge <=> other.edge;
  }
  [[nodiscard]] bool Before(const RowKey& other) const {
    const auto order = CompareStatement(other);
    return order != 0 ? order < 0 : commit > other.commit;
  }
};

// Statement in the order's sequence and inverted commit, as keys end with.
inline constexpr size_t kRowKeyBytes = kStatementBytes + 8;

[[nodiscard]] inline RowKey LoadRowKey(const char* in) {
  RowKey key;
  for (size_t i = 0; i < 4; ++i)
    key.terms[i] = LoadBigEndian<uint64_t>(in + 8 * i);
  key.edge = LoadBigEndian<uint32_t>(in + kTermsBytes);
  key.commit = ~LoadBigEndian<uint64_t>(in + kStatementBytes);
  return key;
}

inline void StoreRowKey(const RowKey& key, char* out) {
  for (size_t i = 0; i < 4; ++i) StoreBigEndian(key.terms[i], out + 8 * i);
  StoreBigEndian(key.edge, out + kTermsBytes);
  StoreBigEndian(~key.commit, out + kStatementBytes);
}

[[nodiscard]] inline StatementKey ToStatement(const RowKey& key,
                                              IndexOrder order) {
  StatementKey statement;
  const auto& places = kOrderPlaces[static_cast<size_t>(order)];
  TermId* const parts[] = {&statement.graph, &statement.subject,
                           &statement.predicate, &statement.object};
  for (size_t i = 0; i < 4; ++i) *parts[places[i]] = TermId{key.terms[i]};
  statement.edge = key.edge;
  return statement;
}

// Where the named graph stands in the order's sequence.
[[nodiscard]] inline size_t GraphPlace(IndexOrder order) {
  return static_cast<size_t>(order) < kDefaultGraphOrders ? 0 : 3;
}

[[nodiscard]] inline RowKey ToRowKey(const StatementKey& statement,
                                     IndexOrder order, uint64_t commit) {
  RowKey key;
  const auto& places = kOrderPlaces[static_cast<size_t>(order)];
  const TermId parts[] = {statement.graph, statement.subject,
                          statement.predicate, statement.object};
  for (size_t i = 0; i < 4; ++i) key.terms[i] = parts[places[i]].bits;
  key.edge = statement.edge;
  key.commit = commit;
  return key;
}

// The first `count` terms of an order, bound by a pattern.
struct TermPrefix {
  std::array<uint64_t, 4> terms{};
  size_t count = 0;

  void Add(TermId id) { terms[count++] = id.bits; }
  [[nodiscard]] bool Matches(const RowKey& key) const {
    for (size_t i = 0; i < count; ++i) {
      if (key.terms[i] != terms[i]) return false;
    }
    return true;
  }
  // <0: `key` stands before all rows of the prefix, >0: after.
  [[nodiscard]] int Compare(const std::array<uint64_t, 4>& key) const {
    for (size_t i = 0; i < count; ++i) {
      if (key[i] != terms[i]) return key[i] < terms[i] ? -1 : 1;
    }
    return 0;
  }
  [[nodiscard]] std::string Bytes() const {
    std::string bytes;
    for (size_t i = 0; i < count; ++i) AppendBigEndian(terms[i], bytes);
    return bytes;
  }
};

}  // namespace skg::storage
