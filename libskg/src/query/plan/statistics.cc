#include "query/plan/statistics.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "base/status.h"
#include "query/exec/triple_cursor.h"

namespace skg::query::plan {
namespace {

using storage::GraphScope;

// A parameter's graph is like any named one.
ActiveGraph Known(const ActiveGraph& graph) {
  if (graph.is_default || graph.name.kind == Place::Kind::kConstant)
    return graph;
  return {false, {}};
}

}  // namespace

Statistics::Statistics(exec::Context& context)
    : context_(context), stored_(context.view.snapshot()) {}

StatisticsCache* Statistics::CacheFor(const ActiveGraph& graph) const {
  // Another dataset has another default graph.
  const bool stored =
      !graph.is_default ||
      context_.dataset.default_graph == exec::Dataset::DefaultGraph::kStored;
  return stored ? context_.options.statistics : nullptr;
}

Statistics::Key Statistics::KeyOf(const ActiveGraph& graph,
                                  const std::array<TermId, 3>& ids) {
  const uint64_t kind = graph.all ? 2 : graph.is_default ? 0 : 1;
  return {kind, graph.name.id.bits, ids[0].bits, ids[1].bits, ids[2].bits};
}

absl::StatusOr<double> Statistics::Count(const ActiveGraph& graph,
                                         const std::array<TermId, 3>& ids) {
  const Key key = KeyOf(graph, ids);
  const auto found = counts_.find(key);
  if (found != counts_.end()) return found->second;
  StatisticsCache* const cache = CacheFor(graph);
  std::optional<double> rows;
  if (cache != nullptr) rows = cache->Rows(key, stored_.commit());
  if (!rows) {
    SKG_ASSIGN_OR_RETURN(rows, ReadCount(graph, ids));
    if (cache != nullptr) cache->SetRows(key, stored_.commit(), *rows);
  }
  counts_[key] = *rows;
  return *rows;
}

std::vector<storage::ScanPattern> Statistics::PatternsOf(
    const ActiveGraph& graph, const std::array<TermId, 3>& ids) const {
  storage::ScanPattern pattern{
      GraphScope::kDefault, {}, ids[0], ids[1], ids[2]};
  const exec::Dataset& dataset = context_.dataset;
  std::vector<TermId> graphs;
  if (graph.all) {
    pattern.scope = GraphScope::kUnion;
  } else if (!graph.is_default) {
    pattern.scope = GraphScope::kNamed;
    if (graph.name.kind == Place::Kind::kConstant) graphs = {graph.name.id};
  } else if (dataset.default_graph == exec::Dataset::DefaultGraph::kAll) {
    pattern.scope = GraphScope::kUnion;
  } else if (dataset.default_graph == exec::Dataset::DefaultGraph::kMerge) {
    graphs = dataset.default_graphs;
    if (graphs.empty()) return {};
  }
  constexpr size_t kMostGraphs = 8;
  if (graphs.size() > kMostGraphs) {
    pattern.scope = GraphScope::kNamed;
    graphs.clear();
  }
  if (graphs.empty()) graphs.emplace_back();
  std::vector<storage::ScanPattern> patterns;
  for (const TermId id : graphs) {
    if (id.bound()) {
      pattern.scope = GraphScope::kOne;
      pattern.graph = id;
    }
    patterns.push_back(pattern);
  }
  return patterns;
}

absl::StatusOr<double> Statistics::ReadCount(
    const ActiveGraph& graph, const std::array<TermId, 3>& ids) const {
  double rows = 0;
  for (const storage::ScanPattern& pattern : PatternsOf(graph, ids)) {
    SKG_ASSIGN_OR_RETURN(const storage::Counts counts,
                         stored_.Count(pattern, context_.options.cancellation));
    rows += static_cast<double>(counts.triples);
  }
  return rows;
}

absl::StatusOr<double> Statistics::CountRanges(const ScanStep& scan,
                                               IdRanges* ranges) const {
  std::array<TermId, 3> ids;
  const Place* places[] = {&scan.subject, &scan.predicate, &scan.object};
  for (size_t i = 0; i < 3; ++i) {
    if (places[i]->kind == Place::Kind::kConstant) ids[i] = places[i]->id;
  }
  const std::vector<storage::ScanPattern> patterns =
      PatternsOf(Known(scan.graph), ids);
  double rows = 0;
  IdRanges met;
  for (const IdRange& range : *ranges) {
    uint64_t statements = 0, triples = 0;
    for (const storage::ScanPattern& pattern : patterns) {
      SKG_ASSIGN_OR_RETURN(
          const storage::Counts counts,
          stored_.CountRange(pattern, scan.order, {range.first, range.last},
                             context_.options.cancellation));
      statements += counts.statements;
      triples += counts.triples;
    }
    rows += static_cast<double>(triples);
    if (statements > 0 || context_.view.in_transaction()) met.push_back(range);
  }
  *ranges = std::move(met);
  return rows;
}

absl::StatusOr<std::array<double, 3>> Statistics::Distinct(
    const ActiveGraph& graph, const std::array<TermId, 3>& ids, double rows) {
  const Key key = KeyOf(graph, ids);
  const auto found = distincts_.find(key);
  if (found != distincts_.end()) return found->second;
  StatisticsCache* const cache = CacheFor(graph);
  std::optional<std::array<double, 3>> distinct;
  if (cache != nullptr) distinct = cache->Distinct(key, rows);
  if (!distinct) {
    SKG_ASSIGN_OR_RETURN(distinct, ReadDistinct(graph, ids, rows));
    if (cache != nullptr) cache->SetDistinct(key, rows, *distinct);
  }
  distincts_[key] = *distinct;
  return *distinct;
}

absl::StatusOr<std::array<double, 3>> Statistics::ReadDistinct(
    const ActiveGraph& graph, const std::array<TermId, 3>& ids,
    double rows) const {
  const storage::TermOrder order =
      exec::NaturalOrder(ids[0].bound(), ids[1].bound(), ids[2].bound());
  SKG_ASSIGN_OR_RETURN(
      const exec::TripleCursor cursor,
      exec::OpenTriples(context_, graph, {ids[0], ids[1], ids[2]}, order,
                        nullptr, &stored_));
  storage::StatementBatch batch;
  if (cursor.rows != nullptr)
    SKG_RETURN_IF_ERROR(cursor.rows->Next(batch).status());
  const auto seen = static_cast<double>(batch.size());
  // The first free place of the order.
  const size_t leading =
      order == storage::TermOrder::kSpo   ? (ids[0].bound() ? 1 : 0)
      : order == storage::TermOrder::kPos ? (ids[2].bound() ? 0 : 2)
                                          : (ids[0].bound() ? 1 : 0);
  std::array<double, 3> distinct = {1, 1, 1};
  const storage::BatchColumn<TermId>* columns[] = {
      &batch.subject, &batch.predicate, &batch.object};
  for (size_t i = 0; i < 3; ++i) {
    if (ids[i].bound() || seen == 0) continue;
    const absl::flat_hash_set<TermId> values(columns[i]->begin(),
                                             columns[i]->end());
    const auto met = static_cast<double>(values.size());
    // Few values among many rows are probably nearly all there are, unless the
    // rows are sorted by them.
    constexpr double kFew = 0.3;
    const bool few = i != leading && met < kFew * seen;
    distinct[i] = seen >= rows ? met : few ? met * 1.5 : rows * met / seen;
    distinct[i] = std::clamp(distinct[i], 1.0, std::max(1.0, rows));
  }
  return distinct;
}

absl::StatusOr<Statistics::ScanEstimate> Statistics::Estimate(
    const ScanStep& scan, bool want_distinct) {
  const ActiveGraph graph = Known(scan.graph);
  const Place* places[] = {&scan.subject, &scan.predicate, &scan.object};
  std::array<TermId, 3> ids;
  bool parameters = false;
  for (size_t i = 0; i < 3; ++i) {
    if (places[i]->kind == Place::Kind::kConstant) ids[i] = places[i]->id;
    parameters = parameters || places[i]->kind == Place::Kind::kParameter;
  }
  ScanEstimate estimate;
  SKG_ASSIGN_OR_RETURN(estimate.rows, Count(graph, ids));
  if (!want_distinct && !parameters) return estimate;
  SKG_ASSIGN_OR_RETURN(estimate.distinct, Distinct(graph, ids, estimate.rows));
  for (size_t i = 0; i < 3; ++i) {
    if (places[i]->kind == Place::Kind::kParameter)
      estimate.rows /= estimate.distinct[i];
  }
  for (double& distinct : estimate.distinct)
    distinct = std::clamp(distinct, 1.0, std::max(1.0, estimate.rows));
  return estimate;
}

}  // namespace skg::query::plan
