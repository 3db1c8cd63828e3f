// EdgeScan: the statements of a view that are edges, as term ids.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "analytics/view_filter.h"
#include "base/cancellation.h"
#include "storage/read_view.h"

namespace skg::analytics {

struct TermEdge {
  rdf::TermId source, target;
  float weight = 1;
};

// Each triple once, whatever number of named graphs it is in (the first whose
// statement is heavy enough tells its weight, the default graph before all);
// statements with different edge numbers apart.
// In the order of subjects unless by_predicate(). Not thread-safe; the view,
// the filter and the cancellation outlive it.
class EdgeScan {
 public:
  // Reads all statements, or only those of the filter's predicates, one after
  // the other, where these are few.
  [[nodiscard]] static absl::StatusOr<EdgeScan> Open(
      const storage::ReadView& view, const ViewFilter& filter,
      const Cancellation& cancellation);
  // Only those statements of the filter's that a pattern of its graphs matches.
  [[nodiscard]] static EdgeScan Of(const storage::ReadView& view,
                                   const ViewFilter& filter,
                                   const storage::ScanPattern& pattern,
                                   const Cancellation& cancellation);

  [[nodiscard]] bool by_predicate() const { return by_predicate_; }
  // How many statements it reads; edges are at most so many.
  [[nodiscard]] uint64_t statements() const { return statements_; }

  // Back to the beginning.
  void Rewind() {
    next_predicate_ = 0;
    cursor_.reset();
    ended_ = false;
  }
  // Fills `edges` (cleared first). False: the end. Errors: those of ScanCursor.
  [[nodiscard]] absl::StatusOr<bool> Next(std::vector<TermEdge>& edges);

 private:
  EdgeScan(const storage::ReadView& view, const ViewFilter& filter,
           const Cancellation& cancellation)
      : view_(&view), filter_(&filter), cancellation_(&cancellation) {}
  [[nodiscard]] absl::StatusOr<bool> OpenNext();
  void Collect(std::vector<TermEdge>& edges);

  const storage::ReadView* view_;
  const ViewFilter* filter_;
  const Cancellation* cancellation_;
  std::optional<storage::ScanPattern> pattern_;
  bool by_predicate_ = false;
  uint64_t statements_ = 0;
  size_t next_predicate_ = 0;
  bool ended_ = false;
  std::unique_ptr<storage::ScanCursor> cursor_;
  storage::StatementBatch batch_;
  // The last row and its verdict: neighbours are often alike.
  storage::StatementKey last_;
  rdf::TermId last_predicate_;
  bool takes_last_predicate_ = false;
};

}  // namespace skg::analytics
