#include "query/values/evaluator.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "query/values/evaluation_state.h"
#include "query/values/expression_node.h"
#include "query/values/functions.h"

namespace skg::query {
namespace {

using rdf::TermId;
using Kind = Expression::Kind;

// Nodes call their arguments' functions: this bounds the stack.
constexpr int kMostNesting = 1000;

constexpr uint32_t kZero = 0;
const Batch& OneEmptyRow() {
  static const Batch kRow{.rows = 1, .columns = {}};
  return kRow;
}

// Makes nodes of expressions; what does not depend on the row is computed.
class Compiler {
 public:
  Compiler(std::span<const Variable> schema, EvaluationState& state)
      : schema_(schema), state_(state) {}

  absl::StatusOr<NodePtr> Compile(const Expression& expression) {
    if (++depth_ > kMostNesting) {
      return absl::InvalidArgumentError(absl::StrCat(
          "an expression is nested more than ", kMostNesting, " deep"));
    }
    auto node = CompileKind(expression);
    --depth_;
    return node;
  }

 private:
  struct Arguments {
    std::vector<NodePtr> nodes;
    bool constant = true;
  };

  absl::StatusOr<NodePtr> CompileKind(const Expression& expression) {
    switch (expression.kind) {
      case Kind::kVariable:
        return Column(expression.variable);
      case Kind::kConstant:
        return ConstantOf(ValueOf(expression.constant));
      case Kind::kExists:
        return MakeExists(expression.pattern, {schema_.begin(), schema_.end()});
      case Kind::kNotExists:
        return MakeNot(
            MakeExists(expression.pattern, {schema_.begin(), schema_.end()}));
      case Kind::kAggregate:
        return absl::InternalError("an aggregate stands in an expression");
      default:
        break;
    }
    Arguments arguments;
    for (const Expression& argument : expression.arguments) {
      SKG_ASSIGN_OR_RETURN(NodePtr node, Compile(argument));
      arguments.constant &= node->constant();
      arguments.nodes.push_back(std::move(node));
    }
    const bool constant = arguments.constant;
    SKG_ASSIGN_OR_RETURN(Made made, Make(expression, std::move(arguments)));
    return constant && made.pure ? Fold(*made.node) : std::move(made.node);
  }

  struct Made {
    NodePtr node;
    bool pure = true;  // equal arguments, equal value
  };

  static absl::Status CheckCount(std::string_view what, size_t count,
                                 size_t least, size_t most) {
    if (count >= least && count <= most) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat(av(what), " is given ", count, " arguments; it takes ",
                     least == most        ? absl::StrCat(least)
                     : most == kAnyNumber ? absl::StrCat("at least ", least)
                                          : absl::StrCat(least, " to ", most)));
  }

  absl::StatusOr<Made> Make(const Expression& expression,
                            Arguments&& arguments) {
    std::vector<NodePtr>& nodes = arguments.nodes;
    switch (expression.kind) {
      case Kind::kOr:
      case Kind::kAnd:
        SKG_RETURN_IF_ERROR(
            CheckCount("&& or ||", nodes.size(), 1, kAnyNumber));
        return Made{expression.kind == Kind::kOr ? MakeOr(std::move(nodes))
                                                 : MakeAnd(std::move(nodes))};
      case Kind::kNot:
        SKG_RETURN_IF_ERROR(CheckCount("!", nodes.size(), 1, 1));
        return Made{MakeNot(std::move(nodes[0]))};
      case Kind::kEqual:
      case Kind::kNotEqual:
      case Kind::kLess:
      case Kind::kLessOrEqual:
      case Kind::kGreater:
      case Kind::kGreaterOrEqual:
        SKG_RETURN_IF_ERROR(CheckCount("a comparison", nodes.size(), 2, 2));
        return Made{MakeComparison(expression.kind, std::move(nodes[0]),
                                   std::move(nodes[1]))};
      case Kind::kIn:
        SKG_RETURN_IF_ERROR(CheckCount("IN", nodes.size(), 1, kAnyNumber));
        return Made{MakeIn(std::move(nodes))};
      case Kind::kNotIn:
        SKG_RETURN_IF_ERROR(CheckCount("NOT IN", nodes.size(), 1, kAnyNumber));
        return Made{MakeNot(MakeIn(std::move(nodes)))};
      case Kind::kAdd:
      case Kind::kSubtract:
      case Kind::kMultiply:
      case Kind::kDivide:
        SKG_RETURN_IF_ERROR(CheckCount("an operator", nodes.size(), 2, 2));
        return Made{MakeArithmetic(expression.kind, std::move(nodes[0]),
                                   std::move(nodes[1]))};
      case Kind::kUnaryPlus:
      case Kind::kUnaryMinus:
        SKG_RETURN_IF_ERROR(CheckCount("a sign", nodes.size(), 1, 1));
        return Made{MakeSign(expression.kind, std::move(nodes[0]))};
      case Kind::kFunction:
        return MakeFunction(expression.function, std::move(nodes));
      default:
        return MakeNamed(expression.constant.value, std::move(nodes));
    }
  }

  absl::StatusOr<Made> MakeFunction(Function function,
                                    std::vector<NodePtr> nodes) {
    const size_t count = nodes.size();
    switch (function) {
      case Function::kBound:
        SKG_RETURN_IF_ERROR(CheckCount("BOUND", count, 1, 1));
        return Made{MakeBound(std::move(nodes[0]))};
      case Function::kIf:
        SKG_RETURN_IF_ERROR(CheckCount("IF", count, 3, 3));
        return Made{MakeIf(std::move(nodes[0]), std::move(nodes[1]),
                           std::move(nodes[2]))};
      case Function::kCoalesce:
        return Made{MakeCoalesce(std::move(nodes))};
      case Function::kSameTerm:
        SKG_RETURN_IF_ERROR(CheckCount("sameTerm", count, 2, 2));
        return Made{MakeSameTerm(std::move(nodes[0]), std::move(nodes[1]))};
      case Function::kIsIri:
      case Function::kIsBlank:
      case Function::kIsLiteral:
      case Function::kIsNumeric:
      case Function::kIsTriple:
        SKG_RETURN_IF_ERROR(CheckCount("a test of a kind", count, 1, 1));
        return Made{MakeKindTest(function, std::move(nodes[0]))};
      default:
        break;
    }
    const FunctionEntry entry = FindFunction(function);
    if (entry.body == nullptr)
      return absl::InternalError("a function has no body");
    SKG_RETURN_IF_ERROR(CheckCount("a function", count, entry.least_arguments,
                                   entry.most_arguments));
    return Made{MakeCall(entry, std::move(nodes)), entry.pure};
  }

  absl::StatusOr<Made> MakeNamed(const std::string& iri,
                                 std::vector<NodePtr> nodes) {
    const FunctionEntry entry = FindCast(iri);
    // An error of the expression: the function may exist elsewhere.
    if (entry.body == nullptr) {
      SKG_ASSIGN_OR_RETURN(NodePtr error, ConstantOf(Value()));
      return Made{std::move(error)};
    }
    SKG_RETURN_IF_ERROR(CheckCount(
        "a cast", nodes.size(), entry.least_arguments, entry.most_arguments));
    return Made{MakeCall(entry, std::move(nodes)), entry.pure};
  }

  absl::StatusOr<NodePtr> Column(Variable variable) {
    const auto place = std::find(schema_.begin(), schema_.end(), variable);
    if (place == schema_.end()) return ConstantOf(Value());
    return MakeColumn(static_cast<size_t>(place - schema_.begin()));
  }

  absl::StatusOr<NodePtr> ConstantOf(Value value) {
    SKG_ASSIGN_OR_RETURN(const TermId id, state_.IdOf(value));
    value.id = id;
    return MakeConstant(std::move(value), id);
  }

  absl::StatusOr<NodePtr> Fold(Node& node) {
    std::vector<Value> value;
    SKG_RETURN_IF_ERROR(
        node.Values(state_, Rows{OneEmptyRow(), {&kZero, 1}}, &value));
    return ConstantOf(std::move(value[0]));
  }

  const std::span<const Variable> schema_;
  EvaluationState& state_;
  int depth_ = 0;
};

class CompiledEvaluator : public Evaluator {
 public:
  explicit CompiledEvaluator(EvaluationContext& context) : state_(context) {}

  absl::Status Compile(const Expression& expression,
                       std::span<const Variable> schema) {
    SKG_ASSIGN_OR_RETURN(root_, Compiler(schema, state_).Compile(expression));
    state_.EndBatch(0);
    return absl::OkStatus();
  }

  absl::Status Evaluate(const Batch& batch,
                        std::vector<TermId>* values) override {
    SKG_RETURN_IF_ERROR(Check());
    const absl::Status status = root_->Ids(state_, AllRows(batch), values);
    state_.EndBatch(batch.rows);
    return status;
  }

  absl::Status Select(const Batch& batch,
                      std::vector<uint32_t>* rows) override {
    SKG_RETURN_IF_ERROR(Check());
    const absl::Status status = root_->Truths(state_, AllRows(batch), &truths_);
    state_.EndBatch(batch.rows);
    SKG_RETURN_IF_ERROR(status);
    rows->clear();
    for (uint32_t i = 0; i < truths_.size(); ++i) {
      if (truths_[i] == Truth::kTrue) rows->push_back(i);
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Check() {
    const Cancellation* const cancellation = state_.context().cancellation;
    return cancellation == nullptr ? absl::OkStatus() : cancellation->Check();
  }

  Rows AllRows(const Batch& batch) {
    for (auto i = static_cast<uint32_t>(all_.size()); i < batch.rows; ++i)
      all_.push_back(i);
    return {batch, std::span(all_).first(batch.rows)};
  }

  EvaluationState state_;
  NodePtr root_;
  std::vector<uint32_t> all_;
  std::vector<Truth> truths_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Evaluator>> MakeEvaluator(
    const Expression& expression, std::span<const Variable> schema,
    EvaluationContext& context) {
  auto evaluator = std::make_unique<CompiledEvaluator>(context);
  SKG_RETURN_IF_ERROR(evaluator->Compile(expression, schema));
  return std::unique_ptr<Evaluator>(std::move(evaluator));
}

}  // namespace skg::query
