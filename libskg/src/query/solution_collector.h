// Distinct solutions of patterns that each stand alone (OR, NOT, and AND with
// one pattern that has variables), the first k in the order of their triples.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "query/evaluation.h"
#include "query/pattern_scan.h"
#include "query/top_k.h"

namespace skg::query {

// Not thread-safe.
class SolutionCollector {
 public:
  // Solutions have `width` values. Only `patterns` give any. All references
  // must outlive this.
  SolutionCollector(Evaluation& evaluation,
                    const std::vector<const ResolvedPattern*>& patterns,
                    size_t width, uint64_t capacity);

  // The triple that pattern i matched, and its sort key.
  [[nodiscard]] absl::Status Add(size_t i, const Triple& triple,
                                 const std::string& key);
  // As TopK::bound; null also where every triple must be seen.
  [[nodiscard]] const std::string* bound() const;
  [[nodiscard]] absl::StatusOr<std::vector<std::vector<TermId>>> Take(
      uint64_t offset);

 private:
  // Patterns with the same variables can give the same solution.
  struct Family {
    std::vector<int> variables;  // ascending
    size_t patterns = 0;
    // One pattern whose every triple is another solution: nothing to remember.
    bool distinct = true;
    absl::flat_hash_map<Triple, std::string> first_keys;
  };

  absl::Status OfferSolution(const Family& family, const Triple& values,
                             const std::string& key);

  Evaluation& evaluation_;
  size_t width_;
  std::vector<const ResolvedPattern*> patterns_;
  std::vector<size_t> family_of_;  // of each pattern
  std::vector<Family> families_;
  TopK<std::vector<TermId>> top_;
  bool all_distinct_ = true;
};

}  // namespace skg::query
