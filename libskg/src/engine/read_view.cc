#include "skg/read_view.h"

#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "base/uuid.h"
#include "engine/graph_view_maker.h"
#include "engine/match.h"
#include "engine/statement_decoder.h"
#include "engine/view_impl.h"

namespace skg {
namespace engine {

absl::StatusOr<std::shared_ptr<const ViewImpl>> ViewImpl::Latest(
    std::shared_ptr<const GraphImpl> graph) {
  SKG_ASSIGN_OR_RETURN(storage::ReadView view, graph->store().Latest());
  return std::make_shared<const ViewImpl>(std::move(graph), std::move(view));
}

absl::StatusOr<std::shared_ptr<const ViewImpl>> ViewImpl::AsOf(
    std::shared_ptr<const GraphImpl> graph,
    const std::optional<PointInTime>& point) {
  if (!point) return Latest(std::move(graph));
  const storage::GraphStore& store = graph->store();
  const std::optional<uint64_t> commit = point->commit();
  SKG_ASSIGN_OR_RETURN(storage::ReadView view, commit
                                                   ? store.AsOf(*commit)
                                                   : store.AsOf(point->time()));
  return std::make_shared<const ViewImpl>(std::move(graph), std::move(view));
}

StatementCursor ViewImpl::WrapCursor(std::unique_ptr<CursorImpl> impl) {
  return StatementCursor(std::move(impl));
}

namespace {

absl::StatusOr<ResolvedPattern> Resolve(const ViewImpl& view,
                                        const StatementPattern& pattern) {
  return ResolvePattern(pattern, view.names(), [&view](const rdf::Term& term) {
    return view.view().Lookup(term);
  });
}

// The distinct terms that stand first in a term order. A term with more rows
// than a batch holds is left behind by a seek.
absl::StatusOr<uint64_t> CountFirstTerms(const storage::ReadView& view,
                                         storage::TermOrder order) {
  SKG_ASSIGN_OR_RETURN(
      const auto cursor,
      view.Scan({}, {.order = order, .cancellation = nullptr}));
  storage::StatementBatch batch;
  uint64_t count = 0;
  rdf::TermId last;
  while (true) {
    SKG_ASSIGN_OR_RETURN(const bool more, cursor->Next(batch));
    if (!more) return count;
    const storage::BatchColumn<rdf::TermId>& terms =
        order == storage::TermOrder::kSpo   ? batch.subject
        : order == storage::TermOrder::kPos ? batch.predicate
                                            : batch.object;
    for (const rdf::TermId term : terms) {
      if (term == last) continue;
      last = term;
      ++count;
    }
    const bool one_term = terms.front() == terms.back();
    if (one_term && terms.size() == storage::StatementBatch::kBatchRows) {
      SKG_RETURN_IF_ERROR(cursor->Seek(rdf::TermId{last.bits + 1}, {}, {}));
    }
  }
}

absl::StatusOr<GraphStats> ComputeStats(const storage::ReadView& view) {
  GraphStats stats;
  SKG_ASSIGN_OR_RETURN(const storage::Counts counts, view.Count({}));
  stats.statements = counts.statements;
  stats.triples = counts.triples;
  SKG_ASSIGN_OR_RETURN(stats.subjects,
                       CountFirstTerms(view, storage::TermOrder::kSpo));
  SKG_ASSIGN_OR_RETURN(stats.predicates,
                       CountFirstTerms(view, storage::TermOrder::kPos));
  SKG_ASSIGN_OR_RETURN(stats.objects,
                       CountFirstTerms(view, storage::TermOrder::kOsp));
  return stats;
}

}  // namespace
}  // namespace engine

using engine::CursorImpl;
using engine::ViewImpl;

StatementCursor::StatementCursor(std::unique_ptr<CursorImpl> impl)
    : impl_(std::move(impl)) {}
StatementCursor::StatementCursor(StatementCursor&&) noexcept = default;
StatementCursor& StatementCursor::operator=(StatementCursor&&) noexcept =
    default;
StatementCursor::~StatementCursor() = default;

absl::StatusOr<bool> StatementCursor::Next(std::vector<Statement>& batch) {
  return impl_->Next(batch);
}

absl::StatusOr<std::vector<Statement>> StatementCursor::ToVector() {
  std::vector<Statement> all;
  std::vector<Statement> batch;
  while (true) {
    SKG_ASSIGN_OR_RETURN(const bool more, impl_->Next(batch));
    if (!more) return all;
    all.insert(all.end(), std::make_move_iterator(batch.begin()),
               std::make_move_iterator(batch.end()));
  }
}

ReadView::ReadView(std::shared_ptr<const ViewImpl> impl)
    : impl_(std::move(impl)) {}
ReadView::ReadView(const ReadView&) = default;
ReadView::ReadView(ReadView&&) noexcept = default;
ReadView& ReadView::operator=(const ReadView&) = default;
ReadView& ReadView::operator=(ReadView&&) noexcept = default;
ReadView::~ReadView() = default;

uint64_t ReadView::commit() const { return impl_->view().commit(); }
absl::Time ReadView::time() const { return impl_->view().commit_time(); }

absl::StatusOr<StatementCursor> ReadView::Match(
    const StatementPattern& pattern, const MatchOptions& options) const {
  SKG_ASSIGN_OR_RETURN(const engine::ResolvedPattern resolved,
                       engine::Resolve(*impl_, pattern));
  engine::MatchSource source;
  source.view = &impl_->view();
  source.names = &impl_->names();
  source.owner = impl_;
  source.sort_budget_bytes = impl_->graph().engine().sort_budget_bytes();
  source.memory = &impl_->graph().engine().memory();
  SKG_ASSIGN_OR_RETURN(std::unique_ptr<CursorImpl> cursor,
                       CursorImpl::Open(std::move(source), resolved, options));
  return ViewImpl::WrapCursor(std::move(cursor));
}

absl::StatusOr<GraphView> ReadView::View(
    const GraphViewOptions& options) const {
  return engine::MakeGraphView(*impl_, options);
}

absl::StatusOr<uint64_t> ReadView::Count(
    const StatementPattern& pattern) const {
  SKG_ASSIGN_OR_RETURN(const engine::ResolvedPattern resolved,
                       engine::Resolve(*impl_, pattern));
  return engine::CountMatches(impl_->view(), resolved);
}

absl::StatusOr<Statement> ReadView::Get(std::string_view id) const {
  SKG_ASSIGN_OR_RETURN(const Uuid uuid, engine::ParseStatementId(id));
  SKG_ASSIGN_OR_RETURN(const std::optional<storage::StatementRow> row,
                       impl_->view().FindById(uuid));
  if (!row) {
    return absl::NotFoundError(
        absl::StrCat("no statement has the id ", uuid.ToString()));
  }
  engine::StatementDecoder decoder(impl_->view(), impl_->names(),
                                   {.metadata = true, .identity = true});
  std::vector<Statement> statements;
  SKG_RETURN_IF_ERROR(decoder.Decode(std::array{*row}, statements));
  return std::move(statements.front());
}

absl::StatusOr<GraphStats> ReadView::Stats() const {
  if (const auto known = impl_->graph().CachedStats(commit())) return *known;
  SKG_ASSIGN_OR_RETURN(const GraphStats stats,
                       engine::ComputeStats(impl_->view()));
  impl_->graph().CacheStats(commit(), stats);
  return stats;
}

}  // namespace skg
