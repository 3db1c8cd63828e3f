// The operators that carry out the steps of plans; MakeOperator chooses.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "query/exec/operator.h"

namespace skg::query::exec {

using OperatorResult = absl::StatusOr<OperatorPtr>;

// Each takes the node of its step, what parameters stand for, and the operators
// of the node's inputs where it pulls from them from the start.
[[nodiscard]] OperatorResult MakeScan(const plan::PlanNode& node,
                                      const Parameters& given,
                                      Context& context);
// Of a ScanStep with record columns.
[[nodiscard]] OperatorResult MakeRecordScan(const plan::PlanNode& node,
                                            const Parameters& given,
                                            Context& context);
[[nodiscard]] OperatorResult MakeTripleTermMatch(const plan::PlanNode& node,
                                                 const Parameters& given,
                                                 Context& context,
                                                 OperatorPtr input);
[[nodiscard]] OperatorResult MakeMergeJoin(const plan::PlanNode& node,
                                           Context& context, OperatorPtr left,
                                           OperatorPtr right);
[[nodiscard]] OperatorResult MakeHashJoin(const plan::PlanNode& node,
                                          const Parameters& given,
                                          Context& context, OperatorPtr left,
                                          OperatorPtr right);
// A hash join on one variable that both inputs bind in every row, without a
// condition.
[[nodiscard]] bool IsKeyJoin(const plan::PlanNode& node,
                             const plan::PlanNode& left,
                             const plan::PlanNode& right);
[[nodiscard]] OperatorPtr MakeKeyJoin(const plan::PlanNode& node,
                                      Context& context, OperatorPtr left,
                                      OperatorPtr right);
// One that probes a table which others probe, too.
class KeyTable;
[[nodiscard]] OperatorPtr MakeKeyJoin(const plan::PlanNode& node,
                                      Context& context, OperatorPtr left,
                                      std::shared_ptr<KeyTable> built);
// Makes the operators of its second input itself, again and again.
[[nodiscard]] OperatorResult MakeBindJoin(const plan::PlanNode& node,
                                          const Parameters& given,
                                          Context& context, OperatorPtr left);
[[nodiscard]] OperatorResult MakeFilter(const plan::PlanNode& node,
                                        const Parameters& given,
                                        Context& context, OperatorPtr input);
[[nodiscard]] OperatorResult MakeExtend(const plan::PlanNode& node,
                                        const Parameters& given,
                                        Context& context, OperatorPtr input);
[[nodiscard]] OperatorPtr MakeValues(const plan::PlanNode& node,
                                     Context& context);
[[nodiscard]] OperatorPtr MakeUnion(const plan::PlanNode& node,
                                    Context& context,
                                    std::vector<OperatorPtr> inputs);
[[nodiscard]] OperatorPtr MakeProject(const plan::PlanNode& node,
                                      Context& context, OperatorPtr input);
[[nodiscard]] OperatorPtr MakeDistinct(const plan::PlanNode& node,
                                       Context& context, OperatorPtr input);
[[nodiscard]] OperatorPtr MakeSlice(const plan::PlanNode& node,
                                    Context& context, OperatorPtr input);
[[nodiscard]] OperatorPtr MakeSort(const plan::PlanNode& node, Context& context,
                                   OperatorPtr input);
[[nodiscard]] OperatorPtr MakeGroup(const plan::PlanNode& node,
                                    Context& context, OperatorPtr input);
[[nodiscard]] OperatorPtr MakeCount(const plan::PlanNode& node,
                                    const Parameters& given, Context& context,
                                    OperatorPtr input);
[[nodiscard]] OperatorPtr MakePath(const plan::PlanNode& node,
                                   const Parameters& given, Context& context);
// Makes the operators of its input itself, some of them for each thread.
[[nodiscard]] OperatorResult MakeParallel(const plan::PlanNode& node,
                                          const Parameters& given,
                                          Context& context);
[[nodiscard]] OperatorPtr MakeGraphNames(const plan::PlanNode& node,
                                         const Parameters& given,
                                         Context& context);
[[nodiscard]] OperatorPtr MakeProduct(const plan::PlanNode& node,
                                      Context& context,
                                      std::vector<OperatorPtr> inputs);
[[nodiscard]] OperatorResult MakeTable(const plan::PlanNode& node,
                                       Context& context);
[[nodiscard]] OperatorPtr MakeService(const plan::PlanNode& node,
                                      const Parameters& given,
                                      Context& context);

}  // namespace skg::query::exec
