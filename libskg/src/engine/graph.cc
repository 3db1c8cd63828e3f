#include "skg/graph.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "engine/commit_builder.h"
#include "engine/graph_impl.h"
#include "engine/read_back.h"
#include "engine/request_hash.h"
#include "engine/subscription_impl.h"
#include "engine/transaction_impl.h"
#include "engine/view_impl.h"
#include "query/patterns/pattern_query.h"
#include "skg/field_error.h"

namespace skg {

using engine::CommitBuilder;
using engine::GraphImpl;
using engine::RequestHash;
using engine::SubscriptionImpl;
using engine::TransactionImpl;
using engine::ViewImpl;

namespace {

// Their outcomes are stored with the key, a byte each, in one value.
constexpr size_t kMaxStatementsUnderKey = 1'000'000;

}  // namespace

Graph::Graph(std::shared_ptr<GraphImpl> impl) : impl_(std::move(impl)) {}
Graph::Graph(const Graph&) = default;
Graph::Graph(Graph&&) noexcept = default;
Graph& Graph::operator=(const Graph&) = default;
Graph& Graph::operator=(Graph&&) noexcept = default;
Graph::~Graph() = default;

std::string_view Graph::tenant() const {
  return impl_->store().description().tenant;
}
std::string_view Graph::name() const {
  return impl_->store().description().name;
}
std::string_view Graph::uuid() const { return impl_->uuid(); }
std::string_view Graph::base_namespace() const { return impl_->names().base(); }

absl::StatusOr<CommitResult> Graph::Add(const NewStatement& statement,
                                        const CommitOptions& options,
                                        Statement* stored) {
  SKG_RETURN_IF_ERROR(engine::CheckCommitOptions(options));
  CommitBuilder builder(impl_->store(), impl_->names());
  std::string hash;
  if (!options.idempotency_key.empty()) {
    RequestHash request;
    request.Add(statement, options.skip_duplicates);
    hash = request.Finish();
    builder.NameBlankNodesAfter(options.idempotency_key, hash);
  }
  SKG_RETURN_IF_ERROR(builder.Add(statement, options.skip_duplicates));
  SKG_ASSIGN_OR_RETURN(
      storage::CommitOutcome outcome,
      builder.Commit(impl_->store(), impl_->DurabilityOf(options),
                     options.idempotency_key, hash));
  if (stored != nullptr) {
    SKG_ASSIGN_OR_RETURN(
        *stored, engine::ReadBack(*impl_, builder, statement, outcome.result));
  }
  return outcome.result;
}

absl::StatusOr<CommitResult> Graph::AddBatch(
    std::span<const NewStatement> statements, const CommitOptions& options,
    std::vector<Outcome>* outcomes) {
  if (outcomes != nullptr) outcomes->clear();
  SKG_RETURN_IF_ERROR(engine::CheckCommitOptions(options));
  CommitBuilder builder(impl_->store(), impl_->names());
  std::string hash;
  if (!options.idempotency_key.empty()) {
    if (statements.size() > kMaxStatementsUnderKey) {
      return absl::InvalidArgumentError(
          absl::StrCat("a batch under an idempotency key has at most ",
                       kMaxStatementsUnderKey, " statements, not ",
                       statements.size(), "; split it"));
    }
    RequestHash request;
    for (const NewStatement& statement : statements) {
      request.Add(statement, options.skip_duplicates);
    }
    hash = request.Finish();
    builder.NameBlankNodesAfter(options.idempotency_key, hash);
  }
  SKG_RETURN_IF_ERROR(builder.Expect(statements.size()));
  for (size_t i = 0; i < statements.size(); ++i) {
    SKG_RETURN_IF_ERROR(builder.Add(statements[i], options.skip_duplicates, i));
  }
  // Under a key the outcomes are stored whether or not they are asked for now:
  // a repetition may ask for them.
  const bool want_outcomes =
      outcomes != nullptr || !options.idempotency_key.empty();
  SKG_ASSIGN_OR_RETURN(
      storage::CommitOutcome outcome,
      builder.Commit(impl_->store(), impl_->DurabilityOf(options),
                     options.idempotency_key, hash, want_outcomes));
  if (outcomes != nullptr) *outcomes = std::move(outcome.outcomes);
  return outcome.result;
}

absl::StatusOr<CommitResult> Graph::Remove(std::string_view subject,
                                           std::string_view predicate,
                                           std::string_view object,
                                           std::string_view graph,
                                           const CommitOptions& options) {
  SKG_RETURN_IF_ERROR(engine::CheckCommitOptions(options));
  CommitBuilder builder(impl_->store(), impl_->names());
  SKG_RETURN_IF_ERROR(builder.Remove(subject, predicate, object, graph));
  std::string hash;
  if (!options.idempotency_key.empty()) {
    RequestHash request;
    request.Remove(subject, predicate, object, graph);
    hash = request.Finish();
  }
  SKG_ASSIGN_OR_RETURN(
      storage::CommitOutcome outcome,
      builder.Commit(impl_->store(), impl_->DurabilityOf(options),
                     options.idempotency_key, hash));
  return outcome.result;
}

absl::StatusOr<CommitResult> Graph::Clear(const ClearTarget& target,
                                          const CommitOptions& options) {
  SKG_RETURN_IF_ERROR(engine::CheckCommitOptions(options));
  CommitBuilder builder(impl_->store(), impl_->names());
  SKG_RETURN_IF_ERROR(builder.Clear(target));
  std::string hash;
  if (!options.idempotency_key.empty()) {
    RequestHash request;
    request.Clear(target);
    hash = request.Finish();
  }
  SKG_ASSIGN_OR_RETURN(
      storage::CommitOutcome outcome,
      builder.Commit(impl_->store(), impl_->DurabilityOf(options),
                     options.idempotency_key, hash));
  return outcome.result;
}

absl::StatusOr<Transaction> Graph::Begin() {
  SKG_ASSIGN_OR_RETURN(storage::Transaction transaction,
                       impl_->store().Begin());
  return Transaction(
      std::make_unique<TransactionImpl>(impl_, std::move(transaction)));
}

absl::StatusOr<CommitResult> Graph::Apply(Transaction transaction,
                                          const CommitOptions& options) {
  SKG_RETURN_IF_ERROR(engine::CheckCommitOptions(options));
  if (transaction.impl_ == nullptr) {
    return absl::FailedPreconditionError(
        "the transaction is used up; begin another one");
  }
  if (transaction.impl_->graph().uuid() != impl_->uuid()) {
    return absl::InvalidArgumentError(
        "the transaction began on another graph; apply it to that one");
  }
  if (options.skip_duplicates) {
    return absl::InvalidArgumentError(
        "skip_duplicates: each add of a transaction says itself whether it "
        "replaces; use"
        " AddIfAbsent");
  }
  return transaction.impl_->Commit(options);
}

absl::StatusOr<ReadView> Graph::Latest() const {
  SKG_ASSIGN_OR_RETURN(std::shared_ptr<const ViewImpl> view,
                       ViewImpl::Latest(impl_));
  return ViewImpl::Wrap(std::move(view));
}

absl::StatusOr<ReadView> Graph::AsOf(PointInTime point) const {
  SKG_ASSIGN_OR_RETURN(std::shared_ptr<const ViewImpl> view,
                       ViewImpl::AsOf(impl_, point));
  return ViewImpl::Wrap(std::move(view));
}

absl::StatusOr<StatementCursor> Graph::Match(
    const StatementPattern& pattern, const MatchOptions& options) const {
  SKG_ASSIGN_OR_RETURN(const ReadView view, Latest());
  return view.Match(pattern, options);
}

absl::StatusOr<uint64_t> Graph::Count(const StatementPattern& pattern) const {
  SKG_ASSIGN_OR_RETURN(const ReadView view, Latest());
  return view.Count(pattern);
}

absl::StatusOr<GraphView> Graph::View(const GraphViewOptions& options) const {
  SKG_ASSIGN_OR_RETURN(const ReadView view, Latest());
  return view.View(options);
}

absl::Status Graph::Compact() {
  return impl_->engine().store().Compact(impl_->store());
}

absl::StatusOr<Statement> Graph::Get(std::string_view id) const {
  SKG_ASSIGN_OR_RETURN(const ReadView view, Latest());
  return view.Get(id);
}

absl::StatusOr<PatternResult> Graph::QueryJson(
    std::string_view document, const PatternQueryOptions& options) const {
  SKG_ASSIGN_OR_RETURN(const query::PatternQuery query,
                       query::ParsePatternQuery(document, options));
  const auto view = ViewImpl::AsOf(impl_, query.as_of);
  if (absl::IsOutOfRange(view.status()) && !options.as_of) {
    return FieldErrorStatus(
        {{{"as_of"}, std::string(sv(view.status().message())), "out_of_range"}},
        absl::StatusCode::kOutOfRange);
  }
  SKG_RETURN_IF_ERROR(view.status());
  return query::RunPatternQuery((*view)->view(), impl_->names(), query, options,
                                {.memory = &impl_->engine().memory()});
}

absl::StatusOr<Subscription> Graph::Watch(
    const StatementPattern& pattern, uint64_t after_commit,
    std::function<void(const Change&)> on_change) const {
  SKG_ASSIGN_OR_RETURN(std::unique_ptr<SubscriptionImpl> impl,
                       SubscriptionImpl::Start(impl_, pattern, after_commit,
                                               std::move(on_change)));
  return Subscription(std::move(impl));
}

}  // namespace skg
