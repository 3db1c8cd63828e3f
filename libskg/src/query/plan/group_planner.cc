#include "query/plan/group_planner.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/status.h"
#include "query/exec/triple_cursor.h"
#include "query/plan/exists_planner.h"
#include "query/plan/nodes.h"
#include "query/plan/path_rewrite.h"
#include "query/plan/record_places.h"
#include "query/plan/value_filters.h"
#include "query/plan/variables.h"
#include "storage/store.h"

namespace skg::query::plan {
namespace {

// `given` with those that a join adds.
Scope WithJoined(const Scope& scope, const VariableSet& joined) {
  Scope inner = scope;
  inner.given.Add(joined);
  inner.joined.Add(joined);
  if (scope.in_each_graph() && joined.Has(scope.graph.name.variable))
    inner.graph.name = Place::Parameter(scope.graph.name.variable);
  return inner;
}

}  // namespace

const Algebra& GroupPlanner::Own(AlgebraPtr algebra) {
  owned_.push_back(std::move(algebra));
  return *owned_.back();
}

void GroupPlanner::AddTriple(const TriplePattern& triple) {
  Member& member = members_.emplace_back();
  member.triple = &triple;
  member.variables = VariableSet::Without(VariablesOf(triple), scope_.given);
  if (scope_.in_each_graph()) member.variables.Add(scope_.graph.name.variable);
  member.certain = member.variables;
}

void GroupPlanner::AddRecord(const RecordPattern& record) {
  AddTriple(record.triple);
  Member& member = members_.back();
  member.record = &record;
  member.variables.Add(VariableSet::Without(VariablesOf(record), scope_.given));
  member.certain = member.variables;
}

void GroupPlanner::AddStatement(const StatementPattern& statement) {
  AddTriple(statement.triple);
  Member& member = members_.back();
  member.statement = &statement;
  if (statement.all_graphs) {
    member.variables =
        VariableSet::Without(VariablesOf(statement.triple), scope_.given);
  }
  member.certain = member.variables;
  for (const auto& [field, variable] : statement.columns) {
    member.variables.Add(variable);
    if (field != StatementField::kGraph) member.certain.Add(variable);
  }
}

// Ids of statements cost hashing: not for reifiers that nobody can name.
void GroupPlanner::LeaveOutReifiers() {
  for (Member& member : members_) {
    if (member.record == nullptr || !member.record->reifier.is_variable())
      continue;
    const Variable reifier = member.record->reifier.variable();
    bool used = !planner_.context().internal(reifier) || needed_.Has(reifier) ||
                scope_.given.Has(reifier) ||
                VariablesOf(member.record->triple).Has(reifier);
    for (const Member& other : members_)
      used = used || (&other != &member && other.variables.Has(reifier));
    for (const SharedExpression& filter : all_filters_)
      used = used || VariablesOf(*filter).Has(reifier);
    if (used) continue;
    member.needs_reifier = false;
    member.variables = VariableSet::Without(member.variables, {reifier});
    member.certain = member.variables;
  }
}

void GroupPlanner::AddOpaque(const Algebra& algebra) {
  Member& member = members_.emplace_back();
  member.algebra = &algebra;
  member.variables =
      VariableSet::Without(VisibleVariables(algebra), scope_.given);
  member.certain =
      VariableSet::Without(CertainVariables(algebra), scope_.given);
  // Of what works in every graph, each row tells in which.
  const bool has_graph = !std::holds_alternative<Values>(algebra.node) &&
                         !std::holds_alternative<GraphPattern>(algebra.node);
  if (scope_.in_each_graph() && has_graph) {
    member.variables.Add(scope_.graph.name.variable);
    member.certain.Add(scope_.graph.name.variable);
  }
}

absl::Status GroupPlanner::FlattenPath(const PathPattern& path) {
  AlgebraPtr rewritten = RewritePath(path, planner_.context());
  if (rewritten == nullptr) {
    AddOpaque(Own(MakeAlgebra(path)));
    return absl::OkStatus();
  }
  return Flatten(Own(std::move(rewritten)), false);
}

absl::Status GroupPlanner::Flatten(const Algebra& algebra, bool is_root) {
  if (const auto* bgp = std::get_if<Bgp>(&algebra.node)) {
    for (const TriplePattern& triple : bgp->triples) AddTriple(triple);
    for (const RecordPattern& record : bgp->records) AddRecord(record);
    for (const StatementPattern& statement : bgp->statements)
      AddStatement(statement);
    return absl::OkStatus();
  }
  if (const auto* path = std::get_if<PathPattern>(&algebra.node))
    return FlattenPath(*path);
  if (const auto* join = std::get_if<Join>(&algebra.node)) {
    for (const AlgebraPtr& input : join->inputs)
      SKG_RETURN_IF_ERROR(Flatten(*input, false));
    return absl::OkStatus();
  }
  if (const auto* filter = std::get_if<Filter>(&algebra.node)) {
    // Inside a join a condition may go up if it means the same there.
    const VariableSet bound =
        VariableSet::Union(CertainVariables(*filter->input), scope_.given);
    if (is_root || (IsPure(filter->condition) &&
                    bound.Covers(VariablesOf(filter->condition)))) {
      SplitConditions(filter->condition, &all_filters_);
      return Flatten(*filter->input, is_root);
    }
  }
  AddOpaque(algebra);
  return absl::OkStatus();
}

VariableSet GroupPlanner::Wanted(const Expression& condition) const {
  return VariableSet::Common(VariablesOf(condition), visible_);
}

void GroupPlanner::PlaceFilters() {
  const bool push = planner_.context().options.plan.push_filters;
  for (const SharedExpression& filter : all_filters_) {
    if (IsExistence(*filter)) {
      existence_filters_.push_back(filter);
      continue;
    }
    const VariableSet wanted = Wanted(*filter);
    bool placed = false;
    for (Member& member : members_) {
      if (!push || !IsPure(*filter) || !member.certain.Covers(wanted)) continue;
      member.filters.push_back(filter);
      placed = true;
      // Once is enough for what costs much and keeps nothing from others.
      if (wanted.empty()) break;
    }
    if (placed) continue;
    VariableSet variables = VariablesOf(*filter);
    // EXISTS sees all that is bound.
    const bool last = !push || !IsPure(*filter);
    if (!last) variables = wanted;
    join_filters_.push_back({filter, std::move(variables), last});
  }
}

absl::StatusOr<Place> GroupPlanner::MakePlace(const PatternTerm& term,
                                              const Scope& scope, Scan* scan) {
  if (term.is_variable()) {
    return scope.given.Has(term.variable()) ? Place::Parameter(term.variable())
                                            : Place::Column(term.variable());
  }
  if (term.is_term()) {
    SKG_ASSIGN_OR_RETURN(const TermId id,
                         planner_.context().terms.Lookup(term.term()));
    if (!id.bound()) scan->impossible = true;
    return Place::Constant(id);
  }
  TripleTermStep step;
  step.source = planner_.context().NewVariable();
  const TripleTermPattern& triple = term.triple();
  SKG_ASSIGN_OR_RETURN(step.subject, MakePlace(triple.subject, scope, scan));
  SKG_ASSIGN_OR_RETURN(step.predicate,
                       MakePlace(triple.predicate, scope, scan));
  // The term inside is taken apart after the one that holds it.
  const size_t at = scan->triple_terms.size();
  scan->triple_terms.push_back(step);
  SKG_ASSIGN_OR_RETURN(const Place object,
                       MakePlace(triple.object, scope, scan));
  scan->triple_terms[at].object = object;
  return Place::Column(step.source);
}

absl::StatusOr<GroupPlanner::Scan> GroupPlanner::MakeScan(const Member& member,
                                                          const Scope& scope) {
  const TriplePattern& triple = *member.triple;
  Scan scan;
  scan.step.graph = scope.graph;
  SKG_ASSIGN_OR_RETURN(scan.step.subject,
                       MakePlace(triple.subject, scope, &scan));
  SKG_ASSIGN_OR_RETURN(scan.step.predicate,
                       MakePlace(triple.predicate, scope, &scan));
  SKG_ASSIGN_OR_RETURN(scan.step.object,
                       MakePlace(triple.object, scope, &scan));
  if (member.record != nullptr) {
    SKG_ASSIGN_OR_RETURN(
        scan.step.record,
        MakeRecordColumns(*member.record, member.needs_reifier, scope.given,
                          member.filters, planner_.context()));
  }
  if (member.statement != nullptr) {
    if (member.statement->all_graphs) scan.step.graph = {true, {}, true};
    scan.step.statement =
        std::make_shared<const StatementColumns>(StatementColumns{
            member.statement->columns, member.statement->min_weight,
            member.statement->max_weight});
  }
  return scan;
}

absl::StatusOr<Statistics::ScanEstimate> GroupPlanner::Estimate(
    const ScanStep& step, bool want_distinct) {
  SKG_ASSIGN_OR_RETURN(Statistics::ScanEstimate estimate,
                       planner_.statistics().Estimate(step, want_distinct));
  // Found by its id.
  if (step.record != nullptr && step.record->reifier.fixed() &&
      planner_.context().view.description().statement_ids) {
    estimate.rows = std::min(estimate.rows, 1.0);
  }
  return estimate;
}

absl::StatusOr<PlanPtr> GroupPlanner::ScanPlan(const Scan& scan,
                                               storage::TermOrder order,
                                               double rows,
                                               const Member& member,
                                               const Scope& scope) {
  ScanStep step = scan.step;
  step.order = order;
  VariableSet outputs = member.variables;
  for (const TripleTermStep& part : scan.triple_terms) outputs.Add(part.source);
  SKG_ASSIGN_OR_RETURN(const RangedScan ranged,
                       WithRanges(planner_, step, rows, member.filters));
  PlanPtr plan = ScanNode(ranged.step, outputs, ranged.rows);
  for (const TripleTermStep& part : scan.triple_terms)
    plan = TripleTermNode(std::move(plan), part);
  return FilteredRanges(std::move(plan), ranged, scope);
}

absl::StatusOr<JoinPart> GroupPlanner::MakeScanPart(const Member& member) {
  JoinPart part;
  part.variables = member.variables;
  part.certain = member.certain;
  SKG_ASSIGN_OR_RETURN(const Scan scan, MakeScan(member, scope_));
  if (scan.impossible) {
    part.plans = {EmptyLike(member.variables)};
    return part;
  }
  SKG_ASSIGN_OR_RETURN(const Statistics::ScanEstimate estimate,
                       Estimate(scan.step, members_.size() > 1));
  const Place* places[] = {&scan.step.subject, &scan.step.predicate,
                           &scan.step.object};
  for (size_t i = 0; i < 3; ++i) {
    if (places[i]->kind == Place::Kind::kVariable)
      part.distinct[places[i]->variable] = estimate.distinct[i];
  }
  // Another order may know ranges of what is filtered.
  const bool all = members_.size() > 1 || !member.filters.empty();
  part.rows = std::numeric_limits<double>::infinity();
  for (const storage::TermOrder order : UsefulOrders(scan.step, all)) {
    SKG_ASSIGN_OR_RETURN(PlanPtr plan,
                         ScanPlan(scan, order, estimate.rows, member, scope_));
    part.rows = std::min(part.rows, plan->rows);
    part.plans.push_back(std::move(plan));
  }
  part.bind = [this,
               member](const VariableSet& given) -> absl::StatusOr<PlanPtr> {
    // What statements say is read, never looked up.
    if (member.statement != nullptr &&
        given.Meets(ColumnsOf(*member.statement))) {
      return PlanPtr();
    }
    return PlanMember(member, WithJoined(scope_, given));
  };
  return part;
}

absl::StatusOr<PlanPtr> GroupPlanner::PlanMember(const Member& member,
                                                 const Scope& scope) {
  if (member.algebra != nullptr) {
    return planner_.PlanPart(*member.algebra, scope, member.variables,
                             member.filters);
  }
  SKG_ASSIGN_OR_RETURN(const Scan scan, MakeScan(member, scope));
  SKG_ASSIGN_OR_RETURN(const Statistics::ScanEstimate estimate,
                       Estimate(scan.step, true));
  return ScanPlan(scan, UsefulOrders(scan.step, false)[0], estimate.rows,
                  member, scope);
}

absl::StatusOr<JoinPart> GroupPlanner::MakeOpaquePart(const Member& member) {
  JoinPart part;
  part.variables = member.variables;
  part.certain = member.certain;
  if (const auto* service = std::get_if<Service>(&member.algebra->node)) {
    AddVariables(service->endpoint, &part.required);
    part.required = VariableSet::Without(part.required, scope_.given);
  }
  if (part.required.empty()) {
    // All its columns: which of them the joins need is not known yet, but for
    // those that nobody else has.
    VariableSet wanted = needed_;
    for (const Member& other : members_) {
      if (&other != &member) wanted.Add(other.variables);
    }
    for (const JoinFilter& filter : join_filters_) wanted.Add(filter.variables);
    wanted = VariableSet::Common(wanted, member.variables);
    SKG_ASSIGN_OR_RETURN(
        PlanPtr plan,
        planner_.PlanPart(*member.algebra, scope_, wanted, member.filters));
    part.rows = plan->rows;
    part.certain = VariableSet::Common(plan->certain, part.certain);
    part.plans = {std::move(plan)};
  }
  part.bind = [this, member, required = part.required](
                  const VariableSet& given) -> absl::StatusOr<PlanPtr> {
    if (required.empty() &&
        (!planner_.explores() || !MaySubstitute(*member.algebra, given))) {
      return PlanPtr();
    }
    return PlanMember(member, WithJoined(scope_, given));
  };
  return part;
}

absl::StatusOr<JoinPart> GroupPlanner::MakeGraphPart() {
  const Variable graph = scope_.graph.name.variable;
  JoinPart part;
  part.variables = part.certain = {graph};
  part.plans = {GraphNamesNode(Place::Column(graph), {graph})};
  part.rows = part.plans[0]->rows;
  return part;
}

RowGoal GroupPlanner::GoalOf(const std::vector<JoinPart>& parts) const {
  const auto descends = [&](const PlanPtr& plan) {
    return plan->descending == limit_.descending;
  };
  if (limit_.rows == Slice::kNoLimit ||
      (limit_.descending &&
       std::none_of(parts.begin(), parts.end(), [&](const JoinPart& part) {
         return std::any_of(part.plans.begin(), part.plans.end(), descends);
       }))) {
    return {};
  }
  RowGoal goal{static_cast<double>(limit_.rows), limit_.descending};
  for (const JoinFilter& filter : join_filters_)
    goal.rows /= Selectivity(*filter.condition);
  for (const SharedExpression& filter : existence_filters_)
    goal.rows /= Selectivity(*filter);
  return goal;
}

absl::StatusOr<PlanPtr> GroupPlanner::JoinAll(std::vector<JoinPart> parts) {
  // So many that no set of them fits a word: some first, then the rest.
  while (parts.size() > JoinOrder::kMostParts) {
    VariableSet wanted = needed_;
    for (const JoinPart& part : parts) wanted.Add(part.variables);
    for (const JoinFilter& filter : join_filters_) wanted.Add(filter.variables);
    const auto split = parts.end() - JoinOrder::kMostParts;
    JoinPart joined;
    for (auto part = split; part != parts.end(); ++part) {
      joined.variables.Add(part->variables);
      joined.certain.Add(part->certain);
    }
    JoinOrder some(
        {std::make_move_iterator(split), std::make_move_iterator(parts.end())},
        {}, scope_.expressions(), planner_.context().options.plan);
    SKG_ASSIGN_OR_RETURN(PlanPtr plan, some.Plan(wanted));
    joined.rows = plan->rows;
    joined.plans = {std::move(plan)};
    parts.erase(split, parts.end());
    parts.push_back(std::move(joined));
  }
  const RowGoal goal = GoalOf(parts);
  JoinOrder order(std::move(parts), join_filters_, scope_.expressions(),
                  planner_.context().options.plan, goal);
  return order.Plan(needed_);
}

absl::StatusOr<PlanPtr> GroupPlanner::Plan(const Algebra& algebra,
                                           const Filters& filters) {
  all_filters_ = filters;
  const VariableSet needed = needed_;
  SKG_RETURN_IF_ERROR(Flatten(algebra, true));
  LeaveOutReifiers();
  for (const Member& member : members_) visible_.Add(member.variables);
  PlaceFilters();
  for (const SharedExpression& filter : existence_filters_)
    needed_.Add(VariablesOf(*filter));
  std::vector<JoinPart> parts;
  bool has_graph = !scope_.in_each_graph();
  for (const Member& member : members_) {
    SKG_ASSIGN_OR_RETURN(JoinPart part, member.algebra == nullptr
                                            ? MakeScanPart(member)
                                            : MakeOpaquePart(member));
    has_graph = has_graph || part.variables.Has(scope_.graph.name.variable);
    parts.push_back(std::move(part));
  }
  if (!has_graph) {
    SKG_ASSIGN_OR_RETURN(JoinPart part, MakeGraphPart());
    parts.push_back(std::move(part));
  }
  if (parts.empty()) return Filtered(UnitNode(), all_filters_, scope_);
  SKG_ASSIGN_OR_RETURN(PlanPtr plan, JoinAll(std::move(parts)));
  for (const SharedExpression& filter : existence_filters_) {
    SKG_ASSIGN_OR_RETURN(plan, PlanExistence(planner_, std::move(plan), filter,
                                             scope_, needed_));
  }
  std::vector<Variable> schema;
  for (const Variable v : plan->schema) {
    if (needed.Has(v) || existence_filters_.empty()) schema.push_back(v);
  }
  return ProjectNode(std::move(plan), std::move(schema));
}

}  // namespace skg::query::plan
