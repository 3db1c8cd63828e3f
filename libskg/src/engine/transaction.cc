#include "skg/transaction.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "engine/clear_target.h"
#include "engine/statement_input.h"
#include "engine/transaction_impl.h"
#include "engine/view_impl.h"
#include "skg/field_error.h"

namespace skg {
namespace engine {
namespace {

// The terms of one statement, as far as they can be read.
struct TermReader {
  const rdf::NameSpace& names;
  const HashedBlankNodes& blank_nodes;
  std::vector<FieldError>& errors;

  rdf::Term Read(const char* field, std::string_view name,
                 std::string_view (*kind_error)(rdf::TermKind)) {
    absl::StatusOr<rdf::Term> term = names.ToTerm(name);
    if (!term.ok()) {
      errors.push_back(
          {{field}, std::string(sv(term.status().message())), "malformed"});
      return {};
    }
    if (kind_error != nullptr) {
      const std::string_view problem = kind_error(term->kind);
      if (!problem.empty())
        errors.push_back({{field}, std::string(problem), "wrong_type"});
    }
    blank_nodes.Resolve(*term);
    return *std::move(term);
  }

  void CheckSize(const storage::GraphStore& store, const char* field,
                 const rdf::Term& term) {
    if (const absl::Status size = store.CheckTermSize(term); !size.ok())
      errors.push_back({{field}, std::string(sv(size.message())), "too_long"});
  }
};

}  // namespace

absl::Status TransactionImpl::Add(const NewStatement& statement,
                                  bool if_absent) {
  std::vector<FieldError> errors;
  TermReader reader{graph().names(), blank_nodes_, errors};
  const rdf::Term subject =
      reader.Read("subject", statement.subject, SubjectError);
  const rdf::Term predicate =
      reader.Read("predicate", statement.predicate, PredicateError);
  const rdf::Term object = reader.Read("object", statement.object, nullptr);
  const bool named = !statement.graph.empty();
  const rdf::Term graph_term =
      named ? reader.Read("graph", statement.graph, GraphError) : rdf::Term();
  const StatementDetails details = ReadDetails(statement, errors);
  reader.CheckSize(graph().store(), "subject", subject);
  reader.CheckSize(graph().store(), "predicate", predicate);
  reader.CheckSize(graph().store(), "object", object);
  reader.CheckSize(graph().store(), "graph", graph_term);
  if (!errors.empty()) return FieldErrorStatus(errors);

  storage::Transaction& transaction = body_->transaction;
  storage::StatementKey key;
  key.edge = details.edge;
  SKG_ASSIGN_OR_RETURN(key.subject, transaction.Intern(subject));
  SKG_ASSIGN_OR_RETURN(key.predicate, transaction.Intern(predicate));
  SKG_ASSIGN_OR_RETURN(key.object, transaction.Intern(object));
  if (named) {
    SKG_ASSIGN_OR_RETURN(key.graph, transaction.Intern(graph_term));
  }
  ++body_->generation;
  SKG_RETURN_IF_ERROR(transaction.Add(
      key, details.weight, details.has_record() ? &details.record : nullptr,
      if_absent));
  hash_.Add(statement, if_absent);
  return absl::OkStatus();
}

absl::Status TransactionImpl::Remove(std::string_view subject,
                                     std::string_view predicate,
                                     std::string_view object,
                                     std::string_view graph_name) {
  std::vector<FieldError> errors;
  TermReader reader{graph().names(), blank_nodes_, errors};
  const rdf::Term s = reader.Read("subject", subject, nullptr);
  const rdf::Term p = reader.Read("predicate", predicate, nullptr);
  const rdf::Term o = reader.Read("object", object, nullptr);
  const rdf::Term g = graph_name.empty()
                          ? rdf::Term()
                          : reader.Read("graph", graph_name, nullptr);
  if (!errors.empty()) return FieldErrorStatus(errors);

  storage::Transaction& transaction = body_->transaction;
  storage::StatementKey key;
  SKG_ASSIGN_OR_RETURN(key.subject, transaction.Intern(s));
  SKG_ASSIGN_OR_RETURN(key.predicate, transaction.Intern(p));
  SKG_ASSIGN_OR_RETURN(key.object, transaction.Intern(o));
  if (!graph_name.empty()) {
    SKG_ASSIGN_OR_RETURN(key.graph, transaction.Intern(g));
  }
  ++body_->generation;
  SKG_RETURN_IF_ERROR(transaction.RemoveTriple(key));
  hash_.Remove(subject, predicate, object, graph_name);
  return absl::OkStatus();
}

absl::Status TransactionImpl::Clear(const ClearTarget& target) {
  SKG_RETURN_IF_ERROR(CheckClearTarget(target));
  storage::Transaction& transaction = body_->transaction;
  storage::ClearScope scope{ScopeOf(target.part), {}};
  if (!target.graph.empty()) {
    std::vector<FieldError> errors;
    TermReader reader{graph().names(), blank_nodes_, errors};
    const rdf::Term term = reader.Read("graph", target.graph, nullptr);
    if (!errors.empty()) return FieldErrorStatus(errors);
    SKG_ASSIGN_OR_RETURN(scope.graph, transaction.Intern(term));
  }
  ++body_->generation;
  SKG_RETURN_IF_ERROR(transaction.Clear(scope));
  hash_.Clear(target);
  return absl::OkStatus();
}

absl::StatusOr<ResolvedPattern> TransactionImpl::Resolve(
    const StatementPattern& pattern) {
  // Terms of what was spilled may have got numbers by what this begins with.
  (void)body_->transaction.view();
  return ResolvePattern(pattern, graph().names(), [this](rdf::Term term) {
    blank_nodes_.Resolve(term);
    return body_->transaction.Intern(term);
  });
}

absl::StatusOr<std::unique_ptr<CursorImpl>> TransactionImpl::Match(
    const StatementPattern& pattern, const MatchOptions& options) {
  SKG_ASSIGN_OR_RETURN(const ResolvedPattern resolved, Resolve(pattern));
  MatchSource source;
  source.view = &body_->transaction.view();
  source.names = &graph().names();
  source.owner = body_;
  source.sort_budget_bytes = graph().engine().sort_budget_bytes();
  source.memory = &graph().engine().memory();
  source.still_valid = [body = body_.get(), generation = body_->generation]() {
    if (body->generation == generation) return absl::OkStatus();
    return absl::FailedPreconditionError(
        "the transaction was changed or ended after this Match; match again");
  };
  return CursorImpl::Open(std::move(source), resolved, options);
}

absl::StatusOr<uint64_t> TransactionImpl::Count(
    const StatementPattern& pattern) {
  SKG_ASSIGN_OR_RETURN(const ResolvedPattern resolved, Resolve(pattern));
  return CountMatches(body_->transaction.view(), resolved);
}

absl::StatusOr<CommitResult> TransactionImpl::Commit(
    const CommitOptions& options) {
  ++body_->generation;
  if (loaded_ && !options.idempotency_key.empty()) {
    return absl::InvalidArgumentError(
        "a transaction that has loaded a document takes no idempotency key");
  }
  storage::CommitRequest settings;
  settings.durability = graph().DurabilityOf(options);
  settings.idempotency_key = options.idempotency_key;
  if (!options.idempotency_key.empty()) settings.request_hash = hash_.Finish();
  SKG_ASSIGN_OR_RETURN(
      storage::CommitOutcome outcome,
      body_->graph->store().Commit(body_->transaction, settings));
  return outcome.result;
}

}  // namespace engine

using engine::TransactionImpl;

namespace {

absl::Status UsedUp() {
  return absl::FailedPreconditionError(
      "the transaction is used up; begin another one");
}

}  // namespace

Transaction::Transaction(std::unique_ptr<TransactionImpl> impl)
    : impl_(std::move(impl)) {}
Transaction::Transaction(Transaction&&) noexcept = default;
Transaction& Transaction::operator=(Transaction&&) noexcept = default;
Transaction::~Transaction() = default;

absl::Status Transaction::Add(const NewStatement& statement) {
  return impl_ ? impl_->Add(statement, /*if_absent=*/false) : UsedUp();
}

absl::Status Transaction::AddIfAbsent(const NewStatement& statement) {
  return impl_ ? impl_->Add(statement, /*if_absent=*/true) : UsedUp();
}

absl::Status Transaction::Remove(std::string_view subject,
                                 std::string_view predicate,
                                 std::string_view object,
                                 std::string_view graph) {
  return impl_ ? impl_->Remove(subject, predicate, object, graph) : UsedUp();
}

absl::Status Transaction::Clear(const ClearTarget& target) {
  return impl_ ? impl_->Clear(target) : UsedUp();
}

absl::StatusOr<LoadResult> Transaction::Load(const LoadSource& source,
                                             const LoadOptions& options) {
  if (!impl_) return UsedUp();
  return impl_->Load(source, options);
}

absl::StatusOr<StatementCursor> Transaction::Match(
    const StatementPattern& pattern, const MatchOptions& options) {
  if (!impl_) return UsedUp();
  SKG_ASSIGN_OR_RETURN(auto cursor, impl_->Match(pattern, options));
  return engine::ViewImpl::WrapCursor(std::move(cursor));
}

absl::StatusOr<uint64_t> Transaction::Count(const StatementPattern& pattern) {
  if (!impl_) return UsedUp();
  return impl_->Count(pattern);
}

size_t Transaction::size() const { return impl_ ? impl_->size() : 0; }

}  // namespace skg
