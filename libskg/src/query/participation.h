// Which triples take part in the solutions of a conjunction, and the order of
// its solutions by their triples.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "query/conjunction.h"
#include "query/evaluation.h"
#include "query/pattern_scan.h"
#include "query/row_order.h"
#include "query/top_k.h"

namespace skg::query {

// Not thread-safe.
class Participation {
 public:
  // All references must outlive this. `components`: those of a conjunction
  // with solutions; every pattern has a match.
  Participation(Evaluation& evaluation,
                const std::vector<ResolvedPattern>& patterns,
                const std::vector<uint64_t>& counts,
                const std::vector<Component>& components);

  // Offers every triple that takes part, once. Goes through the patterns in
  // the order of the query: a triple comes with the statement by which the
  // first of them matches it.
  [[nodiscard]] absl::Status CollectRows(RowOrder& order,
                                         TopK<StatementRow>& rows);

  // The first solutions, `width` values each: ordered by the triples that the
  // patterns match, the first pattern's first. After CollectRows.
  [[nodiscard]] absl::StatusOr<std::vector<std::vector<TermId>>> FirstSolutions(
      size_t width, uint64_t offset, uint64_t limit);

 private:
  // What the solutions say about one pattern: the values that its variables
  // take, and for each the least key of the triples that match with them.
  struct Part {
    size_t component = 0;
    absl::flat_hash_map<Triple, uint32_t> number_of;
    std::vector<std::string> least_key;  // by number; then, in its place:
    std::vector<uint32_t> rank;
  };
  // A component's solutions that can be among the first, best first.
  struct Ordered {
    std::vector<uint32_t> rows;
    std::vector<std::vector<uint32_t>> ranks;  // of each row, a rank a pattern
  };

  absl::Status FindValues(size_t pattern);
  absl::Status VisitPattern(size_t pattern, RowOrder& order,
                            TopK<StatementRow>& rows);
  absl::Status VisitScan(size_t pattern, PatternScan& scan, RowOrder& order,
                         TopK<StatementRow>& rows);
  absl::StatusOr<bool> TakesPartEarlier(size_t pattern,
                                        const StatementRow& row);
  absl::Status RankValues(Part& part);
  absl::StatusOr<Ordered> OrderComponent(const Component& component,
                                         uint64_t keep);
  // Offers the products of ordered solutions from component `c` on; `chosen`
  // are those before.
  absl::Status OfferProducts(size_t c, uint64_t keep,
                             std::vector<uint32_t>& chosen,
                             TopK<std::vector<TermId>>& top);
  absl::Status OfferProduct(const std::vector<uint32_t>& chosen,
                            TopK<std::vector<TermId>>& top);

  Evaluation& evaluation_;
  const std::vector<ResolvedPattern>& patterns_;
  const std::vector<uint64_t>& counts_;
  const std::vector<Component>& components_;
  std::vector<Part> parts_;  // of each pattern; those without variables: empty
  std::vector<Ordered> ordered_;
  size_t width_ = 0;
};

}  // namespace skg::query
