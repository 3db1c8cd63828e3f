#include "query/plan/value_filters.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/status.h"
#include "query/plan/nodes.h"

namespace skg::query::plan {
namespace {

using Kind = Expression::Kind;
using MaybeRanges = absl::StatusOr<std::optional<IdRanges>>;

// Each range is a seek: more of them are no better than reading all.
constexpr size_t kMostRanges = 256;

bool IsVariable(const Expression& expression, Variable v) {
  return expression.kind == Kind::kVariable && expression.variable == v;
}

// `constant < ?x` is `?x > constant`; unset: no comparison that ranges know.
std::optional<Kind> Mirrored(Kind kind) {
  switch (kind) {
    case Kind::kEqual:
      return Kind::kEqual;
    case Kind::kLess:
      return Kind::kGreater;
    case Kind::kLessOrEqual:
      return Kind::kGreaterOrEqual;
    case Kind::kGreater:
      return Kind::kLess;
    case Kind::kGreaterOrEqual:
      return Kind::kLessOrEqual;
    default:
      return std::nullopt;
  }
}

// What a condition lets through of one variable; unset: nobody knows.
class RangeFinder {
 public:
  RangeFinder(exec::Context& context, Variable v) : context_(context), v_(v) {}

  MaybeRanges Of(const Expression& e) const {
    const std::vector<Expression>& parts = e.arguments;
    if (e.kind == Kind::kAnd) return OfAll(parts);
    if (e.kind == Kind::kOr) return OfAny(parts);
    if (e.kind == Kind::kIn) return OfMembers(parts);
    const std::optional<Kind> mirrored = Mirrored(e.kind);
    if (!mirrored || parts.size() != 2) return std::optional<IdRanges>();
    if (IsVariable(parts[0], v_)) return Compared(e.kind, parts[1]);
    if (IsVariable(parts[1], v_)) return Compared(*mirrored, parts[0]);
    return std::optional<IdRanges>();
  }

 private:
  MaybeRanges Compared(Kind kind, const Expression& with) const {
    if (with.kind != Kind::kConstant) return std::optional<IdRanges>();
    const Value value = ValueOf(with.constant);
    TermId id;
    // Others are found by their values.
    if (kind == Kind::kEqual && !value.numeric()) {
      SKG_ASSIGN_OR_RETURN(id, context_.terms.Lookup(with.constant));
    }
    return RangesWhere(kind, value, id, {context_.view.in_transaction()});
  }
  MaybeRanges OfAll(const std::vector<Expression>& parts) const {
    std::optional<IdRanges> all;
    bool each = true;
    for (const Expression& part : parts) {
      SKG_ASSIGN_OR_RETURN(std::optional<IdRanges> ranges, Of(part));
      each = each && ranges;
      if (!ranges) continue;
      all = all ? InBoth(*all, *ranges) : *std::move(ranges);
    }
    return all && !each ? WithoutExact(*std::move(all)) : all;
  }
  MaybeRanges OfAny(const std::vector<Expression>& parts) const {
    std::optional<IdRanges> any = IdRanges();
    for (size_t i = 0; any && i < parts.size(); ++i) {
      SKG_ASSIGN_OR_RETURN(const std::optional<IdRanges> ranges, Of(parts[i]));
      any = ranges ? std::optional(InEither(*any, *ranges)) : std::nullopt;
    }
    return any;
  }
  MaybeRanges OfMembers(const std::vector<Expression>& parts) const {
    std::optional<IdRanges> any;
    if (!IsVariable(parts[0], v_) || parts.size() > kMostRanges) return any;
    any.emplace();
    for (size_t i = 1; any && i < parts.size(); ++i) {
      SKG_ASSIGN_OR_RETURN(const std::optional<IdRanges> ranges,
                           Compared(Kind::kEqual, parts[i]));
      any = ranges ? std::optional(InEither(*any, *ranges)) : std::nullopt;
    }
    return any;
  }

  exec::Context& context_;
  const Variable v_;
};

// The variable at the first free place of the scan's order; unset: none, or
// what stands before it is not known yet.
std::optional<Variable> FirstFree(const ScanStep& scan) {
  const auto places = storage::InSequence(scan.order, &scan.subject,
                                          &scan.predicate, &scan.object);
  for (const Place* place : places) {
    if (place->kind == Place::Kind::kConstant) continue;
    if (place->kind == Place::Kind::kVariable) return place->variable;
    return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<RangedScan> WithRanges(Planner& planner, const ScanStep& scan,
                                      double rows, const Filters& filters) {
  RangedScan out{scan, rows, {}, filters};
  const PlanLimits& limits = planner.context().options.plan;
  const std::optional<Variable> v = FirstFree(scan);
  // Scans of records are found by other means.
  if (filters.empty() || !v || scan.record != nullptr || !limits.value_ranges ||
      rows < limits.range_rows) {
    return out;
  }
  const RangeFinder finder(planner.context(), *v);
  std::optional<IdRanges> all;
  Filters asked, rest;
  for (const SharedExpression& filter : filters) {
    SKG_ASSIGN_OR_RETURN(std::optional<IdRanges> ranges, finder.Of(*filter));
    (ranges ? asked : rest).push_back(filter);
    if (ranges) all = all ? InBoth(*all, *ranges) : *std::move(ranges);
  }
  if (!all || all->size() > kMostRanges) return out;
  SKG_ASSIGN_OR_RETURN(out.rows, planner.statistics().CountRanges(scan, &*all));
  if (std::all_of(all->begin(), all->end(),
                  [](const IdRange& range) { return range.exact; })) {
    asked.clear();
  }
  out.asked = std::move(asked);
  out.rest = std::move(rest);
  out.step.ranges = std::make_shared<const VariableRanges>(
      VariableRanges{*v, *std::move(all)});
  return out;
}

PlanPtr FilteredRanges(PlanPtr input, const RangedScan& scan,
                       const Scope& scope) {
  return Filtered(FilterNode(std::move(input), scan.asked, scope.expressions(),
                             1, scan.step.ranges),
                  scan.rest, scope);
}

}  // namespace skg::query::plan
