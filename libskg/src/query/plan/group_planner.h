// GroupPlanner: what is joined and filtered together, as one set of parts.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "query/plan/join_order.h"
#include "query/plan/planner.h"

namespace skg::query::plan {

// Flattens nested Join, Filter and Bgp nodes and paths that are no closures
// into parts, gives each part the filters that it can ask, and orders the
// joins. Not thread-safe; used once.
class GroupPlanner {
 public:
  GroupPlanner(Planner& planner, const Scope& scope, const VariableSet& needed)
      : planner_(planner),
        scope_(scope),
        needed_(needed),
        limit_(planner.TakeGroupLimit()) {}

  [[nodiscard]] absl::StatusOr<PlanPtr> Plan(const Algebra& algebra,
                                             const Filters& filters);

 private:
  // A triple pattern as a scan; its triple terms with variables are columns
  // that steps take apart.
  struct Scan {
    ScanStep step;
    std::vector<TripleTermStep> triple_terms;
    bool impossible = false;  // a term that the view does not know
  };
  // A part before its filters and plans are known.
  struct Member {
    const Algebra* algebra = nullptr;  // null: `triple`
    const TriplePattern* triple = nullptr;
    const RecordPattern* record = nullptr;  // that `triple` is of; or null
    const StatementPattern* statement = nullptr;  // as `record`
    bool needs_reifier = true;
    VariableSet variables, certain;
    Filters filters;
  };

  absl::Status Flatten(const Algebra& algebra, bool is_root);
  absl::Status FlattenPath(const PathPattern& path);
  void AddTriple(const TriplePattern& triple);
  void AddRecord(const RecordPattern& record);
  void AddStatement(const StatementPattern& statement);
  void LeaveOutReifiers();
  void AddOpaque(const Algebra& algebra);
  // Keeps it while the group is planned.
  const Algebra& Own(AlgebraPtr algebra);
  void AddFilter(const Expression& condition);
  void PlaceFilters();
  // What of a filter's variables must be bound before it is asked.
  [[nodiscard]] VariableSet Wanted(const Expression& condition) const;

  absl::StatusOr<JoinPart> MakePart(const Member& member);
  absl::StatusOr<JoinPart> MakeScanPart(const Member& member);
  absl::StatusOr<JoinPart> MakeOpaquePart(const Member& member);
  absl::StatusOr<JoinPart> MakeGraphPart();
  absl::StatusOr<PlanPtr> PlanMember(const Member& member, const Scope& scope);
  absl::StatusOr<Scan> MakeScan(const Member& member, const Scope& scope);
  // Rows and distinct values that the planner expects.
  absl::StatusOr<Statistics::ScanEstimate> Estimate(const ScanStep& step,
                                                    bool want_distinct);
  absl::StatusOr<Place> MakePlace(const PatternTerm& term, const Scope& scope,
                                  Scan* scan);
  absl::StatusOr<PlanPtr> ScanPlan(const Scan& scan, storage::TermOrder order,
                                   double rows, const Member& member,
                                   const Scope& scope);
  absl::StatusOr<PlanPtr> JoinAll(std::vector<JoinPart> parts);
  // How many rows of the join of these it takes for those that are asked for.
  [[nodiscard]] RowGoal GoalOf(const std::vector<JoinPart>& parts) const;

  Planner& planner_;
  const Scope scope_;
  VariableSet needed_;  // and by existence filters
  const Planner::GroupLimit limit_;
  std::vector<Member> members_;
  std::vector<AlgebraPtr> owned_;
  std::vector<std::unique_ptr<TriplePattern>> owned_triples_;
  Filters all_filters_;
  std::vector<JoinFilter> join_filters_;
  Filters existence_filters_;
  VariableSet visible_;
};

// Whether values of `given` may stand for these variables in a pattern that is
// joined with solutions which bind them: then substituting gives the rows that
// the join would keep.
[[nodiscard]] bool MaySubstitute(const Algebra& algebra,
                                 const VariableSet& given);

}  // namespace skg::query::plan
