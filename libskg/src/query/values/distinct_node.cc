// A node that depends on one column only is computed once for each of the
// column's values that differ: what joins repeat is neither decoded nor
// computed again.
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "base/status.h"
#include "query/values/expression_node.h"

namespace skg::query {
namespace {

using rdf::TermId;

class PerDistinct : public Node {
 public:
  PerDistinct(size_t column, NodePtr inner)
      : column_(column), inner_(std::move(inner)) {
    distinct_.columns.resize(column + 1);
  }

  absl::Status Ids(EvaluationState& state, const Rows& rows,
                   std::vector<TermId>* out) override {
    if (!Gather(rows)) return inner_->Ids(state, rows, out);
    SKG_RETURN_IF_ERROR(inner_->Ids(state, DistinctRows(), &ids_));
    return Spread(ids_, out);
  }
  absl::Status Values(EvaluationState& state, const Rows& rows,
                      std::vector<Value>* out) override {
    if (!Gather(rows)) return inner_->Values(state, rows, out);
    SKG_RETURN_IF_ERROR(inner_->Values(state, DistinctRows(), &values_));
    size_t bytes = 0;
    for (const uint32_t place : places_) bytes += HeldBytes(values_[place]);
    SKG_RETURN_IF_ERROR(state.Charge(bytes));
    SKG_RETURN_IF_ERROR(Spread(values_, out));
    state.Drop(&values_);
    return absl::OkStatus();
  }
  absl::Status Truths(EvaluationState& state, const Rows& rows,
                      std::vector<Truth>* out) override {
    if (!Gather(rows)) return inner_->Truths(state, rows, out);
    SKG_RETURN_IF_ERROR(inner_->Truths(state, DistinctRows(), &truths_));
    return Spread(truths_, out);
  }
  bool has_ids() const override { return inner_->has_ids(); }

 private:
  // False: no value repeats.
  bool Gather(const Rows& rows) {
    const std::vector<TermId>& column = rows.batch.columns[column_];
    std::vector<TermId>& ids = distinct_.columns[column_];
    ids.clear();
    seen_.clear();
    places_.resize(rows.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      const TermId id = column[rows.places[i]];
      const auto [at, added] =
          seen_.try_emplace(id.bits, static_cast<uint32_t>(ids.size()));
      if (added) ids.push_back(id);
      places_[i] = at->second;
    }
    distinct_.rows = ids.size();
    for (auto i = static_cast<uint32_t>(all_.size()); i < ids.size(); ++i)
      all_.push_back(i);
    return ids.size() < rows.size();
  }

  [[nodiscard]] Rows DistinctRows() const {
    return {distinct_, std::span(all_).first(distinct_.rows)};
  }

  template <typename Form>
  absl::Status Spread(const std::vector<Form>& computed,
                      std::vector<Form>* out) const {
    out->resize(places_.size());
    for (size_t i = 0; i < places_.size(); ++i)
      (*out)[i] = computed[places_[i]];
    return absl::OkStatus();
  }

  const size_t column_;
  const NodePtr inner_;
  Batch distinct_;  // the other columns are not there
  std::vector<uint32_t> places_, all_;
  absl::flat_hash_map<uint64_t, uint32_t> seen_;
  std::vector<TermId> ids_;
  std::vector<Value> values_;
  std::vector<Truth> truths_;
};

}  // namespace

NodePtr MakePerDistinct(size_t column, NodePtr inner) {
  return std::make_unique<PerDistinct>(column, std::move(inner));
}

}  // namespace skg::query
