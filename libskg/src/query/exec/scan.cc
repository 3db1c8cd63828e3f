// The scan of one triple pattern.
#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "base/status.h"
#include "query/exec/operators.h"
#include "query/exec/statement_fields.h"
#include "query/exec/statement_filter.h"
#include "query/exec/triple_cursor.h"

namespace skg::query::exec {
namespace {

using plan::Place;
using rdf::TermId;
using storage::StatementBatch;
using storage::TermOrder;

using Column = storage::BatchColumn<TermId>;
constexpr std::array<Column StatementBatch::*, 4> kColumns = {
    &StatementBatch::subject, &StatementBatch::predicate,
    &StatementBatch::object, &StatementBatch::graph};

class Scan final : public Operator {
 public:
  Scan(const plan::PlanNode& node, const std::array<Place, 4>& places,
       TripleCursor cursor, Context& context)
      : Operator(node, context),
        statement_(std::get<plan::ScanStep>(node.step).statement.get()),
        cursor_(std::move(cursor)),
        fields_(context) {
    for (size_t i = 0; i < 4; ++i) {
      if (places[i].kind != Place::Kind::kVariable) continue;
      for (size_t j = 0; j < i; ++j) {
        if (places[j].kind == Place::Kind::kVariable &&
            places[j].variable == places[i].variable) {
          equal_.emplace_back(j, i);
        }
      }
    }
    for (const Variable v : node.schema) {
      if (statement_ != nullptr) {
        if (const auto field = statement_->FieldOf(v)) {
          sources_.push_back(FieldSource(*field));
          continue;
        }
      }
      size_t i = 0;
      while (places[i].kind != Place::Kind::kVariable ||
             places[i].variable != v) {
        ++i;
      }
      sources_.push_back(i);
    }
    const auto& step = std::get<plan::ScanStep>(node.step);
    FindSeekPrefix(places, step.order);
    if (step.ranges != nullptr) ranges_ = &step.ranges->ranges;
    // Of a single column that the rows are sorted by, all of a value lie
    // together.
    skips_runs_ =
        node.repeats != plan::Repeats::kKept && sorted_by_free_ &&
        node.schema.size() == 1 && equal_.empty() &&
        (node.repeats == plan::Repeats::kDropped ||
         (!cursor_.merges_graphs && statement_ == nullptr &&
          !context.view.as_of() && !FiltersStatements(context.options) &&
          FindCounted(places)));
  }

  void SkipTo(TermId key) override {
    // Not back into a run that was counted.
    if (sorted_by_free_) skip_to_ = std::max(skip_to_, key);
  }

 protected:
  absl::StatusOr<bool> Pull(Batch& batch) override {
    if (cursor_.rows == nullptr) return false;
    if (ranges_ != nullptr && !EnterRange()) {
      cursor_.rows = nullptr;
      return false;
    }
    if (skip_to_.bound()) {
      std::array<TermId, 3> to = prefix_;
      to[free_at_] = std::exchange(skip_to_, TermId{});
      if (profile() != nullptr) ++profile()->seeks;
      SKG_RETURN_IF_ERROR(cursor_.rows->Seek(to[0], to[1], to[2]));
    }
    statements_.wanted = Demand(batch);
    SKG_ASSIGN_OR_RETURN(const bool more, cursor_.rows->Next(statements_));
    if (!more) {
      cursor_.rows = nullptr;
      return false;
    }
    const bool some = ChooseRows();
    for (size_t c = 0; c < sources_.size(); ++c)
      SKG_RETURN_IF_ERROR(FillColumn(sources_[c], some, &batch.columns[c]));
    batch.rows = some ? chosen_.size() : statements_.size();
    MergeNeighbours(node().repeats, batch);
    return skips_runs_ ? SkipRun(batch) : true;
  }

 private:
  // A column's source: one of kColumns, or a field of the statements.
  static size_t FieldSource(StatementField field) {
    return kColumns.size() + static_cast<size_t>(field);
  }

  // `some`: the chosen rows; else all.
  absl::Status FillColumn(size_t source, bool some,
                          std::vector<TermId>* column) {
    if (source >= kColumns.size()) {
      if (!some) {
        chosen_.resize(statements_.size());
        std::iota(chosen_.begin(), chosen_.end(), 0u);
      }
      return fields_.Append(
          static_cast<StatementField>(source - kColumns.size()), statements_,
          chosen_, column);
    }
    const Column& from = statements_.*kColumns[source];
    if (some) {
      column->reserve(chosen_.size());
      for (const uint32_t row : chosen_) column->push_back(from[row]);
    } else {
      column->assign(from.begin(), from.end());
    }
    return absl::OkStatus();
  }

  // What to count, but for the value of the column. Only where each triple of
  // the graph is a solution.
  bool FindCounted(const std::array<Place, 4>& places) {
    const plan::ActiveGraph& graph =
        std::get<plan::ScanStep>(node().step).graph;
    if (graph.is_default) {
      if (context().dataset.default_graph != Dataset::DefaultGraph::kStored)
        return false;
      counted_.scope = storage::GraphScope::kDefault;
    } else if (places[3].kind == Place::Kind::kConstant) {
      counted_.scope = storage::GraphScope::kOne;
      counted_.graph = places[3].id;
    } else {
      return false;
    }
    counted_.subject = places[0].id;
    counted_.predicate = places[1].id;
    counted_.object = places[2].id;
    return true;
  }

  // Where the last value of the batch has many rows, the rest of them is
  // counted and skipped.
  absl::StatusOr<bool> SkipRun(Batch& batch) {
    if (batch.rows == 0) return true;
    const bool counted = node().repeats == plan::Repeats::kCounted;
    const TermId value = batch.columns[0].back();
    // Where they are dropped, their mean is near enough.
    const uint64_t count = counted ? batch.CountOf(batch.rows - 1)
                                   : statements_.size() / batch.rows;
    const bool again = value == run_value_;
    run_count_ = count + (again ? run_count_ : 0);
    run_value_ = value;
    if (count < context().options.plan.count_after || value.bits == UINT64_MAX)
      return true;
    if (counted) {
      if (batch.counts.empty()) batch.counts.assign(batch.rows, 1);
      storage::ScanPattern pattern = counted_;
      TermId* const parts[] = {&pattern.subject, &pattern.predicate,
                               &pattern.object};
      *parts[sources_[0]] = value;
      SKG_ASSIGN_OR_RETURN(
          const storage::Counts counts,
          context().view.Count(pattern, context().options.cancellation,
                               context().CountersOf(node())));
      batch.counts.back() += counts.triples - run_count_;
    }
    skip_to_ = std::max(skip_to_, TermId{value.bits + 1});
    return true;
  }

  // Where the first free place of the order is, and what stands before it.
  void FindSeekPrefix(const std::array<Place, 4>& places, TermOrder order) {
    const auto sequence = storage::InSequence<size_t>(order, 0, 1, 2);
    for (size_t i = 0; i < 3; ++i) {
      const Place& place = places[sequence[i]];
      if (place.kind == Place::Kind::kConstant) {
        prefix_[i] = place.id;
        continue;
      }
      free_at_ = i;
      free_column_ = kColumns[sequence[i]];
      sorted_by_free_ = place.kind == Place::Kind::kVariable &&
                        !node().order.empty() &&
                        node().order[0] == place.variable;
      return;
    }
  }

  // Goes to the range where the next row may be, unless the cursor is there.
  // False: there is none.
  bool EnterRange() {
    const TermId from = std::max(skip_to_, last_free_);
    while (range_ < ranges_->size() && (*ranges_)[range_].last < from) ++range_;
    if (range_ == ranges_->size()) return false;
    if ((*ranges_)[range_].first > from) skip_to_ = (*ranges_)[range_].first;
    return true;
  }
  // Whether a row is in a range; rows come in their order.
  bool InRanges(size_t i) {
    const TermId id = (statements_.*free_column_)[i];
    while (range_ < ranges_->size() && (*ranges_)[range_].last < id) ++range_;
    return range_ < ranges_->size() && (*ranges_)[range_].first <= id;
  }
  // All of the rows that were read are in the range where the first one is.
  bool AllInRange() {
    const Column& column = statements_.*free_column_;
    last_free_ = column.back();
    return InRanges(0) && last_free_ <= (*ranges_)[range_].last;
  }

  // False: all rows are solutions, each another. Rows of one triple (its
  // parallel edges; its graphs, if they are merged) are one solution.
  bool ChooseRows() {
    const size_t rows = statements_.size();
    bool all =
        equal_.empty() && !cursor_.merges_graphs && !choosy_about_weight();
    if (ranges_ != nullptr && !AllInRange()) all = false;
    for (size_t i = 0; all && i < rows; ++i) all = statements_.edge[i] == 0;
    if (all) {
      Remember(rows - 1);
      return false;
    }
    chosen_.clear();
    for (size_t i = 0; i < rows; ++i) {
      if (ranges_ != nullptr && !InRanges(i)) continue;
      if (statement_ != nullptr &&
          (statements_.weight[i] < statement_->min_weight ||
           statements_.weight[i] > statement_->max_weight)) {
        continue;
      }
      const bool maybe_again =
          statements_.edge[i] != 0 || cursor_.merges_graphs;
      if (maybe_again && IsLast(i)) continue;
      Remember(i);
      bool fits = true;
      for (const auto& [a, b] : equal_)
        fits = fits &&
               (statements_.*kColumns[a])[i] == (statements_.*kColumns[b])[i];
      if (fits) chosen_.push_back(static_cast<uint32_t>(i));
    }
    return true;
  }
  [[nodiscard]] bool choosy_about_weight() const {
    return statement_ != nullptr &&
           (statement_->min_weight > 0 || statement_->max_weight < 1);
  }
  std::array<TermId, 4> At(size_t i) const {
    return {statements_.subject[i], statements_.predicate[i],
            statements_.object[i],
            cursor_.merges_graphs ? TermId{} : statements_.graph[i]};
  }
  void Remember(size_t i) { last_ = At(i); }
  bool IsLast(size_t i) const { return last_ && *last_ == At(i); }

  const plan::StatementColumns* const statement_;  // null: nothing of them
  TripleCursor cursor_;
  StatementFields fields_;
  StatementBatch statements_;
  std::vector<size_t> sources_;  // of each output column
  std::vector<std::pair<size_t, size_t>> equal_;
  std::vector<uint32_t> chosen_;
  std::optional<std::array<TermId, 4>> last_;
  // The first free place of the order; what stands before it, and its column.
  size_t free_at_ = 0;
  std::array<TermId, 3> prefix_;
  Column StatementBatch::*free_column_ = nullptr;
  bool sorted_by_free_ = false;
  const IdRanges* ranges_ = nullptr;  // of that column; null: all
  size_t range_ = 0;                  // where the next row may be
  TermId last_free_;                  // the last row's, in a range or not
  TermId skip_to_;
  bool skips_runs_ = false;
  storage::ScanPattern counted_;
  TermId run_value_;  // of the last row, and how many it had so far
  uint64_t run_count_ = 0;
};

}  // namespace

OperatorResult MakeScan(const plan::PlanNode& node, const Parameters& given,
                        Context& context) {
  const auto& step = std::get<plan::ScanStep>(node.step);
  if (step.record != nullptr) return MakeRecordScan(node, given, context);
  const plan::ActiveGraph graph = Resolve(step.graph, given);
  std::array<Place, 4> places = {
      Resolve(step.subject, given), Resolve(step.predicate, given),
      Resolve(step.object, given), graph.is_default ? Place{} : graph.name};
  TripleCursor cursor;
  bool possible = true;
  for (const Place& place : places) {
    if (place.kind == Place::Kind::kConstant && !place.id.bound())
      possible = false;
  }
  if (possible) {
    SKG_ASSIGN_OR_RETURN(
        cursor,
        OpenTriples(context, graph, {places[0].id, places[1].id, places[2].id},
                    step.order, context.CountersOf(node)));
  }
  return std::make_unique<Scan>(node, places, std::move(cursor), context);
}

}  // namespace skg::query::exec
