#include "query/exec/key_table.h"

#include <variant>

#include "base/status.h"

namespace skg::query::exec {

KeyTable::KeyTable(const plan::PlanNode& join, Context& context)
    : charge_(context, "hash join"),
      rows_(join.inputs[1]->schema.size(), charge_) {
  const auto& step = std::get<plan::HashJoinStep>(join.step);
  key_ = *join.inputs[1]->Column(step.shared.values()[0]);
  only_counts_ = join.inputs[1]->schema.size() == 1 ||
                 (step.kind != plan::JoinKind::kInner &&
                  step.kind != plan::JoinKind::kLeft);
}

absl::Status KeyTable::Build(Operator& input) {
  SKG_RETURN_IF_ERROR(ReadAll(input, rows_, &counts_));
  const std::vector<rdf::TermId>& keys = rows_.column(key_);
  SKG_RETURN_IF_ERROR(slots_.Build(keys, charge_));
  return only_counts_ ? BuildSums(keys) : BuildChains(keys);
}

absl::Status KeyTable::BuildSums(const std::vector<rdf::TermId>& keys) {
  SKG_RETURN_IF_ERROR(charge_.Add(slots_.slots() * sizeof(uint64_t)));
  sums_.assign(slots_.slots(), 0);
  for (size_t row = 0; row < keys.size(); ++row) {
    SKG_RETURN_IF_ERROR(charge_.context().Tick());
    sums_[slots_.Find(keys[row])] += counts_.empty() ? 1 : counts_[row];
  }
  return absl::OkStatus();
}

absl::Status KeyTable::BuildChains(const std::vector<rdf::TermId>& keys) {
  SKG_RETURN_IF_ERROR(
      charge_.Add((slots_.slots() + keys.size()) * sizeof(uint32_t)));
  first_.assign(slots_.slots(), kEnd);
  next_.resize(keys.size());
  for (size_t row = keys.size(); row-- > 0;) {
    SKG_RETURN_IF_ERROR(charge_.context().Tick());
    uint32_t& first = first_[slots_.Find(keys[row])];
    next_[row] = first;
    first = static_cast<uint32_t>(row);
  }
  return absl::OkStatus();
}

}  // namespace skg::query::exec
