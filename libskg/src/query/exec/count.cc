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
                Context& context, OperatorPtr input)
      : Operator(node, context), given_(given), input_(std::move(input)) {}

 protected:
  absl::StatusOr<bool> Pull(Batch& batch) override {
    if (done_) return false;
    done_ = true;
    SKG_ASSIGN_OR_RETURN(uint64_t count, Count());
    Batch rows;
    for (bool more = input_ != nullptr; more;) {
      SKG_ASSIGN_OR_RETURN(more, input_->Next(rows));
      count += rows.rows;
    }
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
    storage::ReadCounters* const counters = context().CountersOf(node());
    const Cancellation* const cancellation = context().options.cancellation;
    if (scan.ranges == nullptr) {
      SKG_ASSIGN_OR_RETURN(
          const storage::Counts counts,
          context().view.Count(pattern, cancellation, counters));
      return counts.triples;
    }
    uint64_t triples = 0;
    for (const IdRange& range : scan.ranges->ranges) {
      SKG_ASSIGN_OR_RETURN(const storage::Counts counts,
                           context().view.CountRange(pattern, scan.order,
                                                     {range.first, range.last},
                                                     cancellation, counters));
      triples += counts.triples;
    }
    return triples;
  }

  const Parameters given_;
  OperatorPtr input_;  // may be null
  bool done_ = false;
};

}  // namespace

OperatorPtr MakeCount(const plan::PlanNode& node, const Parameters& given,
                      Context& context, OperatorPtr input) {
  return std::make_unique<CountOperator>(node, given, context,
                                         std::move(input));
}

}  // namespace skg::query::exec
