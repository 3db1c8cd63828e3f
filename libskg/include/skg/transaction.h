// Transaction: several changes to one graph that commit together or not at all.
#pragma once

#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "skg/export.h"
#include "skg/load.h"
#include "skg/read_view.h"
#include "skg/statement.h"

namespace skg {

namespace engine {
class TransactionImpl;
}

// Serialisable: it reads the snapshot it began on plus its own changes, and
// commits only if nothing it has read was changed by others meanwhile. A
// Transaction that reads nothing never conflicts. Destroying it without
// Commit drops its changes.
// Thread safety: one thread at a time. Lifetime: before the Engine's end.
// Memory: proportional to its changes up to 65,536 of them, or 32 MiB, or what
// the budget has free; beyond that it spills: changes, their terms and records
// wait in temporary files in the data directory (some 200 bytes a change and
// the text of the terms), and it holds half of what the budget has free, 2 MiB
// to 256 MiB. Distinct triple terms stay in memory, 160 bytes each, in a
// quarter of that. It is one commit all the same.
class SKG_EXPORT Transaction {
 public:
  Transaction(Transaction&&) noexcept;
  Transaction& operator=(Transaction&&) noexcept;
  ~Transaction();

  // Errors: kInvalidArgument (term, weight, metadata); the transaction stays
  // as it was before the call. Where it spills also kResourceExhausted (no
  // memory is free, or the disk is full; too many triple terms) and
  // kUnavailable (a temporary file); it is lost then, and every later call
  // gives that error.
  [[nodiscard]] absl::Status Add(const NewStatement& statement);
  // Changes nothing if the statement is there already.
  [[nodiscard]] absl::Status AddIfAbsent(const NewStatement& statement);
  // Removes the statement in the given named graph (empty: default) with all
  // its edges. Removing what is absent is no error. Errors: as Add.
  [[nodiscard]] absl::Status Remove(std::string_view subject,
                                    std::string_view predicate,
                                    std::string_view object,
                                    std::string_view graph = {});

  // Removes all statements of a part of the graph, those that the transaction
  // has added there too; what it adds later stays. What others add there until
  // it commits goes as well. The result counts them as `removed`. Errors: as
  // Add; kResourceExhausted: of more than 256 named graphs one by one (clear
  // all of them). Cost: as Graph::Clear; where changes were spilled, the next
  // read sorts and packs all of them that still stand.
  [[nodiscard]] absl::Status Clear(const ClearTarget& target);

  // Adds what one document in an RDF syntax says, as AddIfAbsent does (but for
  // options.progress it takes as Graph::Load: format, base_iri, graph, and
  // continue_on_error). Blank nodes are the document's own. The result tells
  // how many statements were read; what is new shows at commit. Errors:
  // kInvalidArgument (syntax, with place; another format), those of the source,
  // kCancelled, and as Add; what was read before an error stays in the
  // transaction. A transaction that has loaded takes no idempotency key.
  [[nodiscard]] absl::StatusOr<LoadResult> Load(const LoadSource& source,
                                                const LoadOptions& options);

  // As ReadView::Match and Count, with this transaction's changes. What is
  // read here is checked at commit. A cursor ends with kFailedPrecondition
  // once the transaction has been changed or applied after its Match.
  // Cost: as there; of the first read after changes were spilled (every 65,536
  // of them at most) also sorting and packing these, every eighth time all of
  // them, and waiting for a bulk load of the graph that is about to commit.
  // Terms of the changes get their numbers then, whatever becomes of them.
  [[nodiscard]] absl::StatusOr<StatementCursor> Match(
      const StatementPattern& pattern, const MatchOptions& options = {});
  [[nodiscard]] absl::StatusOr<uint64_t> Count(
      const StatementPattern& pattern = {});

  // The number of changes so far; those that a Clear took back do not count,
  // unless they had been spilled.
  [[nodiscard]] size_t size() const;

 private:
  friend class Graph;
  explicit Transaction(std::unique_ptr<engine::TransactionImpl> impl);
  std::unique_ptr<engine::TransactionImpl> impl_;
};

}  // namespace skg
