// The scan of one triple pattern together with the statements' records.
#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/status.h"
#include "query/exec/operators.h"
#include "query/exec/record_reader.h"
#include "query/exec/statement_filter.h"
#include "query/exec/triple_cursor.h"
#include "storage/store.h"

namespace skg::query::exec {
namespace {

using plan::Place;
using rdf::TermId;
using storage::StatementBatch;
using storage::StatementRow;

// The one statement that an id names, as a scan.
class OneRow final : public storage::ScanCursor {
 public:
  explicit OneRow(const StatementRow& row) : row_(row) {}
  absl::StatusOr<bool> Next(StatementBatch& batch) override {
    batch.Clear();
    if (!row_) return false;
    batch.Append(*row_);
    row_.reset();
    return true;
  }
  absl::Status Seek(TermId, TermId, TermId) override {
    return absl::OkStatus();
  }

 private:
  std::optional<StatementRow> row_;
};

// Rows that a transaction itself has written: the index of ids lacks them.
class OwnRows final : public storage::ScanCursor {
 public:
  OwnRows(std::unique_ptr<storage::ScanCursor> scan, uint64_t last_commit)
      : scan_(std::move(scan)), last_commit_(last_commit) {}
  absl::StatusOr<bool> Next(StatementBatch& batch) override {
    batch.Clear();
    while (batch.size() == 0) {
      SKG_ASSIGN_OR_RETURN(const bool more, scan_->Next(all_));
      if (!more) return false;
      for (size_t i = 0; i < all_.size(); ++i) {
        if (IsOwnRow(all_.commit[i], last_commit_)) batch.Append(all_.Row(i));
      }
    }
    return true;
  }
  absl::Status Seek(TermId first, TermId second, TermId third) override {
    return scan_->Seek(first, second, third);
  }

 private:
  std::unique_ptr<storage::ScanCursor> scan_;
  const uint64_t last_commit_;
  StatementBatch all_;
};

bool InDefaultGraph(const Dataset& dataset, TermId graph) {
  switch (dataset.default_graph) {
    case Dataset::DefaultGraph::kStored:
      return !graph.bound();
    case Dataset::DefaultGraph::kAll:
      return true;
    case Dataset::DefaultGraph::kMerge:
      return graph.bound() &&
             std::binary_search(dataset.default_graphs.begin(),
                                dataset.default_graphs.end(), graph);
  }
  return false;
}

bool Holds(const Context& context, const plan::ActiveGraph& active,
           TermId graph) {
  if (active.is_default) return InDefaultGraph(context.dataset, graph);
  if (active.name.kind == Place::Kind::kConstant && active.name.id != graph)
    return false;
  return context.dataset.Names(graph);
}

// Null: there is no such statement. Cost: a read; for an id that the index does
// not have, a scan of `places` whose rows are not looked at more closely.
absl::StatusOr<std::unique_ptr<storage::ScanCursor>> OpenById(
    Context& context, const plan::ActiveGraph& active,
    const TriplePlaces& places, storage::TermOrder order, TermId reifier,
    storage::ReadCounters* counters) {
  std::vector<rdf::Term> terms;
  SKG_RETURN_IF_ERROR(context.terms.Decode({&reifier, 1}, &terms));
  const std::optional<Uuid> id = StatementIdOf(terms[0]);
  std::unique_ptr<storage::ScanCursor> rows;
  if (!id) return rows;
  SKG_ASSIGN_OR_RETURN(const std::optional<StatementRow> row,
                       context.view.FindById(*id));
  if (!row) {
    SKG_ASSIGN_OR_RETURN(TripleCursor cursor,
                         OpenTriples(context, active, places, order, counters));
    if (cursor.rows == nullptr) return rows;
    return std::make_unique<OwnRows>(std::move(cursor.rows),
                                     context.view.commit());
  }
  if (!Holds(context, active, row->key.graph)) return rows;
  rows = std::make_unique<OneRow>(*row);
  return FilterStatements(std::move(rows), context.view, context.options);
}

class RecordScan final : public Operator {
 public:
  RecordScan(const plan::PlanNode& node, std::vector<Place> places,
             std::unique_ptr<storage::ScanCursor> rows, Context& context)
      : Operator(node, context),
        record_(*std::get<plan::ScanStep>(node.step).record),
        places_(std::move(places)),
        rows_(std::move(rows)),
        reader_(context),
        values_(places_.size()) {
    for (const Variable v : node.schema) {
      size_t i = 0;
      while (places_[i].kind != Place::Kind::kVariable ||
             places_[i].variable != v) {
        ++i;
      }
      sources_.push_back(i);
    }
    for (size_t i = 0; i < places_.size(); ++i) same_as_.push_back(FirstAs(i));
  }

  // Subject, predicate, object, graph; then reifier, reified, and the values.
  static constexpr size_t kReifier = 4, kReified = 5, kFirstValue = 6;

 protected:
  absl::StatusOr<bool> Pull(Batch& batch) override {
    if (rows_ == nullptr) return false;
    SKG_ASSIGN_OR_RETURN(const bool more, rows_->Next(statements_));
    if (!more) return false;
    for (size_t i = 0; i < statements_.size(); ++i) {
      SKG_RETURN_IF_ERROR(Tick());
      if (statements_.weight[i] < record_.min_weight ||
          statements_.weight[i] > record_.max_weight) {
        continue;
      }
      SKG_ASSIGN_OR_RETURN(const bool fits, Fits(statements_.Row(i)));
      if (!fits) continue;
      for (size_t c = 0; c < sources_.size(); ++c)
        batch.columns[c].push_back(values_[sources_[c]]);
      ++batch.rows;
    }
    return true;
  }

 private:
  // A row may be a read or more.
  absl::Status Tick() {
    constexpr uint32_t kRowsPerCheck = 64;
    return ++ticks_ % kRowsPerCheck == 0 ? context().Check() : absl::OkStatus();
  }

  size_t FirstAs(size_t i) const {
    if (places_[i].kind != Place::Kind::kVariable) return i;
    size_t first = 0;
    while (places_[first].kind != Place::Kind::kVariable ||
           places_[first].variable != places_[i].variable) {
      ++first;
    }
    return first;
  }

  // Fills `values_` as far as they are wanted, the cheap ones first.
  absl::StatusOr<bool> Fits(const StatementRow& row) {
    reader_.Begin(row);
    values_[0] = row.key.subject;
    values_[1] = row.key.predicate;
    values_[2] = row.key.object;
    values_[3] = row.key.graph;
    for (size_t i = 0; i < 4; ++i) {
      if (!IsRight(i)) return false;
    }
    for (size_t i = kFirstValue; i < places_.size(); ++i) {
      SKG_ASSIGN_OR_RETURN(
          values_[i], reader_.Read(record_.values[i - kFirstValue].property));
      if (!values_[i].bound() || !IsRight(i)) return false;
    }
    if (places_[kReifier].kind != Place::Kind::kAny) {
      SKG_ASSIGN_OR_RETURN(values_[kReifier], reader_.Reifier());
      if (!IsRight(kReifier)) return false;
    }
    if (places_[kReified].kind != Place::Kind::kAny) {
      SKG_ASSIGN_OR_RETURN(values_[kReified], reader_.Reified());
      if (!IsRight(kReified)) return false;
    }
    return SameWhereEqual();
  }
  [[nodiscard]] bool IsRight(size_t i) const {
    return places_[i].kind != Place::Kind::kConstant ||
           places_[i].id == values_[i];
  }
  [[nodiscard]] bool SameWhereEqual() const {
    for (size_t i = 0; i < places_.size(); ++i) {
      if (values_[i] != values_[same_as_[i]]) return false;
    }
    return true;
  }

  const plan::RecordColumns& record_;
  const std::vector<Place> places_;
  std::unique_ptr<storage::ScanCursor> rows_;
  RecordReader reader_;
  std::vector<TermId> values_;
  std::vector<size_t> sources_;  // of each output column
  std::vector<size_t> same_as_;  // the first place of the same variable
  StatementBatch statements_;
  uint32_t ticks_ = 0;
};

}  // namespace

OperatorResult MakeRecordScan(const plan::PlanNode& node,
                              const Parameters& given, Context& context) {
  const auto& step = std::get<plan::ScanStep>(node.step);
  const plan::ActiveGraph graph = Resolve(step.graph, given);
  std::vector<Place> places = {Resolve(step.subject, given),
                               Resolve(step.predicate, given),
                               Resolve(step.object, given),
                               graph.is_default ? Place{} : graph.name,
                               Resolve(step.record->reifier, given),
                               Resolve(step.record->reified, given)};
  for (const plan::RecordColumns::Value& value : step.record->values)
    places.push_back(Resolve(value.place, given));
  bool possible = true;
  for (const Place& place : places) {
    if (place.kind == Place::Kind::kConstant && !place.id.bound())
      possible = false;
  }
  std::unique_ptr<storage::ScanCursor> rows;
  const Place& reifier = places[RecordScan::kReifier];
  if (possible && reifier.kind == Place::Kind::kConstant &&
      context.view.description().statement_ids) {
    SKG_ASSIGN_OR_RETURN(
        rows,
        OpenById(context, graph, {places[0].id, places[1].id, places[2].id},
                 step.order, reifier.id, context.CountersOf(node)));
  } else if (possible) {
    SKG_ASSIGN_OR_RETURN(
        TripleCursor cursor,
        OpenTriples(context, graph, {places[0].id, places[1].id, places[2].id},
                    step.order, context.CountersOf(node)));
    rows = std::move(cursor.rows);
  }
  return std::make_unique<RecordScan>(node, std::move(places), std::move(rows),
                                      context);
}

}  // namespace skg::query::exec
