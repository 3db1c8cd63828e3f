#include "analytics/edge_scan.h"

#include <utility>

#include "base/status.h"

namespace skg::analytics {
namespace {

// Reading the statements of some predicates by themselves costs a sort of their
// edges: worth it where they are less than this part of all.
constexpr uint64_t kFewPart = 4;

storage::ScanPattern PatternOf(const ViewFilter& filter) {
  storage::ScanPattern pattern;
  pattern.scope = filter.scope;
  pattern.graph = filter.graph;
  return pattern;
}

}  // namespace

absl::StatusOr<EdgeScan> EdgeScan::Open(const storage::ReadView& view,
                                        const ViewFilter& filter,
                                        const Cancellation& cancellation) {
  EdgeScan scan(view, filter, cancellation);
  storage::ScanPattern pattern = PatternOf(filter);
  SKG_ASSIGN_OR_RETURN(const storage::Counts all,
                       view.Count(pattern, &cancellation));
  scan.statements_ = all.statements;
  if (!filter.only_predicates) return scan;
  uint64_t few = 0;
  for (const rdf::TermId predicate : filter.predicates) {
    pattern.predicate = predicate;
    SKG_ASSIGN_OR_RETURN(const storage::Counts counts,
                         view.Count(pattern, &cancellation));
    few += counts.statements;
  }
  if (few <= all.statements / kFewPart) {
    scan.by_predicate_ = true;
    scan.statements_ = few;
  }
  return scan;
}

EdgeScan EdgeScan::Of(const storage::ReadView& view, const ViewFilter& filter,
                      const storage::ScanPattern& pattern,
                      const Cancellation& cancellation) {
  EdgeScan scan(view, filter, cancellation);
  scan.pattern_ = pattern;
  return scan;
}

absl::StatusOr<bool> EdgeScan::OpenNext() {
  storage::ScanPattern pattern = pattern_.value_or(PatternOf(*filter_));
  storage::ScanOptions options;
  options.cancellation = cancellation_;
  if (by_predicate_) {
    if (next_predicate_ == filter_->predicates.size()) return false;
    pattern.predicate = filter_->predicates[next_predicate_++];
  } else {
    if (ended_) return false;
    ended_ = true;
    if (!pattern_) options.order = storage::TermOrder::kSpo;
  }
  SKG_ASSIGN_OR_RETURN(cursor_, view_->Scan(pattern, options));
  last_ = {};
  last_predicate_ = {};
  return true;
}

void EdgeScan::Collect(std::vector<TermEdge>& edges) {
  const bool one_graph = filter_->scope == storage::GraphScope::kOne;
  for (size_t i = 0; i < batch_.size(); ++i) {
    const rdf::TermId predicate = batch_.predicate[i];
    if (predicate != last_predicate_) {
      last_predicate_ = predicate;
      takes_last_predicate_ = filter_->TakesPredicate(predicate);
    }
    if (!takes_last_predicate_ || !filter_->TakesObject(batch_.object[i])) {
      continue;
    }
    if (batch_.weight[i] < filter_->min_weight) continue;
    if (!one_graph) {
      const bool again =
          batch_.subject[i] == last_.subject && predicate == last_.predicate &&
          batch_.object[i] == last_.object && batch_.graph[i] != last_.graph;
      if (again) continue;
      last_.graph = batch_.graph[i];
      last_.subject = batch_.subject[i];
      last_.predicate = predicate;
      last_.object = batch_.object[i];
    }
    edges.push_back({batch_.subject[i], batch_.object[i], batch_.weight[i]});
  }
}

absl::StatusOr<bool> EdgeScan::Next(std::vector<TermEdge>& edges) {
  edges.clear();
  while (edges.empty()) {
    if (cursor_ == nullptr) {
      SKG_ASSIGN_OR_RETURN(const bool opened, OpenNext());
      if (!opened) return false;
    }
    SKG_ASSIGN_OR_RETURN(const bool more, cursor_->Next(batch_));
    if (!more) {
      cursor_.reset();
      continue;
    }
    Collect(edges);
  }
  return true;
}

}  // namespace skg::analytics
