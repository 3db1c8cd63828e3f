// One pattern in term ids, and the triples that match it.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "query/evaluation.h"
#include "query/pattern_query.h"
#include "rdf/term_id.h"
#include "storage/read_view.h"
#include "storage/statement_row.h"

namespace skg::query {

using rdf::TermId;
using storage::StatementRow;

// Subject, predicate, object; or the values of up to three variables.
using Triple = std::array<TermId, 3>;

[[nodiscard]] inline Triple TripleOf(const StatementRow& row) {
  return {row.key.subject, row.key.predicate, row.key.object};
}

struct ResolvedPattern {
  static constexpr int kNone = -1;

  storage::ScanPattern scan;  // its constants
  // The variable (its number in the query) of each position.
  std::array<int, 3> variable = {kNone, kNone, kNone};
  float weight_min = 0.0f;
  float weight_max = 1.0f;
  // A constant is a term that the graph has never seen.
  bool matches_nothing = false;

  // The distinct variables, each with the first position it stands in.
  struct Place {
    int variable;
    size_t position;
  };
  std::vector<Place> places;
  // Some position is neither constant nor variable, so that different triples
  // may give the same values of the variables.
  bool has_wildcard = false;

  // Whether any statement of a triple will do: neither weights nor graphs are
  // asked for.
  [[nodiscard]] bool takes_any_statement() const {
    return scan.scope == storage::GraphScope::kUnion && weight_min <= 0.0f &&
           weight_max >= 1.0f;
  }
  // Constants and repeated variables agree with the triple.
  [[nodiscard]] bool Fits(const Triple& triple) const;
  // The values of `places`, in their order; the rest unbound.
  [[nodiscard]] Triple Values(const Triple& triple) const;
};

// `variables` gets the names of variables not seen before. Errors:
// kInvalidArgument (a term that the names do not take), kDataLoss.
[[nodiscard]] absl::StatusOr<ResolvedPattern> ResolvePattern(
    const Evaluation& evaluation, const TextPattern& pattern,
    std::vector<std::string>& variables);

// The triples that match, each once, in index order. Each comes with the first
// of its statements that matches: that of the default graph before those of
// named graphs, the lowest edge first. Not thread-safe.
class PatternScan {
 public:
  // `bound` gives values to positions without constants (where bound). All
  // references must outlive the scan.
  [[nodiscard]] static absl::StatusOr<PatternScan> Open(
      Evaluation& evaluation, const ResolvedPattern& pattern,
      const Triple& bound = {});
  // Replaces `rows` by the next ones. False: the end.
  // Errors: kDataLoss, kDeadlineExceeded, kCancelled.
  [[nodiscard]] absl::StatusOr<bool> Next(std::vector<StatementRow>& rows);

 private:
  PatternScan(const Evaluation& evaluation,
              std::unique_ptr<storage::ScanCursor> cursor,
              const ResolvedPattern& pattern)
      : evaluation_(&evaluation),
        cursor_(std::move(cursor)),
        pattern_(&pattern) {}

  const Evaluation* evaluation_;

  std::unique_ptr<storage::ScanCursor> cursor_;  // null: nothing matches
  const ResolvedPattern* pattern_;
  storage::StatementBatch batch_;
  std::optional<Triple> last_;
};

// Whether anything matches the pattern with these values.
[[nodiscard]] absl::StatusOr<bool> Exists(Evaluation& evaluation,
                                          const ResolvedPattern& pattern,
                                          const Triple& bound = {});

// Whether the triple of a row that takes part matches, by whichever of its
// statements. Free but for patterns that ask for weights or graphs in a graph
// where a triple may have several.
[[nodiscard]] absl::StatusOr<bool> Matches(Evaluation& evaluation,
                                           const ResolvedPattern& pattern,
                                           const StatementRow& row);

// An upper bound, exact but for weights and repeated variables.
[[nodiscard]] absl::StatusOr<uint64_t> CountOf(const Evaluation& evaluation,
                                               const ResolvedPattern& pattern);

}  // namespace skg::query
