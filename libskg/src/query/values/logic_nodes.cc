// || && ! IF COALESCE (17.2, 17.4.1): later arguments are computed only for the
// rows that earlier ones left open.
#include <utility>

#include "base/status.h"
#include "query/values/expression_node.h"

namespace skg::query {
namespace {

using rdf::TermId;

// Some of the rows of another selection: which of its entries they are.
struct Subset {
  std::vector<uint32_t> places;   // in the batch
  std::vector<size_t> positions;  // in the selection

  void Add(const Rows& rows, size_t position) {
    places.push_back(rows.places[position]);
    positions.push_back(position);
  }
  [[nodiscard]] bool empty() const { return places.empty(); }
  [[nodiscard]] Rows RowsOf(const Rows& rows) const {
    return {rows.batch, places};
  }
};

Subset All(const Rows& rows) {
  Subset all;
  for (size_t i = 0; i < rows.size(); ++i) all.Add(rows, i);
  return all;
}

class Not : public TruthNode {
 public:
  explicit Not(NodePtr argument) : argument_(std::move(argument)) {}

  absl::Status Truths(EvaluationState& state, const Rows& rows,
                      std::vector<Truth>* out) override {
    SKG_RETURN_IF_ERROR(argument_->Truths(state, rows, out));
    for (Truth& truth : *out) {
      if (truth != Truth::kError) truth = TruthOf(truth == Truth::kFalse);
    }
    return absl::OkStatus();
  }

 private:
  const NodePtr argument_;
};

// An argument of `decisive` truth decides; else an error is what remains of
// errors.
class Junction : public TruthNode {
 public:
  Junction(std::vector<NodePtr> arguments, Truth decisive)
      : arguments_(std::move(arguments)), decisive_(decisive) {}

  absl::Status Truths(EvaluationState& state, const Rows& rows,
                      std::vector<Truth>* out) override {
    out->assign(rows.size(), TruthOf(decisive_ == Truth::kFalse));
    Subset open = All(rows);
    std::vector<Truth> truths;
    for (const NodePtr& argument : arguments_) {
      if (open.empty()) break;
      SKG_RETURN_IF_ERROR(argument->Truths(state, open.RowsOf(rows), &truths));
      Subset left;
      for (size_t i = 0; i < truths.size(); ++i) {
        const size_t position = open.positions[i];
        if (truths[i] == decisive_) {
          (*out)[position] = decisive_;
          continue;
        }
        if (truths[i] == Truth::kError) (*out)[position] = Truth::kError;
        left.Add(rows, position);
      }
      open = std::move(left);
    }
    return absl::OkStatus();
  }

 private:
  const std::vector<NodePtr> arguments_;
  const Truth decisive_;
};

// What chooses one of several nodes for each row: computes them in ids if that
// is what they all have, else in values.
class Choice : public Node {
 public:
  absl::Status Ids(EvaluationState& state, const Rows& rows,
                   std::vector<TermId>* out) override {
    out->assign(rows.size(), TermId{});
    return Choose(state, rows, out);
  }
  absl::Status Values(EvaluationState& state, const Rows& rows,
                      std::vector<Value>* out) override {
    out->assign(rows.size(), Value());
    return Choose(state, rows, out);
  }
  absl::Status Truths(EvaluationState& state, const Rows& rows,
                      std::vector<Truth>* out) override {
    SKG_RETURN_IF_ERROR(Values(state, rows, &values_));
    out->resize(rows.size());
    for (size_t i = 0; i < values_.size(); ++i)
      (*out)[i] = TruthOf(EffectiveBoolean(values_[i]));
    return absl::OkStatus();
  }

 protected:
  virtual absl::Status Choose(EvaluationState& state, const Rows& rows,
                              std::vector<TermId>* out) = 0;
  virtual absl::Status Choose(EvaluationState& state, const Rows& rows,
                              std::vector<Value>* out) = 0;

  static absl::Status Compute(Node& node, EvaluationState& state,
                              const Rows& rows, std::vector<TermId>* out) {
    return node.Ids(state, rows, out);
  }
  static absl::Status Compute(Node& node, EvaluationState& state,
                              const Rows& rows, std::vector<Value>* out) {
    return node.Values(state, rows, out);
  }
  static bool HasValue(TermId id) { return id.bound(); }
  static bool HasValue(const Value& value) { return !value.error(); }

 private:
  std::vector<Value> values_;
};

class If : public Choice {
 public:
  If(NodePtr condition, NodePtr then, NodePtr otherwise)
      : condition_(std::move(condition)),
        then_(std::move(then)),
        otherwise_(std::move(otherwise)) {}

  bool has_ids() const override {
    return then_->has_ids() && otherwise_->has_ids();
  }

 protected:
  absl::Status Choose(EvaluationState& state, const Rows& rows,
                      std::vector<TermId>* out) override {
    return Branch(state, rows, out);
  }
  absl::Status Choose(EvaluationState& state, const Rows& rows,
                      std::vector<Value>* out) override {
    return Branch(state, rows, out);
  }

 private:
  template <typename Form>
  absl::Status Branch(EvaluationState& state, const Rows& rows,
                      std::vector<Form>* out) {
    std::vector<Truth> truths;
    SKG_RETURN_IF_ERROR(condition_->Truths(state, rows, &truths));
    for (const bool truth : {true, false}) {
      Subset chosen;
      for (size_t i = 0; i < truths.size(); ++i) {
        if (truths[i] == TruthOf(truth)) chosen.Add(rows, i);
      }
      if (chosen.empty()) continue;
      std::vector<Form> computed;
      SKG_RETURN_IF_ERROR(Compute(truth ? *then_ : *otherwise_, state,
                                  chosen.RowsOf(rows), &computed));
      for (size_t i = 0; i < computed.size(); ++i)
        (*out)[chosen.positions[i]] = std::move(computed[i]);
    }
    return absl::OkStatus();
  }

  const NodePtr condition_, then_, otherwise_;
};

class Coalesce : public Choice {
 public:
  explicit Coalesce(std::vector<NodePtr> arguments)
      : arguments_(std::move(arguments)) {}

  bool has_ids() const override {
    for (const NodePtr& argument : arguments_) {
      if (!argument->has_ids()) return false;
    }
    return true;
  }

 protected:
  absl::Status Choose(EvaluationState& state, const Rows& rows,
                      std::vector<TermId>* out) override {
    return First(state, rows, out);
  }
  absl::Status Choose(EvaluationState& state, const Rows& rows,
                      std::vector<Value>* out) override {
    return First(state, rows, out);
  }

 private:
  template <typename Form>
  absl::Status First(EvaluationState& state, const Rows& rows,
                     std::vector<Form>* out) {
    Subset open = All(rows);
    std::vector<Form> computed;
    for (const NodePtr& argument : arguments_) {
      if (open.empty()) break;
      SKG_RETURN_IF_ERROR(
          Compute(*argument, state, open.RowsOf(rows), &computed));
      Subset left;
      for (size_t i = 0; i < computed.size(); ++i) {
        if (HasValue(computed[i])) {
          (*out)[open.positions[i]] = std::move(computed[i]);
        } else {
          left.Add(rows, open.positions[i]);
        }
      }
      open = std::move(left);
    }
    return absl::OkStatus();
  }

  const std::vector<NodePtr> arguments_;
};

}  // namespace

NodePtr MakeNot(NodePtr argument) {
  return std::make_unique<Not>(std::move(argument));
}

NodePtr MakeAnd(std::vector<NodePtr> arguments) {
  return std::make_unique<Junction>(std::move(arguments), Truth::kFalse);
}

NodePtr MakeOr(std::vector<NodePtr> arguments) {
  return std::make_unique<Junction>(std::move(arguments), Truth::kTrue);
}

NodePtr MakeIf(NodePtr condition, NodePtr then, NodePtr otherwise) {
  return std::make_unique<If>(std::move(condition), std::move(then),
                              std::move(otherwise));
}

NodePtr MakeCoalesce(std::vector<NodePtr> arguments) {
  return std::make_unique<Coalesce>(std::move(arguments));
}

}  // namespace skg::query
