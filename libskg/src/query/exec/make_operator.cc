// Which operator carries out which step.
#include <utility>

#include "base/status.h"
#include "query/exec/operators.h"

namespace skg::query::exec {
namespace {

// One overload for each step; `inputs` are the operators of the node's inputs.
struct Maker {
  const plan::PlanNode& node;
  const Parameters& given;
  Context& context;
  std::vector<OperatorPtr> inputs;

  OperatorPtr Input(size_t i = 0) { return std::move(inputs[i]); }

  OperatorResult operator()(const plan::ScanStep&) {
    return MakeScan(node, given, context);
  }
  OperatorResult operator()(const plan::TripleTermStep&) {
    return MakeTripleTermMatch(node, given, context, Input());
  }
  OperatorResult operator()(const plan::MergeJoinStep&) {
    return MakeMergeJoin(node, context, Input(0), Input(1));
  }
  OperatorResult operator()(const plan::HashJoinStep&) {
    return MakeHashJoin(node, given, context, Input(0), Input(1));
  }
  OperatorResult operator()(const plan::BindJoinStep&) {
    return MakeBindJoin(node, given, context, Input());
  }
  OperatorResult operator()(const plan::FilterStep&) {
    return MakeFilter(node, given, context, Input());
  }
  OperatorResult operator()(const plan::ExtendStep&) {
    return MakeExtend(node, given, context, Input());
  }
  OperatorResult operator()(const plan::ValuesStep&) {
    return MakeValues(node, context);
  }
  OperatorResult operator()(const plan::UnionStep&) {
    return MakeUnion(node, context, std::move(inputs));
  }
  OperatorResult operator()(const plan::ProjectStep&) {
    return MakeProject(node, context, Input());
  }
  OperatorResult operator()(const plan::DistinctStep&) {
    return MakeDistinct(node, context, Input());
  }
  OperatorResult operator()(const plan::SliceStep&) {
    return MakeSlice(node, context, Input());
  }
  OperatorResult operator()(const plan::SortStep&) {
    return MakeSort(node, context, Input());
  }
  OperatorResult operator()(const plan::GroupStep&) {
    return MakeGroup(node, context, Input());
  }
  OperatorResult operator()(const plan::CountStep&) {
    return MakeCount(node, given, context, inputs.empty() ? nullptr : Input());
  }
  OperatorResult operator()(const plan::PathStep&) {
    return MakePath(node, given, context);
  }
  OperatorResult operator()(const plan::GraphNamesStep&) {
    return MakeGraphNames(node, given, context);
  }
  OperatorResult operator()(const plan::ParallelStep&) {
    return MakeParallel(node, given, context);
  }
  OperatorResult operator()(const plan::ServiceStep&) {
    return MakeService(node, given, context);
  }
  OperatorResult operator()(const plan::ProductStep&) {
    return MakeProduct(node, context, std::move(inputs));
  }
  OperatorResult operator()(const plan::TableStep&) {
    return MakeTable(node, context);
  }
};

}  // namespace

absl::StatusOr<OperatorPtr> MakeOperator(const plan::PlanNode& node,
                                         const Parameters& given,
                                         Context& context) {
  Maker maker{node, given, context, {}};
  // A bind join makes its second input itself, for each row.
  size_t inputs = node.inputs.size();
  if (std::holds_alternative<plan::BindJoinStep>(node.step)) inputs = 1;
  if (std::holds_alternative<plan::ParallelStep>(node.step)) inputs = 0;
  for (size_t i = 0; i < inputs; ++i) {
    SKG_ASSIGN_OR_RETURN(OperatorPtr input,
                         MakeOperator(*node.inputs[i], given, context));
    maker.inputs.push_back(std::move(input));
  }
  return std::visit(maker, node.step);
}

}  // namespace skg::query::exec
