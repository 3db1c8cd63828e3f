#include "query/plan/record_places.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/status.h"
#include "query/exec/record_reader.h"

namespace skg::query::plan {
namespace {

using Kind = Expression::Kind;

absl::StatusOr<Place> PlaceOf(const PatternTerm& term, const VariableSet& given,
                              exec::Context& context) {
  if (term.is_variable()) {
    return given.Has(term.variable()) ? Place::Parameter(term.variable())
                                      : Place::Column(term.variable());
  }
  // No value of a record is a triple term, so none is what has variables.
  if (!term.is_term()) return Place::Constant({});
  SKG_ASSIGN_OR_RETURN(const TermId id, context.terms.IdOf(term.term()));
  return Place::Constant(id);
}

// A weight is compared by its value, however it is written.
absl::StatusOr<Place> WeightPlace(const PatternTerm& term,
                                  const VariableSet& given,
                                  exec::Context& context) {
  if (!term.is_term()) return PlaceOf(term, given, context);
  const std::optional<float> weight = exec::WeightOf(term.term());
  if (!weight) return Place::Constant({});
  return PlaceOf({exec::WeightTerm(*weight)}, given, context);
}

Kind Mirrored(Kind kind) {
  switch (kind) {
    case Kind::kLess:
      return Kind::kGreater;
    case Kind::kLessOrEqual:
      return Kind::kGreaterOrEqual;
    case Kind::kGreater:
      return Kind::kLess;
    case Kind::kGreaterOrEqual:
      return Kind::kLessOrEqual;
    default:
      return kind;
  }
}

// The nearest weight to a bound is not beyond it: weights are rounded as it is.
void Bound(const Expression& filter, Variable weight, RecordColumns* columns) {
  if (filter.arguments.size() != 2) return;
  const Expression* variable = &filter.arguments[0];
  const Expression* constant = &filter.arguments[1];
  Kind kind = filter.kind;
  if (variable->kind != Kind::kVariable) {
    std::swap(variable, constant);
    kind = Mirrored(kind);
  }
  if (variable->kind != Kind::kVariable || variable->variable != weight ||
      constant->kind != Kind::kConstant) {
    return;
  }
  const std::optional<float> value = exec::NumberOf(constant->constant);
  if (!value) return;
  const bool at_least = kind == Kind::kGreater ||
                        kind == Kind::kGreaterOrEqual || kind == Kind::kEqual;
  const bool at_most =
      kind == Kind::kLess || kind == Kind::kLessOrEqual || kind == Kind::kEqual;
  if (at_least) columns->min_weight = std::max(columns->min_weight, *value);
  if (at_most) columns->max_weight = std::min(columns->max_weight, *value);
}

}  // namespace

absl::StatusOr<std::shared_ptr<const RecordColumns>> MakeRecordColumns(
    const RecordPattern& pattern, bool needs_reifier, const VariableSet& given,
    const Filters& filters, exec::Context& context) {
  auto columns = std::make_shared<RecordColumns>();
  if (needs_reifier) {
    SKG_ASSIGN_OR_RETURN(columns->reifier,
                         PlaceOf(pattern.reifier, given, context));
  }
  if (pattern.reified) {
    SKG_ASSIGN_OR_RETURN(columns->reified,
                         PlaceOf(*pattern.reified, given, context));
  }
  for (const RecordPattern::Value& value : pattern.properties) {
    const bool is_weight =
        value.property.field == RecordProperty::Field::kWeight;
    SKG_ASSIGN_OR_RETURN(const Place place,
                         is_weight ? WeightPlace(value.term, given, context)
                                   : PlaceOf(value.term, given, context));
    columns->values.push_back({value.property, place});
    if (!is_weight || !value.term.is_variable()) continue;
    for (const SharedExpression& filter : filters)
      Bound(*filter, value.term.variable(), columns.get());
  }
  return columns;
}

}  // namespace skg::query::plan
