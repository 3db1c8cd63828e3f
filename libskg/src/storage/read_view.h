// ReadView: one consistent snapshot of one graph, present or past, in term ids.
// Everything that reads (queries, kernels, exports, checks) reads through it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/cancellation.h"
#include "base/uuid.h"
#include "rdf/term.h"
#include "rdf/term_id.h"
#include "storage/statement_row.h"

namespace skg::storage {

struct GraphDescription;
class KvSnapshot;
class Snapshot;
class Overlay;

// The record of a statement, where it has more than its row says.
struct Record {
  uint64_t created_commit = 0;
  std::string metadata;  // JSON object text, empty for {}
  std::optional<absl::Time> valid_from, valid_to;
  std::string source;
  friend bool operator==(const Record&, const Record&) = default;
};

// Exact numbers: statements count edges and named graphs apart, triples count
// each (graph, s, p, o) once.
struct Counts {
  uint64_t statements = 0;
  uint64_t triples = 0;
};

// The order of the three terms in which a scan yields. With kUnion the same
// (s, p, o) of several graphs comes out in neighbouring rows, the default
// graph first.
enum class TermOrder : uint8_t { kSpo = 0, kPos, kOsp };

// What belongs to subject, predicate and object, in the sequence of an order.
template <typename T>
[[nodiscard]] std::array<T, 3> InSequence(TermOrder order, const T& subject,
                                          const T& predicate, const T& object) {
  switch (order) {
    case TermOrder::kSpo:
      return {subject, predicate, object};
    case TermOrder::kPos:
      return {predicate, object, subject};
    case TermOrder::kOsp:
      return {object, subject, predicate};
  }
  return {};
}

// Terms from one to another in the order of ids, both included.
struct TermRange {
  TermId first, last;
};

// What reading has cost, for profiles.
struct ReadCounters {
  uint64_t blocks_read = 0;
  // Blocks of what was asked that were passed over unread: a seek went beyond
  // them, or their fences told all that was to be known.
  uint64_t blocks_skipped = 0;
};

struct ScanOptions {
  // Unset: the order whose prefix the pattern's bound terms are. A given order
  // sorts the rows by it and filters what its prefix cannot narrow.
  std::optional<TermOrder> order;
  const Cancellation* cancellation = nullptr;
  // What the scan does is added there; may be null, outlives the cursor.
  ReadCounters* counters = nullptr;
};

// Rows of one scan, sorted. Not thread-safe. Must end before its ReadView.
class ScanCursor {
 public:
  virtual ~ScanCursor() = default;
  // Fills `batch` (cleared first) with up to kBatchRows rows; of one that wants
  // fewer with about as many. False: the end (the batch is empty). Errors:
  // kDataLoss, kCancelled, kDeadlineExceeded.
  [[nodiscard]] virtual absl::StatusOr<bool> Next(StatementBatch& batch) = 0;
  // Skips forward: the next rows are those with terms >= the given three in
  // this scan's order. Only for union scans without a bound graph.
  virtual absl::Status Seek(TermId first, TermId second, TermId third) = 0;
};

// Thread safety: all methods from any thread (but see Transaction for the view
// of one). Copies share the snapshot. Must end before its Store.
class ReadView {
 public:
  explicit ReadView(std::shared_ptr<const Snapshot> snapshot,
                    Overlay* overlay = nullptr);

  [[nodiscard]] uint64_t commit() const;
  [[nodiscard]] absl::Time commit_time() const;
  // It shows an earlier state than its snapshot's last: counts are scans.
  [[nodiscard]] bool as_of() const;
  [[nodiscard]] const GraphDescription& description() const;

  [[nodiscard]] absl::StatusOr<std::unique_ptr<ScanCursor>> Scan(
      const ScanPattern& pattern, const ScanOptions& options = {}) const;

  // Exact. Constant time for no bound term and for a bound predicate alone (of
  // kUnion) in a view of the present; else the range is scanned. For kUnion,
  // `triples` counts each (graph, s, p, o).
  [[nodiscard]] absl::StatusOr<Counts> Count(
      const ScanPattern& pattern, const Cancellation* cancellation = nullptr,
      ReadCounters* counters = nullptr) const;

  // The same of those whose term at the first place of `order` that the pattern
  // leaves free is in a range; its bound terms are what the order begins with.
  // In a view of the present that no transaction has changed: at most two
  // blocks of each run are read.
  [[nodiscard]] absl::StatusOr<Counts> CountRange(
      const ScanPattern& pattern, TermOrder order, const TermRange& range,
      const Cancellation* cancellation = nullptr,
      ReadCounters* counters = nullptr) const;

  // The live row of exactly this statement, if any.
  [[nodiscard]] absl::StatusOr<std::optional<StatementRow>> Find(
      const StatementKey& key) const;

  // The record of a live row of this view (created_commit = its own commit
  // where it keeps no record).
  [[nodiscard]] absl::StatusOr<Record> ReadRecord(
      const StatementRow& row) const;

  // Whether a live row's statement holds in the world at this time: its record
  // has no valid_from after it and no valid_to up to it.
  [[nodiscard]] absl::StatusOr<bool> HoldsAt(const StatementRow& row,
                                             absl::Time time) const;

  // The id of a term, unbound where the graph has never seen it.
  [[nodiscard]] absl::StatusOr<TermId> Lookup(const rdf::Term& term) const;
  // Term i of `out` is that of ids[i]. Unbound and unknown ids: kInternal.
  [[nodiscard]] absl::Status Decode(std::span<const TermId> ids,
                                    std::vector<rdf::Term>* out) const;

  // By id; unset: no live statement has it. kFailedPrecondition: no id index.
  [[nodiscard]] absl::StatusOr<std::optional<StatementRow>> FindById(
      const Uuid& id) const;
  // The statement with this id, live in this view or not; unset: there never
  // was one.
  [[nodiscard]] absl::StatusOr<std::optional<StatementKey>> KeyOfId(
      const Uuid& id) const;
  [[nodiscard]] absl::StatusOr<Uuid> StatementId(const StatementKey& key) const;

  // When a commit happened. Errors: kOutOfRange (there is none of that number).
  [[nodiscard]] absl::StatusOr<absl::Time> TimeOfCommit(uint64_t commit) const;

  // It is a transaction's: terms that the graph lacks have arena ids.
  [[nodiscard]] bool in_transaction() const { return overlay_ != nullptr; }

  // The snapshot alone, without a transaction's changes.
  [[nodiscard]] const std::shared_ptr<const Snapshot>& snapshot() const {
    return snapshot_;
  }

 private:
  [[nodiscard]] const KvSnapshot* TermsAt() const;
  // Counts the rows that a scan gives, in one range or all of them.
  [[nodiscard]] absl::StatusOr<Counts> CountByScan(
      const ScanPattern& pattern, const ScanOptions& options,
      const TermRange* range) const;

  std::shared_ptr<const Snapshot> snapshot_;
  Overlay* overlay_;
};

}  // namespace skg::storage
