#include "query/exec/triple_cursor.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>
#include <vector>

#include "base/status.h"
#include "query/exec/statement_filter.h"

namespace skg::query::exec {
namespace {

using rdf::TermId;
using storage::GraphScope;
using storage::InSequence;
using storage::StatementBatch;
using storage::TermOrder;

// Scans of several graphs as one, sorted by terms and then graph.
class MergedScan final : public storage::ScanCursor {
 public:
  MergedScan(std::vector<std::unique_ptr<storage::ScanCursor>> scans,
             TermOrder order)
      : order_(order) {
    for (auto& scan : scans) sources_.push_back({std::move(scan), {}, 0});
  }

  absl::StatusOr<bool> Next(StatementBatch& batch) override {
    batch.Clear();
    for (Source& source : sources_) SKG_RETURN_IF_ERROR(Fill(source));
    while (batch.size() < StatementBatch::kBatchRows) {
      Source* least = nullptr;
      for (Source& source : sources_) {
        if (source.scan == nullptr) continue;
        if (least == nullptr || KeyOf(source) < KeyOf(*least)) least = &source;
      }
      if (least == nullptr) break;
      batch.Append(least->batch.Row(least->at++));
      SKG_RETURN_IF_ERROR(Fill(*least));
    }
    return batch.size() > 0;
  }

  absl::Status Seek(TermId first, TermId second, TermId third) override {
    const std::array<TermId, 3> to = {first, second, third};
    for (Source& source : sources_) {
      while (source.scan != nullptr && source.at < source.batch.size() &&
             TermsOf(source) < to) {
        ++source.at;
      }
      if (source.scan != nullptr && source.at == source.batch.size())
        SKG_RETURN_IF_ERROR(source.scan->Seek(first, second, third));
    }
    return absl::OkStatus();
  }

 private:
  struct Source {
    std::unique_ptr<storage::ScanCursor> scan;  // null: at its end
    StatementBatch batch;
    size_t at = 0;
  };

  static absl::Status Fill(Source& source) {
    if (source.scan == nullptr || source.at < source.batch.size())
      return absl::OkStatus();
    SKG_ASSIGN_OR_RETURN(const bool more, source.scan->Next(source.batch));
    source.at = 0;
    if (!more) source.scan = nullptr;
    return absl::OkStatus();
  }
  std::array<TermId, 3> TermsOf(const Source& source) const {
    return InSequence(order_, source.batch.subject[source.at],
                      source.batch.predicate[source.at],
                      source.batch.object[source.at]);
  }
  std::tuple<std::array<TermId, 3>, TermId, uint32_t> KeyOf(
      const Source& source) const {
    return {TermsOf(source), source.batch.graph[source.at],
            source.batch.edge[source.at]};
  }

  const TermOrder order_;
  std::vector<Source> sources_;
};

// Keeps the rows of some graphs.
class ChosenGraphs final : public storage::ScanCursor {
 public:
  ChosenGraphs(std::unique_ptr<storage::ScanCursor> scan,
               const Dataset& dataset)
      : scan_(std::move(scan)), dataset_(dataset) {}

  absl::StatusOr<bool> Next(StatementBatch& batch) override {
    batch.Clear();
    while (batch.size() == 0) {
      SKG_ASSIGN_OR_RETURN(const bool more, scan_->Next(all_));
      if (!more) return false;
      for (size_t i = 0; i < all_.size(); ++i) {
        if (dataset_.Names(all_.graph[i])) batch.Append(all_.Row(i));
      }
    }
    return true;
  }
  absl::Status Seek(TermId first, TermId second, TermId third) override {
    return scan_->Seek(first, second, third);
  }

 private:
  std::unique_ptr<storage::ScanCursor> scan_;
  const Dataset& dataset_;
  StatementBatch all_;
};

// More graphs than that are read as part of all.
constexpr size_t kMostCursors = 16;

class Opener {
 public:
  Opener(Context& context, const storage::ReadView& view,
         const TriplePlaces& places, TermOrder order,
         storage::ReadCounters* counters)
      : context_(context), view_(view), places_(places) {
    options_.order = order;
    options_.counters = counters;
    options_.cancellation = context.options.cancellation;
  }

  absl::StatusOr<std::unique_ptr<storage::ScanCursor>> Open(
      GraphScope scope, TermId graph = {}) const {
    SKG_ASSIGN_OR_RETURN(
        auto scan, view_.Scan({scope, graph, places_.subject, places_.predicate,
                               places_.object},
                              options_));
    return FilterStatements(std::move(scan), view_, context_.options);
  }

  absl::StatusOr<TripleCursor> Default() const {
    const Dataset& dataset = context_.dataset;
    TripleCursor cursor;
    switch (dataset.default_graph) {
      case Dataset::DefaultGraph::kStored: {
        SKG_ASSIGN_OR_RETURN(cursor.rows, Open(GraphScope::kDefault));
        return cursor;
      }
      case Dataset::DefaultGraph::kAll: {
        SKG_ASSIGN_OR_RETURN(cursor.rows, Open(GraphScope::kUnion));
        cursor.merges_graphs = true;
        return cursor;
      }
      case Dataset::DefaultGraph::kMerge: {
        SKG_ASSIGN_OR_RETURN(cursor.rows, Several(dataset.default_graphs));
        cursor.merges_graphs = dataset.default_graphs.size() > 1;
        return cursor;
      }
    }
    return cursor;
  }

  absl::StatusOr<std::unique_ptr<storage::ScanCursor>> Named() const {
    if (!context_.dataset.named_graphs) return Open(GraphScope::kNamed);
    const std::vector<TermId>& graphs = *context_.dataset.named_graphs;
    if (graphs.size() <= kMostCursors) return Several(graphs);
    SKG_ASSIGN_OR_RETURN(auto all, Open(GraphScope::kNamed));
    return std::make_unique<ChosenGraphs>(std::move(all), context_.dataset);
  }

 private:
  absl::StatusOr<std::unique_ptr<storage::ScanCursor>> Several(
      const std::vector<TermId>& graphs) const {
    if (graphs.empty()) return std::unique_ptr<storage::ScanCursor>();
    if (graphs.size() == 1) return Open(GraphScope::kOne, graphs[0]);
    std::vector<std::unique_ptr<storage::ScanCursor>> scans;
    for (const TermId graph : graphs) {
      SKG_ASSIGN_OR_RETURN(auto scan, Open(GraphScope::kOne, graph));
      scans.push_back(std::move(scan));
    }
    return std::make_unique<MergedScan>(std::move(scans), *options_.order);
  }

  Context& context_;
  const storage::ReadView& view_;
  const TriplePlaces& places_;
  storage::ScanOptions options_;
};

}  // namespace

absl::StatusOr<TripleCursor> OpenTriples(Context& context,
                                         const plan::ActiveGraph& graph,
                                         const TriplePlaces& places,
                                         TermOrder order,
                                         storage::ReadCounters* counters,
                                         const storage::ReadView* view) {
  const Opener opener(context, view == nullptr ? context.view : *view, places,
                      order, counters);
  TripleCursor cursor;
  if (graph.all) {
    SKG_ASSIGN_OR_RETURN(cursor.rows, opener.Open(GraphScope::kUnion));
    cursor.merges_graphs = true;
    return cursor;
  }
  if (graph.is_default) return opener.Default();
  if (graph.name.kind == plan::Place::Kind::kConstant) {
    if (!context.dataset.Names(graph.name.id)) return cursor;
    SKG_ASSIGN_OR_RETURN(cursor.rows,
                         opener.Open(GraphScope::kOne, graph.name.id));
    return cursor;
  }
  SKG_ASSIGN_OR_RETURN(cursor.rows, opener.Named());
  return cursor;
}

plan::Place Resolve(const plan::Place& place, const Parameters& given) {
  return place.kind == plan::Place::Kind::kParameter
             ? plan::Place::Constant(given.Get(place.variable))
             : place;
}

plan::ActiveGraph Resolve(const plan::ActiveGraph& graph,
                          const Parameters& given) {
  return {graph.is_default, Resolve(graph.name, given), graph.all};
}

storage::TermOrder NaturalOrder(bool subject, bool predicate, bool object) {
  if (subject) return object && !predicate ? TermOrder::kOsp : TermOrder::kSpo;
  if (predicate) return TermOrder::kPos;
  return object ? TermOrder::kOsp : TermOrder::kSpo;
}

}  // namespace skg::query::exec
