// Pairs of nodes that a property path links.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/status.h"
#include "query/exec/operators.h"
#include "query/exec/path_search.h"
#include "query/exec/triple_cursor.h"

namespace skg::query::exec {
namespace {

using plan::Place;
using rdf::TermId;

class PathOperator final : public Operator {
 public:
  PathOperator(const plan::PlanNode& node, const Parameters& given,
               Context& context)
      : Operator(node, context),
        step_(std::get<plan::PathStep>(node.step)),
        subject_(Resolve(step_.subject, given)),
        object_(Resolve(step_.object, given)),
        search_(context, Resolve(step_.graph, given),
                context.CountersOf(node)) {}

 protected:
  absl::StatusOr<bool> Pull(Batch& batch) override {
    if (!begun_) SKG_RETURN_IF_ERROR(Begin());
    while (batch.rows < batch.wanted) {
      if (next_ == reached_.size()) {
        if (next_start_ == starts_.size()) break;
        SKG_RETURN_IF_ERROR(Search());
        continue;
      }
      Emit(batch, reached_[next_++]);
    }
    NoteMemory(search_.charge());
    return batch.rows > 0;
  }

 private:
  // Where to start from: the end that is known.
  absl::Status Begin() {
    begun_ = true;
    if (!step_.graph.is_default && !context().dataset.Names(GraphOfSearch())) {
      return absl::OkStatus();
    }
    forward_ = subject_.fixed() || !object_.fixed();
    const Place& from = forward_ ? subject_ : object_;
    if (from.fixed()) {
      if (from.id.bound()) starts_.push_back(from.id);
      return absl::OkStatus();
    }
    SKG_ASSIGN_OR_RETURN(starts_, search_.Starts(*step_.path));
    all_nodes_ = true;
    return absl::OkStatus();
  }
  // A graph of no such name has no node, but a fixed end links with itself all
  // the same where the graph is one of the dataset.
  TermId GraphOfSearch() const { return search_.graph().name.id; }

  absl::Status Search() {
    start_ = starts_[next_start_++];
    next_ = 0;
    const Place& from = forward_ ? subject_ : object_;
    const Place& to = forward_ ? object_ : subject_;
    const plan::Place& planned = forward_ ? step_.subject : step_.object;
    if (!all_nodes_ && planned.kind == Place::Kind::kParameter &&
        step_.nodes_only.Has(planned.variable)) {
      SKG_ASSIGN_OR_RETURN(const bool is_node, search_.IsNode(start_));
      if (!is_node) {
        reached_.clear();
        return absl::OkStatus();
      }
    }
    std::optional<TermId> target;
    if (to.fixed()) target = to.id;
    SKG_ASSIGN_OR_RETURN(reached_,
                         search_.Reach(*step_.path, start_, forward_, target));
    const bool same_variable = from.kind == Place::Kind::kVariable &&
                               to.kind == Place::Kind::kVariable &&
                               from.variable == to.variable;
    if (same_variable) target = start_;
    if (target) {
      const bool found = std::find(reached_.begin(), reached_.end(), *target) !=
                         reached_.end();
      reached_.assign(found ? 1 : 0, *target);
    }
    return absl::OkStatus();
  }

  void Emit(Batch& batch, TermId reached) {
    for (size_t c = 0; c < batch.columns.size(); ++c) {
      const bool is_subject = subject_.kind == Place::Kind::kVariable &&
                              subject_.variable == schema()[c];
      batch.columns[c].push_back(is_subject == forward_ ? start_ : reached);
    }
    ++batch.rows;
  }

  const plan::PathStep& step_;
  const Place subject_, object_;
  PathSearch search_;
  bool begun_ = false, forward_ = true, all_nodes_ = false;
  std::vector<TermId> starts_;
  size_t next_start_ = 0;
  TermId start_;
  std::vector<TermId> reached_;  // from `start_`
  size_t next_ = 0;
};

}  // namespace

OperatorPtr MakePath(const plan::PlanNode& node, const Parameters& given,
                     Context& context) {
  return std::make_unique<PathOperator>(node, given, context);
}

}  // namespace skg::query::exec
