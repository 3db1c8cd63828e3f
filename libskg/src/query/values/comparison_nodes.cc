// = != < <= > >= IN sameTerm: ids first; only what they leave open is decoded.
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "base/status.h"
#include "query/values/compare.h"
#include "query/values/expression_node.h"

namespace skg::query {
namespace {

using rdf::TermId;
using rdf::TermTag;
using Kind = Expression::Kind;

bool IsEquality(Kind kind) {
  return kind == Kind::kEqual || kind == Kind::kNotEqual;
}

Truth TruthOfOrder(Kind kind, std::partial_ordering order) {
  switch (kind) {
    case Kind::kEqual:
      return TruthOf(order == 0);
    case Kind::kNotEqual:
      return TruthOf(order != 0);
    case Kind::kLess:
      return TruthOf(order < 0);
    case Kind::kLessOrEqual:
      return TruthOf(order <= 0);
    case Kind::kGreater:
      return TruthOf(order > 0);
    default:
      return TruthOf(order >= 0);
  }
}

Truth CompareTruth(Kind kind, const Value& a, const Value& b) {
  if (!IsEquality(kind)) {
    const auto order = ValueCompare(a, b);
    return order ? TruthOfOrder(kind, *order) : Truth::kError;
  }
  const auto equal = ValueEqual(a, b);
  return equal ? TruthOf(*equal == (kind == Kind::kEqual)) : Truth::kError;
}

std::optional<Truth> CompareTruth(Kind kind, TermId a, TermId b) {
  const auto decided = IsEquality(kind) ? EqualIds(a, b) : CompareIds(a, b);
  if (!decided) return std::nullopt;
  return decided->error ? Truth::kError : TruthOfOrder(kind, decided->order);
}

class Comparison : public TruthNode {
 public:
  Comparison(Kind kind, NodePtr left, NodePtr right)
      : kind_(kind), left_(std::move(left)), right_(std::move(right)) {}

  absl::Status Truths(EvaluationState& state, const Rows& rows,
                      std::vector<Truth>* out) override {
    out->resize(rows.size());
    if (left_->has_ids() && right_->has_ids())
      return CompareByIds(state, rows, out);
    SKG_RETURN_IF_ERROR(left_->Values(state, rows, &left_values_));
    SKG_RETURN_IF_ERROR(right_->Values(state, rows, &right_values_));
    for (size_t i = 0; i < rows.size(); ++i)
      (*out)[i] = CompareTruth(kind_, left_values_[i], right_values_[i]);
    return absl::OkStatus();
  }

 private:
  absl::Status CompareByIds(EvaluationState& state, const Rows& rows,
                            std::vector<Truth>* out) {
    SKG_RETURN_IF_ERROR(left_->Ids(state, rows, &left_ids_));
    SKG_RETURN_IF_ERROR(right_->Ids(state, rows, &right_ids_));
    std::vector<size_t> open;
    std::vector<TermId> left, right;
    for (size_t i = 0; i < rows.size(); ++i) {
      if (const auto truth = CompareTruth(kind_, left_ids_[i], right_ids_[i])) {
        (*out)[i] = *truth;
      } else {
        open.push_back(i);
        left.push_back(left_ids_[i]);
        right.push_back(right_ids_[i]);
      }
    }
    if (open.empty()) return absl::OkStatus();
    SKG_RETURN_IF_ERROR(state.Decode(left, &left_values_));
    SKG_RETURN_IF_ERROR(state.Decode(right, &right_values_));
    for (size_t i = 0; i < open.size(); ++i)
      (*out)[open[i]] = CompareTruth(kind_, left_values_[i], right_values_[i]);
    return absl::OkStatus();
  }

  const Kind kind_;
  const NodePtr left_, right_;
  std::vector<TermId> left_ids_, right_ids_;
  std::vector<Value> left_values_, right_values_;
};

// The first argument is computed once; the others as they come.
class In : public TruthNode {
 public:
  explicit In(std::vector<NodePtr> arguments)
      : arguments_(std::move(arguments)) {}

  absl::Status Truths(EvaluationState& state, const Rows& rows,
                      std::vector<Truth>* out) override {
    out->assign(rows.size(), Truth::kFalse);
    SKG_RETURN_IF_ERROR(arguments_[0]->Values(state, rows, &wanted_));
    std::vector<uint32_t> places(rows.places.begin(), rows.places.end());
    std::vector<size_t> positions(rows.size());
    for (size_t i = 0; i < positions.size(); ++i) positions[i] = i;
    for (size_t j = 1; j < arguments_.size() && !places.empty(); ++j) {
      SKG_RETURN_IF_ERROR(
          arguments_[j]->Values(state, {rows.batch, places}, &values_));
      size_t left = 0;
      for (size_t i = 0; i < places.size(); ++i) {
        const size_t position = positions[i];
        const Truth equal = TruthOf(ValueEqual(wanted_[position], values_[i]));
        if (equal == Truth::kTrue) {
          (*out)[position] = Truth::kTrue;
          continue;
        }
        if (equal == Truth::kError) (*out)[position] = Truth::kError;
        places[left] = places[i];
        positions[left++] = position;
      }
      places.resize(left);
      positions.resize(left);
      SKG_RETURN_IF_ERROR(state.Work(places.size() * sizeof(Value)));
    }
    return absl::OkStatus();
  }

 private:
  const std::vector<NodePtr> arguments_;
  std::vector<Value> wanted_, values_;
};

// All others are constants, and ids are at hand.
class InConstants : public TruthNode {
 public:
  explicit InConstants(std::vector<NodePtr> arguments)
      : arguments_(std::move(arguments)) {}

  absl::Status Truths(EvaluationState& state, const Rows& rows,
                      std::vector<Truth>* out) override {
    if (!ready_) SKG_RETURN_IF_ERROR(Prepare(state));
    SKG_RETURN_IF_ERROR(arguments_[0]->Ids(state, rows, &ids_));
    out->assign(rows.size(), Truth::kFalse);
    std::vector<size_t> open;
    std::vector<TermId> open_ids;
    for (size_t i = 0; i < ids_.size(); ++i) {
      if (!ids_[i].bound()) {
        (*out)[i] = Truth::kError;
      } else if (set_.contains(ids_[i]) && EqualsItself(ids_[i])) {
        (*out)[i] = Truth::kTrue;
      } else if (!ByIdentity(ids_[i])) {
        open.push_back(i);
        open_ids.push_back(ids_[i]);
      }
    }
    if (open.empty()) return absl::OkStatus();
    SKG_RETURN_IF_ERROR(state.Decode(open_ids, &values_));
    for (size_t i = 0; i < open.size(); ++i) {
      (*out)[open[i]] = Among(values_[i]);
      SKG_RETURN_IF_ERROR(state.Work(constants_.size() * sizeof(Value)));
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Prepare(EvaluationState& state) {
    const Batch batch{.rows = 1, .columns = {}};
    const uint32_t place = 0;
    const Rows row{batch, {&place, 1}};
    std::vector<TermId> id;
    std::vector<Value> value;
    only_resources_ = only_told_ = true;
    for (size_t j = 1; j < arguments_.size(); ++j) {
      SKG_RETURN_IF_ERROR(arguments_[j]->Ids(state, row, &id));
      SKG_RETURN_IF_ERROR(arguments_[j]->Values(state, row, &value));
      if (id[0].bound()) set_.insert(id[0]);
      const Value::Kind kind = value[0].kind;
      only_resources_ &=
          kind == Value::Kind::kIri || kind == Value::Kind::kBlankNode;
      only_told_ &= kind != Value::Kind::kError && kind != Value::Kind::kOpaque;
      constants_.push_back(std::move(value[0]));
    }
    ready_ = true;
    return absl::OkStatus();
  }

  // NaN does not.
  static bool EqualsItself(TermId id) {
    const auto equal = EqualIds(id, id);
    return equal && equal->order == 0;
  }
  // Of terms that are equal to no other one. Only what has a datatype that is
  // not understood compares with them in error.
  static bool IsTold(TermId id) {
    return id.is_resource() || id.tag() == TermTag::kLanguageString ||
           id.tag() == TermTag::kString || id.tag() == TermTag::kShortString;
  }
  // Whether a term that is not in the set is therefore equal to none in it.
  [[nodiscard]] bool ByIdentity(TermId id) const {
    return only_resources_ || (only_told_ && IsTold(id));
  }

  [[nodiscard]] Truth Among(const Value& value) const {
    Truth found = Truth::kFalse;
    for (const Value& constant : constants_) {
      const Truth equal = TruthOf(ValueEqual(value, constant));
      if (equal == Truth::kTrue) return equal;
      if (equal == Truth::kError) found = equal;
    }
    return found;
  }

  const std::vector<NodePtr> arguments_;
  bool ready_ = false, only_resources_ = false, only_told_ = false;
  absl::flat_hash_set<TermId> set_;
  std::vector<Value> constants_;
  std::vector<TermId> ids_;
  std::vector<Value> values_;
};

class SameTerm : public TruthNode {
 public:
  SameTerm(NodePtr left, NodePtr right)
      : left_(std::move(left)), right_(std::move(right)) {}

  absl::Status Truths(EvaluationState& state, const Rows& rows,
                      std::vector<Truth>* out) override {
    SKG_RETURN_IF_ERROR(left_->Ids(state, rows, &left_ids_));
    SKG_RETURN_IF_ERROR(right_->Ids(state, rows, &right_ids_));
    out->resize(rows.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      const bool bound = left_ids_[i].bound() && right_ids_[i].bound();
      (*out)[i] =
          bound ? TruthOf(left_ids_[i] == right_ids_[i]) : Truth::kError;
    }
    return absl::OkStatus();
  }

 private:
  const NodePtr left_, right_;
  std::vector<TermId> left_ids_, right_ids_;
};

}  // namespace

NodePtr MakeComparison(Kind kind, NodePtr left, NodePtr right) {
  return std::make_unique<Comparison>(kind, std::move(left), std::move(right));
}

NodePtr MakeIn(std::vector<NodePtr> arguments) {
  bool by_ids = arguments[0]->has_ids();
  for (size_t i = 1; i < arguments.size(); ++i)
    by_ids &= arguments[i]->constant();
  if (by_ids) return std::make_unique<InConstants>(std::move(arguments));
  return std::make_unique<In>(std::move(arguments));
}

NodePtr MakeSameTerm(NodePtr left, NodePtr right) {
  return std::make_unique<SameTerm>(std::move(left), std::move(right));
}

}  // namespace skg::query
