// Nodes: a compiled expression. Each computes its value for some rows of a
// batch at once, in the form that its user asks for: ids, decoded values, or
// truth values. A node has one form that comes by itself; the others are made
// of it, so that ids are decoded, and values given ids, only where that is
// asked for.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "query/values/evaluation_state.h"
#include "query/values/value.h"

namespace skg::query {

// Three-valued logic: an error is neither.
enum class Truth : uint8_t { kFalse, kTrue, kError };

[[nodiscard]] inline Truth TruthOf(bool value) {
  return value ? Truth::kTrue : Truth::kFalse;
}
[[nodiscard]] inline Truth TruthOf(std::optional<bool> value) {
  return value ? TruthOf(*value) : Truth::kError;
}

// Not thread-safe. All outputs have one entry for each row asked for.
class Node {
 public:
  virtual ~Node() = default;

  [[nodiscard]] virtual absl::Status Ids(EvaluationState& state,
                                         const Rows& rows,
                                         std::vector<rdf::TermId>* out) = 0;
  [[nodiscard]] virtual absl::Status Values(EvaluationState& state,
                                            const Rows& rows,
                                            std::vector<Value>* out) = 0;
  // Effective boolean values.
  [[nodiscard]] virtual absl::Status Truths(EvaluationState& state,
                                            const Rows& rows,
                                            std::vector<Truth>* out) = 0;

  // Whether ids are the form that comes by itself.
  [[nodiscard]] virtual bool has_ids() const { return false; }
  // The same for every row.
  [[nodiscard]] virtual bool constant() const { return false; }
};
using NodePtr = std::unique_ptr<Node>;

// Ids come by themselves.
class IdNode : public Node {
 public:
  [[nodiscard]] absl::Status Values(EvaluationState& state, const Rows& rows,
                                    std::vector<Value>* out) override;
  [[nodiscard]] absl::Status Truths(EvaluationState& state, const Rows& rows,
                                    std::vector<Truth>* out) override;
  [[nodiscard]] bool has_ids() const override { return true; }

 private:
  std::vector<rdf::TermId> ids_;
};

// Values come by themselves.
class ValueNode : public Node {
 public:
  [[nodiscard]] absl::Status Ids(EvaluationState& state, const Rows& rows,
                                 std::vector<rdf::TermId>* out) override;
  [[nodiscard]] absl::Status Truths(EvaluationState& state, const Rows& rows,
                                    std::vector<Truth>* out) override;

 private:
  std::vector<Value> values_;
};

// Truth values come by themselves; an error is an error, not false.
class TruthNode : public Node {
 public:
  [[nodiscard]] absl::Status Ids(EvaluationState& state, const Rows& rows,
                                 std::vector<rdf::TermId>* out) override;
  [[nodiscard]] absl::Status Values(EvaluationState& state, const Rows& rows,
                                    std::vector<Value>* out) override;

 private:
  std::vector<Truth> truths_;
};

// Decodes an expression's value that is already known.
[[nodiscard]] NodePtr MakeConstant(Value value, rdf::TermId id);
// A column of the batch.
[[nodiscard]] NodePtr MakeColumn(size_t column);

[[nodiscard]] NodePtr MakeNot(NodePtr argument);
[[nodiscard]] NodePtr MakeAnd(std::vector<NodePtr> arguments);
[[nodiscard]] NodePtr MakeOr(std::vector<NodePtr> arguments);
[[nodiscard]] NodePtr MakeIf(NodePtr condition, NodePtr then,
                             NodePtr otherwise);
[[nodiscard]] NodePtr MakeCoalesce(std::vector<NodePtr> arguments);

// Of the six comparisons.
[[nodiscard]] NodePtr MakeComparison(Expression::Kind kind, NodePtr left,
                                     NodePtr right);
// arguments[0] among the others; NOT IN is MakeNot of it.
[[nodiscard]] NodePtr MakeIn(std::vector<NodePtr> arguments);
[[nodiscard]] NodePtr MakeSameTerm(NodePtr left, NodePtr right);

// BOUND of any expression: whether it has a value.
[[nodiscard]] NodePtr MakeBound(NodePtr argument);
// kIsIri, kIsBlank, kIsLiteral, kIsNumeric, kIsTriple.
[[nodiscard]] NodePtr MakeKindTest(Function function, NodePtr argument);

// + - * / and signs (kUnaryPlus, kUnaryMinus).
[[nodiscard]] NodePtr MakeArithmetic(Expression::Kind kind, NodePtr left,
                                     NodePtr right);
[[nodiscard]] NodePtr MakeSign(Expression::Kind kind, NodePtr argument);

struct FunctionEntry;
[[nodiscard]] NodePtr MakeCall(const FunctionEntry& entry,
                               std::vector<NodePtr> arguments);
[[nodiscard]] NodePtr MakeExists(std::shared_ptr<const Algebra> pattern,
                                 std::vector<Variable> schema);

}  // namespace skg::query
