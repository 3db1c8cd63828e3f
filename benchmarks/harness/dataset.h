// Seeded statements: distinct, with names as people write them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "skg/statement.h"

namespace skg::bench {

struct DatasetShape {
  uint64_t statements = 0;
  uint32_t subjects = 20'000;
  uint32_t predicates = 50;
  uint32_t objects = 100'000;
  uint64_t seed = 1;
};

// A statement as the numbers of its terms among their kind.
struct TripleNumbers {
  uint32_t subject, predicate, object;
  friend bool operator==(const TripleNumbers&, const TripleNumbers&) = default;
};

struct Dataset {
  DatasetShape shape;
  std::vector<TripleNumbers> triples;
  std::vector<NewStatement> statements;  // the same, in names

  // "200000 distinct statements over 20000 subjects, ..., seed 1"
  [[nodiscard]] std::string Describe() const;
};

// The same shape gives the same statements, everywhere. Fewer than all
// combinations are asked for, or it would not end.
[[nodiscard]] Dataset MakeDataset(const DatasetShape& shape);

[[nodiscard]] std::string SubjectName(uint32_t number);
[[nodiscard]] std::string PredicateName(uint32_t number);
// Seven of ten are names, two texts, one a date.
[[nodiscard]] std::string ObjectName(uint32_t number);

}  // namespace skg::bench
