// Transaction: several changes to one graph that commit together or not at all.
#pragma once

#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "skg/export.h"
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
// Memory: proportional to its changes.
class SKG_EXPORT Transaction {
 public:
  Transaction(Transaction&&) noexcept;
  Transaction& operator=(Transaction&&) noexcept;
  ~Transaction();

  // Errors: kInvalidArgument (term, weight, metadata); the transaction stays
  // as it was before the call.
  [[nodiscard]] absl::Status Add(const NewStatement& statement);
  // Changes nothing if the statement is there already.
  [[nodiscard]] absl::Status AddIfAbsent(const NewStatement& statement);
  // Removes the statement in the given named graph (empty: default) with all
  // its edges. Removing what is absent is no error.
  [[nodiscard]] absl::Status Remove(std::string_view subject,
                                    std::string_view predicate,
                                    std::string_view object,
                                    std::string_view graph = {});

  // As ReadView::Match and Count, with this transaction's changes. What is
  // read here is checked at commit. A cursor ends with kFailedPrecondition
  // once the transaction has been changed or applied after its Match.
  [[nodiscard]] absl::StatusOr<StatementCursor> Match(
      const StatementPattern& pattern, const MatchOptions& options = {});
  [[nodiscard]] absl::StatusOr<uint64_t> Count(
      const StatementPattern& pattern = {});

  // The number of changes made so far.
  [[nodiscard]] size_t size() const;

 private:
  friend class Graph;
  explicit Transaction(std::unique_ptr<engine::TransactionImpl> impl);
  std::unique_ptr<engine::TransactionImpl> impl_;
};

}  // namespace skg
