// What SelectParser makes of the parts that it reads.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sparql/select_parser.h"

namespace skg::sparql {
namespace {

using query::Expression;

template <typename Visit>
void VisitVariables(Expression& expression, const Visit& visit) {
  if (expression.kind == Expression::Kind::kVariable)
    visit(expression.variable);
  for (Expression& argument : expression.arguments)
    VisitVariables(argument, visit);
}

bool IsVariable(const Expression& expression) {
  return expression.kind == Expression::Kind::kVariable;
}

}  // namespace

bool SelectParser::Apply(Pattern& pattern) {
  const bool grouped = group_by_ || !aggregates_.empty();
  if (grouped && !ApplyGroup(pattern)) return false;
  VariableSet scope = pattern.in_scope;
  if (values_) scope.insert(values_->in_scope.begin(), values_->in_scope.end());
  if (!CheckItems(scope, grouped)) return false;
  // A condition on what SELECT names comes after it is computed; elsewhere the
  // order makes no difference but for the work.
  const bool having_last = HavingUsesItems();
  if (!having_last && !ApplyHaving(pattern)) return false;
  if (values_ && !JoinTo(state_, pattern, *std::move(values_))) return false;
  return ApplyExtends(pattern) && (!having_last || ApplyHaving(pattern)) &&
         ApplyOrder(pattern) && ApplyProjection(pattern);
}

// (expression AS variable) is there for aggregates too, so it comes before the
// group.
bool SelectParser::ApplyGroup(Pattern& pattern) {
  if (star_) {
    return state_.Fail(clause_offset_,
                       "SELECT * cannot stand with GROUP BY or aggregates; "
                       "name what to select");
  }
  query::Group group;
  VariableSet keys;
  uint32_t depth = 0;
  for (GroupKey& key : keys_) {
    Expression& expression = key.expression.expression;
    if (key.name) {
      if (!pattern.in_scope.insert(*key.name).second) {
        return state_.Fail(
            key.offset, absl::StrCat(state_.Name(*key.name),
                                     " is already in scope; GROUP BY (... AS "
                                     "...) needs a new variable"));
      }
      query::Extend extend;
      extend.variable = *key.name;
      extend.expression = std::move(expression);
      if (!Wrap(state_, std::move(extend), key.expression.depth, pattern))
        return false;
      expression = {};
      expression.kind = Expression::Kind::kVariable;
      expression.variable = *key.name;
    }
    depth = std::max(depth, key.expression.depth);
    if (!IsVariable(expression)) {
      group.keys.emplace_back(state_.NewVariable('k'), std::move(expression));
    } else if (keys.insert(expression.variable).second) {
      const Variable variable = expression.variable;
      group.keys.emplace_back(variable, std::move(expression));
    }
  }
  ReplaceUngrouped(pattern.in_scope, keys);
  pattern.in_scope = std::move(keys);
  depth = std::max(depth, aggregates_.depth());
  group.aggregates = aggregates_.Take();
  return Wrap(state_, std::move(group), depth, pattern);
}

// In HAVING and ORDER BY a variable of the pattern that is not grouped by
// stands for one of its values in the group.
void SelectParser::ReplaceUngrouped(const VariableSet& inner,
                                    const VariableSet& keys) {
  const auto replace = [&](Condition& condition) {
    VisitVariables(condition.expression.expression, [&](Variable& variable) {
      if (inner.contains(variable) && !keys.contains(variable) &&
          !named_.contains(variable)) {
        variable = aggregates_.Sample(variable);
      }
    });
  };
  std::for_each(having_.begin(), having_.end(), replace);
  std::for_each(order_.begin(), order_.end(), replace);
}

// `scope`: the variables that the items can use.
bool SelectParser::CheckItems(const VariableSet& scope, bool grouped) {
  VariableSet known = scope;
  const auto is_known = [&](const VariableUse& use) {
    if (!grouped || known.contains(use.variable)) return true;
    return state_.Fail(
        use.offset,
        absl::StrCat(state_.Name(use.variable),
                     " is neither in GROUP BY nor in an aggregate; add it to "
                     "GROUP BY or take SAMPLE(",
                     state_.Name(use.variable), ")"));
  };
  VariableSet selected;
  for (const Item& item : items_) {
    if (!item.expression) {
      if (!is_known({item.variable, item.offset})) return false;
      selected.insert(item.variable);
      continue;
    }
    for (const VariableUse& use : item.uses) {
      if (!is_known(use)) return false;
    }
    if (scope.contains(item.variable) || selected.contains(item.variable)) {
      return state_.Fail(item.offset,
                         absl::StrCat(state_.Name(item.variable),
                                      " is already in scope; AS needs a new "
                                      "variable"));
    }
    known.insert(item.variable);
  }
  return state_.ok();
}

bool SelectParser::HavingUsesItems() const {
  for (const Condition& condition : having_) {
    for (const VariableUse& use : condition.uses) {
      if (named_.contains(use.variable)) return true;
    }
  }
  return false;
}

bool SelectParser::ApplyHaving(Pattern& pattern) {
  if (having_.empty()) return true;
  query::Filter filter;
  uint32_t depth = 0;
  for (const Condition& condition : having_)
    depth = std::max(depth, condition.expression.depth);
  if (having_.size() == 1) {
    filter.condition = std::move(having_[0].expression.expression);
  } else {
    filter.condition.kind = Expression::Kind::kAnd;
    for (Condition& condition : having_) {
      filter.condition.arguments.push_back(
          std::move(condition.expression.expression));
    }
    ++depth;
  }
  return Wrap(state_, std::move(filter), depth, pattern);
}

bool SelectParser::ApplyExtends(Pattern& pattern) {
  for (Item& item : items_) {
    if (!item.expression) continue;
    query::Extend extend;
    extend.variable = item.variable;
    extend.expression = std::move(item.expression->expression);
    if (!Wrap(state_, std::move(extend), item.expression->depth, pattern))
      return false;
    pattern.in_scope.insert(item.variable);
  }
  return true;
}

bool SelectParser::ApplyOrder(Pattern& pattern) {
  if (order_.empty()) return true;
  query::OrderBy order;
  uint32_t depth = 0;
  for (Condition& key : order_) {
    depth = std::max(depth, key.expression.depth);
    order.keys.push_back(
        {std::move(key.expression.expression), key.descending});
  }
  return Wrap(state_, std::move(order), depth, pattern);
}

bool SelectParser::ApplyProjection(Pattern& pattern) {
  if (has_clause_) {
    if (star_) {
      // The order of first appearance in the text is that of their numbers.
      columns_.assign(pattern.in_scope.begin(), pattern.in_scope.end());
      std::sort(columns_.begin(), columns_.end());
    } else {
      pattern.in_scope.clear();
      for (const Item& item : items_) {
        if (pattern.in_scope.insert(item.variable).second)
          columns_.push_back(item.variable);
      }
    }
    query::Project project;
    project.variables = columns_;
    if (!Wrap(state_, std::move(project), 1, pattern)) return false;
  }
  if (distinct_ && !Wrap(state_, query::Distinct{}, 1, pattern)) return false;
  if (reduced_ && !Wrap(state_, query::Reduced{}, 1, pattern)) return false;
  if (slice_.offset == 0 && slice_.limit == query::Slice::kNoLimit) return true;
  return Wrap(state_, std::move(slice_), 1, pattern);
}

}  // namespace skg::sparql
