// What a public Transaction holds; shared with the cursors it has given out.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/blank_nodes.h"
#include "engine/graph_impl.h"
#include "engine/match.h"
#include "engine/request_hash.h"
#include "rdf/term.h"
#include "skg/load.h"
#include "skg/transaction.h"
#include "storage/store.h"

namespace skg::engine {

// Everything of a transaction that a cursor over it needs to outlive it.
struct TransactionBody {
  TransactionBody(std::shared_ptr<GraphImpl> g, storage::Transaction t)
      : graph(std::move(g)), transaction(std::move(t)) {}
  std::shared_ptr<GraphImpl> graph;
  storage::Transaction transaction;
  // Raised by every change and by the end: a cursor that was opened before
  // would read a state that is no more.
  uint64_t generation = 0;
};

// Not thread-safe.
class TransactionImpl {
 public:
  TransactionImpl(std::shared_ptr<GraphImpl> graph,
                  storage::Transaction transaction)
      : body_(std::make_shared<TransactionBody>(std::move(graph),
                                                std::move(transaction))) {}

  [[nodiscard]] const GraphImpl& graph() const { return *body_->graph; }

  [[nodiscard]] absl::Status Add(const NewStatement& statement, bool if_absent);
  [[nodiscard]] absl::Status Remove(std::string_view subject,
                                    std::string_view predicate,
                                    std::string_view object,
                                    std::string_view graph);
  [[nodiscard]] absl::Status Clear(const ClearTarget& target);
  [[nodiscard]] absl::StatusOr<LoadResult> Load(const LoadSource& source,
                                                const LoadOptions& options);
  // Of a document whose blank nodes are these; as Add.
  [[nodiscard]] absl::Status Add(const rdf::Quad& quad,
                                 const HashedBlankNodes& blank_nodes);
  [[nodiscard]] absl::StatusOr<std::unique_ptr<CursorImpl>> Match(
      const StatementPattern& pattern, const MatchOptions& options);
  [[nodiscard]] absl::StatusOr<uint64_t> Count(const StatementPattern& pattern);
  [[nodiscard]] uint64_t size() const { return body_->transaction.size(); }

  // Commits; the transaction is used up.
  [[nodiscard]] absl::StatusOr<CommitResult> Commit(
      const CommitOptions& options);

 private:
  // The id of a name in this transaction, of a term in `position`.
  absl::StatusOr<rdf::TermId> Intern(const rdf::Term& term);
  absl::StatusOr<ResolvedPattern> Resolve(const StatementPattern& pattern);
  [[nodiscard]] MatchSource Source() const;

  std::shared_ptr<TransactionBody> body_;
  const HashedBlankNodes blank_nodes_;  // however many there are
  RequestHash hash_;
  bool loaded_ = false;  // hash_ does not know of it
};

}  // namespace skg::engine
