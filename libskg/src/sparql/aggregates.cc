#include "sparql/aggregates.h"

#include <algorithm>

#include "query/algebra_text.h"

namespace skg::sparql {

Variable Aggregates::Add(query::Aggregate aggregate, uint32_t depth) {
  depth_ = std::max(depth_, depth);
  std::string text = query::AggregateText(aggregate, state_.table());
  state_.Charge(text.size() + sizeof(query::Aggregate));
  const auto [entry, is_new] = by_text_.try_emplace(std::move(text), 0);
  if (is_new) {
    entry->second = state_.NewVariable('a');
    aggregate.variable = entry->second;
    list_.push_back(std::move(aggregate));
  }
  return entry->second;
}

Variable Aggregates::Sample(Variable variable) {
  query::Aggregate sample;
  sample.aggregation = query::Aggregation::kSample;
  sample.argument.emplace();
  sample.argument->kind = query::Expression::Kind::kVariable;
  sample.argument->variable = variable;
  return Add(std::move(sample), 1);
}

}  // namespace skg::sparql
