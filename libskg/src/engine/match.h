// Matching patterns written in names against a view in term ids.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/cancellation.h"
#include "base/memory_budget.h"
#include "base/uuid.h"
#include "engine/statement_decoder.h"
#include "rdf/name.h"
#include "rdf/term.h"
#include "skg/read_view.h"
#include "skg/statement.h"
#include "storage/read_view.h"

namespace skg::engine {

// Where a match reads. `owner` keeps the view and the names alive.
struct MatchSource {
  const storage::ReadView* view = nullptr;
  const rdf::NameSpace* names = nullptr;
  std::shared_ptr<const void> owner;
  // Whether the view still shows what it showed when the match began; unset:
  // always.
  std::function<absl::Status()> still_valid = nullptr;
  // Rows held for sorting may take this much, and reserve it there (null:
  // nowhere) while they are held.
  size_t sort_budget_bytes = SIZE_MAX;
  MemoryBudget* memory = nullptr;
};

// A pattern in term ids.
struct ResolvedPattern {
  storage::ScanPattern scan;
  float weight_min = 0.0f;
  float weight_max = 1.0f;
  std::optional<absl::Time> valid_at;
  // Some term is not known: nothing matches.
  bool matches_nothing = false;

  // Absent graph: each (s, p, o) once.
  [[nodiscard]] bool distinct_triples() const {
    return scan.scope == storage::GraphScope::kUnion;
  }
  // Every row that the scan gives is a match.
  [[nodiscard]] bool takes_all_rows() const {
    return weight_min <= 0.0f && weight_max >= 1.0f && !valid_at;
  }
  // Whether a row that the scan gives is in the weight range and holds.
  [[nodiscard]] absl::StatusOr<bool> Takes(
      const storage::ReadView& view, const storage::StatementRow& row) const;
};

// From names to ids by `id_of` (unbound: unknown). Errors: kInvalidArgument
// that carries FieldErrors, what `id_of` returns.
[[nodiscard]] absl::StatusOr<ResolvedPattern> ResolvePattern(
    const StatementPattern& pattern, const rdf::NameSpace& names,
    const std::function<absl::StatusOr<rdf::TermId>(const rdf::Term&)>& id_of);

// Errors: kInvalidArgument (the text is no UUID).
[[nodiscard]] absl::StatusOr<Uuid> ParseStatementId(std::string_view id);

// The matches of a pattern in the order of the index: weights filtered, and
// each triple once where the pattern asks for that. Not thread-safe. The view
// must outlive it.
class MatchScan {
 public:
  [[nodiscard]] static absl::StatusOr<MatchScan> Open(
      const storage::ReadView& view, const ResolvedPattern& pattern,
      const Cancellation* cancellation);
  // Replaces `rows` by the next ones. False: the end.
  [[nodiscard]] absl::StatusOr<bool> Next(
      std::vector<storage::StatementRow>& rows);

 private:
  MatchScan(const storage::ReadView& view,
            std::unique_ptr<storage::ScanCursor> cursor,
            const ResolvedPattern& pattern)
      : view_(&view), cursor_(std::move(cursor)), pattern_(pattern) {}

  const storage::ReadView* view_;

  std::unique_ptr<storage::ScanCursor> cursor_;  // null: nothing matches
  ResolvedPattern pattern_;
  storage::StatementBatch batch_;
  std::optional<storage::StatementKey> last_;  // the triple last let through
};

// What a public StatementCursor holds. Not thread-safe.
class CursorImpl {
 public:
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<CursorImpl>> Open(
      MatchSource source, const ResolvedPattern& pattern,
      const MatchOptions& options);

  [[nodiscard]] absl::StatusOr<bool> Next(std::vector<Statement>& batch);

 private:
  CursorImpl(MatchSource source, const MatchOptions& options);

  absl::StatusOr<bool> NextBatch(std::vector<Statement>& batch);
  // The next rows in the order asked for, before offset and limit.
  absl::StatusOr<bool> NextRows(std::vector<storage::StatementRow>& rows);
  absl::Status Sort();

  MatchSource source_;  // destroyed last
  MatchOptions options_;
  std::unique_ptr<Cancellation> cancellation_;
  std::optional<MatchScan> scan_;
  StatementDecoder decoder_;
  bool sorted_ = false;
  MemoryReservation sort_memory_;
  std::vector<storage::StatementRow> sorted_rows_;
  size_t next_sorted_ = 0;
  uint64_t to_skip_ = 0;
  uint64_t to_give_ = 0;
  absl::Status failed_;  // see NextBatchOrFailure
};

// How many statements (triples, where the pattern asks for each once) match.
[[nodiscard]] absl::StatusOr<uint64_t> CountMatches(
    const storage::ReadView& view, const ResolvedPattern& pattern);

}  // namespace skg::engine
