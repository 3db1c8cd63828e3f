// The past of a graph: versions of one statement, and how far back it reaches.
#include "storage/history.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "engine/change.h"
#include "engine/match.h"
#include "engine/view_impl.h"
#include "skg/graph.h"
#include "storage/versions.h"

namespace skg {
namespace {

absl::StatusOr<std::vector<Change>> Versions(const engine::ViewImpl& view,
                                             const storage::StatementKey& key) {
  SKG_ASSIGN_OR_RETURN(const std::vector<storage::StatementVersion> versions,
                       storage::ReadVersions(view.view(), key));
  return engine::DecodeChanges(view.view(), view.names(), versions);
}

}  // namespace

HoldCheck::~HoldCheck() = default;

absl::StatusOr<std::vector<Change>> Graph::History(std::string_view id) const {
  SKG_ASSIGN_OR_RETURN(const Uuid uuid, engine::ParseStatementId(id));
  SKG_ASSIGN_OR_RETURN(const auto view, engine::ViewImpl::Latest(impl_));
  SKG_ASSIGN_OR_RETURN(const std::optional<storage::StatementKey> key,
                       view->view().KeyOfId(uuid));
  if (!key) {
    return absl::NotFoundError(
        absl::StrCat("no statement has or had the id ", uuid.ToString()));
  }
  return Versions(*view, *key);
}

absl::StatusOr<std::vector<Change>> Graph::History(std::string_view subject,
                                                   std::string_view predicate,
                                                   std::string_view object,
                                                   std::string_view graph,
                                                   uint32_t edge) const {
  SKG_ASSIGN_OR_RETURN(const auto view, engine::ViewImpl::Latest(impl_));
  const StatementPattern pattern{.subject = std::string(subject),
                                 .predicate = std::string(predicate),
                                 .object = std::string(object),
                                 .graph = std::string(graph)};
  SKG_ASSIGN_OR_RETURN(const engine::ResolvedPattern resolved,
                       engine::ResolvePattern(
                           pattern, view->names(), [&](const rdf::Term& term) {
                             return view->view().Lookup(term);
                           }));
  std::vector<Change> versions;
  if (!resolved.matches_nothing) {
    SKG_ASSIGN_OR_RETURN(
        versions,
        Versions(*view, {resolved.scan.graph, resolved.scan.subject,
                         resolved.scan.predicate, resolved.scan.object, edge}));
  }
  if (versions.empty()) {
    return absl::NotFoundError(absl::StrCat("the history of graph \"",
                                            av(tenant()), "/", av(name()),
                                            "\" knows no such statement"));
  }
  return versions;
}

absl::StatusOr<HistoryLimits> Graph::history_limits() const {
  SKG_ASSIGN_OR_RETURN(const storage::History history,
                       impl_->store().ReadHistory());
  return HistoryLimits{.first_state = history.horizon,
                       .first_change = impl_->store().first_logged(),
                       .kept_for = history.kept_for};
}

absl::Status Graph::KeepHistoryFor(std::optional<absl::Duration> kept_for) {
  return impl_->store().SetHistoryKept(kept_for);
}

absl::Status Graph::ForgetChangesBefore(uint64_t commit) {
  return commit == 0 ? absl::OkStatus() : impl_->store().TrimLog(commit - 1);
}

absl::Status Graph::ForgetHistoryBefore(PointInTime point) {
  if (const std::optional<uint64_t> commit = point.commit())
    return impl_->store().SetHorizon(*commit);
  SKG_ASSIGN_OR_RETURN(const storage::ReadView view,
                       impl_->store().AsOf(point.time()));
  return impl_->store().SetHorizon(view.commit());
}

}  // namespace skg
