// Nodes that call functions, test for kinds, compute with numbers, and ask for
// patterns.
#include <utility>

#include "base/status.h"
#include "query/values/expression_node.h"
#include "query/values/functions.h"

namespace skg::query {
namespace {

using rdf::TermId;
using rdf::TermTag;

class CallNode : public ValueNode {
 public:
  CallNode(const FunctionEntry& entry, std::vector<NodePtr> arguments)
      : entry_(entry),
        arguments_(std::move(arguments)),
        values_(arguments_.size()),
        columns_(arguments_.size()) {
    constant_ = entry.pure;
    for (const NodePtr& argument : arguments_)
      constant_ &= argument->constant();
  }

  bool constant() const override { return constant_; }

  absl::Status Values(EvaluationState& state, const Rows& rows,
                      std::vector<Value>* out) override {
    out->clear();
    out->resize(rows.size());
    if (rows.size() == 0) return absl::OkStatus();
    for (size_t j = 0; j < arguments_.size(); ++j) {
      const bool constant = arguments_[j]->constant();
      const Rows wanted{rows.batch,
                        constant ? rows.places.first(1) : rows.places};
      SKG_RETURN_IF_ERROR(arguments_[j]->Values(state, wanted, &values_[j]));
      columns_[j] = {&values_[j], constant};
    }
    Call call(state, columns_);
    for (size_t i = 0; i < rows.size(); ++i) {
      call.SetRow(i, state.Ordinal(rows.places[i]));
      bool error = false;
      for (size_t j = 0; j < columns_.size(); ++j) error |= call[j].error();
      if (error) continue;
      (*out)[i] = entry_.body(call);
      SKG_RETURN_IF_ERROR(call.status);
      const size_t bytes = HeldBytes((*out)[i]);
      SKG_RETURN_IF_ERROR(state.Charge(bytes));
      SKG_RETURN_IF_ERROR(state.Work(sizeof(Value) + bytes));
    }
    return absl::OkStatus();
  }

 private:
  const FunctionEntry entry_;
  const std::vector<NodePtr> arguments_;
  bool constant_ = false;
  std::vector<std::vector<Value>> values_;
  std::vector<Call::Column> columns_;
};

class Bound : public TruthNode {
 public:
  explicit Bound(NodePtr argument) : argument_(std::move(argument)) {}

  absl::Status Truths(EvaluationState& state, const Rows& rows,
                      std::vector<Truth>* out) override {
    SKG_RETURN_IF_ERROR(argument_->Ids(state, rows, &ids_));
    out->resize(ids_.size());
    for (size_t i = 0; i < ids_.size(); ++i)
      (*out)[i] = TruthOf(ids_[i].bound());
    return absl::OkStatus();
  }

 private:
  const NodePtr argument_;
  std::vector<TermId> ids_;
};

bool IsOfKind(Function function, const Value& value) {
  switch (function) {
    case Function::kIsIri:
      return value.kind == Value::Kind::kIri;
    case Function::kIsBlank:
      return value.kind == Value::Kind::kBlankNode;
    case Function::kIsLiteral:
      return value.literal();
    case Function::kIsNumeric:
      return value.numeric();
    default:
      return value.kind == Value::Kind::kTriple;
  }
}

// Unset: decode it.
std::optional<Truth> IsOfKind(Function function, TermId id) {
  const TermTag tag = id.tag();
  if (tag == TermTag::kUnbound) return Truth::kError;
  if (tag == TermTag::kArena) return std::nullopt;
  switch (function) {
    case Function::kIsIri:
      return TruthOf(tag == TermTag::kIri);
    case Function::kIsBlank:
      return TruthOf(tag == TermTag::kBlankNode);
    case Function::kIsLiteral:
      return TruthOf(!id.is_resource() && tag != TermTag::kTripleTerm);
    case Function::kIsNumeric:
      // A lexical form of this tag may be none of its datatype.
      if (tag == TermTag::kOtherNumeric) return std::nullopt;
      return TruthOf(tag >= TermTag::kInteger && tag <= TermTag::kDouble);
    default:
      return TruthOf(tag == TermTag::kTripleTerm);
  }
}

class KindTest : public TruthNode {
 public:
  KindTest(Function function, NodePtr argument)
      : function_(function), argument_(std::move(argument)) {}

  absl::Status Truths(EvaluationState& state, const Rows& rows,
                      std::vector<Truth>* out) override {
    out->resize(rows.size());
    if (!argument_->has_ids()) {
      SKG_RETURN_IF_ERROR(argument_->Values(state, rows, &values_));
      for (size_t i = 0; i < rows.size(); ++i) (*out)[i] = Test(values_[i]);
      return absl::OkStatus();
    }
    SKG_RETURN_IF_ERROR(argument_->Ids(state, rows, &ids_));
    std::vector<size_t> open;
    std::vector<TermId> open_ids;
    for (size_t i = 0; i < ids_.size(); ++i) {
      if (const auto truth = IsOfKind(function_, ids_[i])) {
        (*out)[i] = *truth;
      } else {
        open.push_back(i);
        open_ids.push_back(ids_[i]);
      }
    }
    SKG_RETURN_IF_ERROR(state.Decode(open_ids, &values_));
    for (size_t i = 0; i < open.size(); ++i) (*out)[open[i]] = Test(values_[i]);
    return absl::OkStatus();
  }

 private:
  [[nodiscard]] Truth Test(const Value& value) const {
    return value.error() ? Truth::kError : TruthOf(IsOfKind(function_, value));
  }

  const Function function_;
  const NodePtr argument_;
  std::vector<TermId> ids_;
  std::vector<Value> values_;
};

class ArithmeticNode : public ValueNode {
 public:
  ArithmeticNode(Expression::Kind kind, NodePtr left, NodePtr right)
      : kind_(kind), left_(std::move(left)), right_(std::move(right)) {}

  absl::Status Values(EvaluationState& state, const Rows& rows,
                      std::vector<Value>* out) override {
    SKG_RETURN_IF_ERROR(left_->Values(state, rows, &left_values_));
    SKG_RETURN_IF_ERROR(right_->Values(state, rows, &right_values_));
    out->clear();
    out->resize(rows.size());
    for (size_t i = 0; i < rows.size(); ++i)
      (*out)[i] = Arithmetic(kind_, left_values_[i], right_values_[i]);
    return state.Work(rows.size() * sizeof(Value));
  }

 private:
  const Expression::Kind kind_;
  const NodePtr left_, right_;
  std::vector<Value> left_values_, right_values_;
};

class Sign : public ValueNode {
 public:
  Sign(bool negative, NodePtr argument)
      : negative_(negative), argument_(std::move(argument)) {}

  absl::Status Values(EvaluationState& state, const Rows& rows,
                      std::vector<Value>* out) override {
    SKG_RETURN_IF_ERROR(argument_->Values(state, rows, out));
    for (Value& value : *out) {
      if (!value.numeric()) {
        value = Value();
      } else if (negative_) {
        value = Negated(value);
      }
    }
    return absl::OkStatus();
  }

 private:
  const bool negative_;
  const NodePtr argument_;
};

class Exists : public TruthNode {
 public:
  Exists(std::shared_ptr<const Algebra> pattern, std::vector<Variable> schema)
      : pattern_(std::move(pattern)), schema_(std::move(schema)) {}

  absl::Status Truths(EvaluationState& state, const Rows& rows,
                      std::vector<Truth>* out) override {
    PatternProbe* const probe = state.context().patterns;
    if (probe == nullptr) {
      return absl::UnimplementedError(
          "EXISTS is asked for where no pattern can be evaluated");
    }
    out->resize(rows.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      SKG_ASSIGN_OR_RETURN(
          const bool exists,
          probe->Exists(*pattern_, schema_, rows.batch, rows.places[i]));
      (*out)[i] = TruthOf(exists);
    }
    return absl::OkStatus();
  }

 private:
  const std::shared_ptr<const Algebra> pattern_;
  const std::vector<Variable> schema_;
};

}  // namespace

NodePtr MakeCall(const FunctionEntry& entry, std::vector<NodePtr> arguments) {
  return std::make_unique<CallNode>(entry, std::move(arguments));
}

NodePtr MakeBound(NodePtr argument) {
  return std::make_unique<Bound>(std::move(argument));
}

NodePtr MakeKindTest(Function function, NodePtr argument) {
  return std::make_unique<KindTest>(function, std::move(argument));
}

NodePtr MakeArithmetic(Expression::Kind kind, NodePtr left, NodePtr right) {
  return std::make_unique<ArithmeticNode>(kind, std::move(left),
                                          std::move(right));
}

NodePtr MakeSign(Expression::Kind kind, NodePtr argument) {
  return std::make_unique<Sign>(kind == Expression::Kind::kUnaryMinus,
                                std::move(argument));
}

NodePtr MakeExists(std::shared_ptr<const Algebra> pattern,
                   std::vector<Variable> schema) {
  return std::make_unique<Exists>(std::move(pattern), std::move(schema));
}

}  // namespace skg::query
