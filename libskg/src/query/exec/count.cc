// How many solutions a scan has, without reading them.
#include <string>
#include <utility>

#include "base/status.h"
#include "query/exec/operators.h"
#include "query/exec/triple_cursor.h"

namespace skg::query::exec {
namespace {

class CountOperator final : public Operator {
 public:
  CountOperator(const plan::PlanNode& node, const Parameters& given,
                Context& context)
      : Operator(node, context), given_(given) {}

 protected:
  absl::StatusOr<bool> Pull(Batch& batch) override {
    if (done_) return false;
    done_ = true;
    SKG_ASSIGN_OR_RETURN(const uint64_t count, Count());
    SKG_ASSIGN_OR_RETURN(
        const rdf::TermId id,
        context().terms.IdOf(rdf::Term::Literal(
            std::to_string(count), std::string(rdf::iri::kXsdInteger))));
    for (auto& column : batch.columns) column.push_back(id);
    batch.rows = 1;
    return true;
  }

 private:
  // The planner takes only graphs whose triples are counted each once.
  absl::StatusOr<uint64_t> Count() {
    const plan::ScanStep& scan = std::get<plan::CountStep>(node().step).scan;
    const plan::ActiveGraph graph = Resolve(scan.graph, given_);
    storage::ScanPattern pattern;
    pattern.scope = storage::GraphScope::kDefault;
    if (!graph.is_default) {
      pattern.scope = storage::GraphScope::kNamed;
      if (graph.name.kind == plan::Place::Kind::kConstant) {
        if (!context().dataset.Names(graph.name.id)) return 0;
        pattern.scope = storage::GraphScope::kOne;
        pattern.graph = graph.name.id;
      }
    }
    const std::pair<const plan::Place*, rdf::TermId*> places[] = {
        {&scan.subject, &pattern.subject},
        {&scan.predicate, &pattern.predicate},
        {&scan.object, &pattern.object}};
    for (const auto& [place, id] : places) {
      if (!place->fixed()) continue;
      *id = Resolve(*place, given_).id;
      if (!id->bound()) return 0;
    }
    SKG_ASSIGN_OR_RETURN(
        const storage::Counts counts,
        context().view.Count(pattern, context().options.cancellation,
                             context().CountersOf(node())));
    return counts.triples;
  }

  const Parameters given_;
  bool done_ = false;
};

}  // namespace

OperatorPtr MakeCount(const plan::PlanNode& node, const Parameters& given,
                      Context& context) {
  return std::make_unique<CountOperator>(node, given, context);
}

}  // namespace skg::query::exec
