#include "query/patterns/pattern_order.h"

#include "query/patterns/pattern_expressions.h"

namespace skg::query {

bool OrdersBy(PatternOrder order, StatementField field) {
  switch (order) {
    case PatternOrder::kDefault:
    case PatternOrder::kCreatedAt:
      return field == StatementField::kCreated;
    case PatternOrder::kStrongest:
      return field == StatementField::kCreated ||
             field == StatementField::kWeight;
    case PatternOrder::kWeight:
      return field == StatementField::kWeight;
    default:
      return false;
  }
}

std::vector<OrderBy::Key> KeysOf(const PatternQuery& query,
                                 const StatementFieldColumns& columns) {
  std::vector<OrderBy::Key> keys;
  const auto add = [&](StatementField field, Collation collation,
                       bool descending = false) {
    for (const auto& [known, variable] : columns) {
      if (known != field) continue;
      keys.push_back({VariableExpression(variable), descending, collation});
      return;
    }
  };
  const auto add_names = [&](size_t first, bool descending) {
    if (first < 3) add(kPatternPlaces[first], Collation::kName, descending);
    for (size_t i = 0; i < 3; ++i) {
      if (i != first) add(kPatternPlaces[i], Collation::kName);
    }
  };
  switch (query.order) {
    case PatternOrder::kStrongest:
      add(StatementField::kWeight, Collation::kId, true);
      [[fallthrough]];
    case PatternOrder::kDefault:
      add(StatementField::kCreated, Collation::kId);
      for (const StatementField place : kPatternPlaces)
        add(place, Collation::kId);
      break;
    case PatternOrder::kWeight:
      add(StatementField::kWeight, Collation::kId, query.descending);
      add_names(3, false);
      break;
    case PatternOrder::kCreatedAt:
      add(StatementField::kCreated, Collation::kId, query.descending);
      add_names(3, false);
      break;
    case PatternOrder::kSubject:
      add_names(0, query.descending);
      break;
    case PatternOrder::kPredicate:
      add_names(1, query.descending);
      break;
    case PatternOrder::kObject:
      add_names(2, query.descending);
      break;
  }
  return keys;
}

}  // namespace skg::query
