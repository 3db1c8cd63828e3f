// Graph::Diff: what differs between two views.
#include <iterator>
#include <optional>
#include <utility>

#include "base/status.h"
#include "engine/cursor_next.h"
#include "engine/diff_impl.h"
#include "skg/graph.h"

namespace skg {
namespace engine {

DiffImpl::DiffImpl(std::shared_ptr<const ViewImpl> from,
                   std::shared_ptr<const ViewImpl> to,
                   const ResolvedPattern& pattern, const DiffOptions& options)
    : from_(std::move(from)),
      to_(std::move(to)),
      pattern_(pattern),
      cancellation_(options.deadline, options.stop),
      decode_before_(from_->view(), from_->names(),
                     {.metadata = options.include_metadata,
                      .identity = options.include_identity}),
      decode_after_(to_->view(), to_->names(),
                    {.metadata = options.include_metadata,
                     .identity = options.include_identity}) {}

absl::StatusOr<std::unique_ptr<DiffImpl>> DiffImpl::Open(
    std::shared_ptr<const ViewImpl> from, std::shared_ptr<const ViewImpl> to,
    const StatementPattern& pattern, const DiffOptions& options) {
  SKG_ASSIGN_OR_RETURN(
      const ResolvedPattern resolved,
      ResolvePattern(pattern, to->names(), [&to](const rdf::Term& term) {
        return to->view().Lookup(term);
      }));
  std::unique_ptr<DiffImpl> diff(
      new DiffImpl(std::move(from), std::move(to), resolved, options));
  if (resolved.matches_nothing) return diff;
  storage::RowFilter filter;
  if (!resolved.takes_all_rows()) {
    filter = [pattern = &diff->pattern_](const storage::ReadView& view,
                                         const storage::StatementRow& row) {
      return pattern->Takes(view, row);
    };
  }
  SKG_ASSIGN_OR_RETURN(
      diff->cursor_, storage::DiffCursor::Open(
                         diff->from_->view(), diff->to_->view(), resolved.scan,
                         std::move(filter), &diff->cancellation_));
  return diff;
}

absl::StatusOr<bool> DiffImpl::Next(std::vector<Difference>& batch) {
  return NextBatchOrFailure(failed_, batch, [&] { return NextBatch(batch); });
}

absl::StatusOr<bool> DiffImpl::NextBatch(std::vector<Difference>& batch) {
  if (!cursor_) return false;
  std::vector<storage::RowDifference> rows;
  SKG_ASSIGN_OR_RETURN(const bool more, cursor_->Next(rows));
  if (!more) return false;
  std::vector<storage::StatementRow> before, after;
  for (const storage::RowDifference& row : rows) {
    if (row.before) before.push_back(*row.before);
    if (row.after) after.push_back(*row.after);
  }
  std::vector<Statement> old_statements, new_statements;
  SKG_RETURN_IF_ERROR(decode_before_.Decode(before, old_statements));
  SKG_RETURN_IF_ERROR(decode_after_.Decode(after, new_statements));
  auto next_old = old_statements.begin();
  auto next_new = new_statements.begin();
  batch.reserve(rows.size());
  for (const storage::RowDifference& row : rows) {
    Difference& difference = batch.emplace_back();
    difference.kind = !row.before  ? Difference::Kind::kAdded
                      : !row.after ? Difference::Kind::kRemoved
                                   : Difference::Kind::kChanged;
    if (row.before) difference.before = std::move(*next_old++);
    if (row.after) difference.after = std::move(*next_new++);
  }
  return true;
}

}  // namespace engine

using engine::DiffImpl;
using engine::ViewImpl;

DifferenceCursor::DifferenceCursor(std::unique_ptr<DiffImpl> impl)
    : impl_(std::move(impl)) {}
DifferenceCursor::DifferenceCursor(DifferenceCursor&&) noexcept = default;
DifferenceCursor& DifferenceCursor::operator=(DifferenceCursor&&) noexcept =
    default;
DifferenceCursor::~DifferenceCursor() = default;

absl::StatusOr<bool> DifferenceCursor::Next(std::vector<Difference>& batch) {
  return impl_->Next(batch);
}

absl::StatusOr<std::vector<Difference>> DifferenceCursor::ToVector() {
  std::vector<Difference> all;
  std::vector<Difference> batch;
  while (true) {
    SKG_ASSIGN_OR_RETURN(const bool more, impl_->Next(batch));
    if (!more) return all;
    all.insert(all.end(), std::make_move_iterator(batch.begin()),
               std::make_move_iterator(batch.end()));
  }
}

absl::StatusOr<DifferenceCursor> Graph::Diff(const ReadView& from,
                                             const ReadView& to,
                                             const StatementPattern& pattern,
                                             const DiffOptions& options) const {
  for (const ReadView* view : {&from, &to}) {
    if (ViewImpl::Of(*view)->graph().uuid() != uuid()) {
      return absl::InvalidArgumentError(
          "a view to compare is of another graph; compare two of this one");
    }
  }
  SKG_ASSIGN_OR_RETURN(
      std::unique_ptr<DiffImpl> impl,
      DiffImpl::Open(ViewImpl::Of(from), ViewImpl::Of(to), pattern, options));
  return DifferenceCursor(std::move(impl));
}

}  // namespace skg
