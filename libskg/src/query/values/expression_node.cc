#include "query/values/expression_node.h"

#include <utility>

#include "base/status.h"
#include "rdf/inline_value.h"

namespace skg::query {
namespace {

using rdf::TermId;
using rdf::TermTag;

// What an id says of its effective boolean value; unset: decode it.
std::optional<Truth> TruthOfId(TermId id) {
  switch (id.tag()) {
    case TermTag::kSmall:
      return TruthOf(rdf::BooleanOf(id));
    case TermTag::kInteger:
      return TruthOf(rdf::IntegerOf(id) != 0);
    case TermTag::kShortString:
      return TruthOf((id.payload() & 15) != 0);
    case TermTag::kString:  // longer than those
      return Truth::kTrue;
    case TermTag::kOtherNumeric:
    case TermTag::kOtherLiteral:
    case TermTag::kArena:
    case TermTag::kDecimal:
    case TermTag::kDouble:
      return std::nullopt;
    default:
      return Truth::kError;
  }
}

class Constant : public Node {
 public:
  Constant(Value value, TermId id)
      : value_(std::move(value)),
        id_(id),
        truth_(TruthOf(EffectiveBoolean(value_))) {}

  absl::Status Ids(EvaluationState&, const Rows& rows,
                   std::vector<TermId>* out) override {
    out->assign(rows.size(), id_);
    return absl::OkStatus();
  }
  absl::Status Values(EvaluationState& state, const Rows& rows,
                      std::vector<Value>* out) override {
    out->assign(rows.size(), value_);
    return state.Charge(rows.size() * HeldBytes(value_));
  }
  absl::Status Truths(EvaluationState&, const Rows& rows,
                      std::vector<Truth>* out) override {
    out->assign(rows.size(), truth_);
    return absl::OkStatus();
  }
  bool has_ids() const override { return true; }
  bool constant() const override { return true; }

 private:
  const Value value_;
  const TermId id_;
  const Truth truth_;
};

class Column : public IdNode {
 public:
  explicit Column(size_t column) : column_(column) {}

  absl::Status Ids(EvaluationState&, const Rows& rows,
                   std::vector<TermId>* out) override {
    const std::vector<TermId>& column = rows.batch.columns[column_];
    out->resize(rows.size());
    for (size_t i = 0; i < rows.size(); ++i) (*out)[i] = column[rows.places[i]];
    return absl::OkStatus();
  }

 private:
  const size_t column_;
};

}  // namespace

absl::Status IdNode::Values(EvaluationState& state, const Rows& rows,
                            std::vector<Value>* out) {
  SKG_RETURN_IF_ERROR(Ids(state, rows, &ids_));
  return state.Decode(ids_, out);
}

absl::Status IdNode::Truths(EvaluationState& state, const Rows& rows,
                            std::vector<Truth>* out) {
  SKG_RETURN_IF_ERROR(Ids(state, rows, &ids_));
  out->resize(rows.size());
  std::vector<TermId> unclear;
  std::vector<size_t> places;
  for (size_t i = 0; i < ids_.size(); ++i) {
    if (const auto truth = TruthOfId(ids_[i])) {
      (*out)[i] = *truth;
    } else {
      unclear.push_back(ids_[i]);
      places.push_back(i);
    }
  }
  std::vector<Value> values;
  SKG_RETURN_IF_ERROR(state.Decode(unclear, &values));
  for (size_t i = 0; i < places.size(); ++i)
    (*out)[places[i]] = TruthOf(EffectiveBoolean(values[i]));
  return absl::OkStatus();
}

absl::Status ValueNode::Ids(EvaluationState& state, const Rows& rows,
                            std::vector<TermId>* out) {
  SKG_RETURN_IF_ERROR(Values(state, rows, &values_));
  out->resize(values_.size());
  for (size_t i = 0; i < values_.size(); ++i) {
    SKG_ASSIGN_OR_RETURN((*out)[i], state.IdOf(values_[i]));
    SKG_RETURN_IF_ERROR(state.Work(sizeof(Value) + HeldBytes(values_[i])));
  }
  return absl::OkStatus();
}

absl::Status ValueNode::Truths(EvaluationState& state, const Rows& rows,
                               std::vector<Truth>* out) {
  SKG_RETURN_IF_ERROR(Values(state, rows, &values_));
  out->resize(values_.size());
  for (size_t i = 0; i < values_.size(); ++i)
    (*out)[i] = TruthOf(EffectiveBoolean(values_[i]));
  return absl::OkStatus();
}

absl::Status TruthNode::Ids(EvaluationState& state, const Rows& rows,
                            std::vector<TermId>* out) {
  SKG_RETURN_IF_ERROR(Truths(state, rows, &truths_));
  const TermId ids[] = {rdf::InlineBoolean(false), rdf::InlineBoolean(true),
                        TermId{}};
  out->resize(truths_.size());
  for (size_t i = 0; i < truths_.size(); ++i)
    (*out)[i] = ids[static_cast<size_t>(truths_[i])];
  return absl::OkStatus();
}

absl::Status TruthNode::Values(EvaluationState& state, const Rows& rows,
                               std::vector<Value>* out) {
  SKG_RETURN_IF_ERROR(Truths(state, rows, &truths_));
  out->clear();
  out->resize(truths_.size());
  for (size_t i = 0; i < truths_.size(); ++i) {
    if (truths_[i] != Truth::kError)
      (*out)[i] = Value::Boolean(truths_[i] == Truth::kTrue);
  }
  return absl::OkStatus();
}

NodePtr MakeConstant(Value value, TermId id) {
  return std::make_unique<Constant>(std::move(value), id);
}

NodePtr MakeColumn(size_t column) { return std::make_unique<Column>(column); }

}  // namespace skg::query
