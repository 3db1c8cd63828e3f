// Overlay: a transaction's own terms, changes and reads, laid over its
// snapshot.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "base/strings.h"
#include "rdf/term.h"
#include "storage/commit.h"
#include "storage/keys.h"
#include "storage/read_set.h"
#include "storage/record_spill.h"
#include "storage/statement_row.h"

namespace skg::storage {

// Not thread-safe.
class Overlay {
 public:
  // The arena id that Intern gave this term, or unbound.
  [[nodiscard]] TermId IdOf(const rdf::Term& term) const;
  // An arena id for a term that the snapshot's dictionary lacks.
  [[nodiscard]] TermId Intern(const rdf::Term& term);
  // Until the next Forget.
  [[nodiscard]] const rdf::Term& TermOf(TermId arena_id) const {
    return terms_[PlaceOf(arena_id)];
  }
  [[nodiscard]] bool Knows(TermId arena_id) const {
    return (arena_id.payload() >> 32) == generation_ &&
           PlaceOf(arena_id) < terms_.size();
  }
  // Where in terms() a term of an arena id stands.
  [[nodiscard]] static size_t PlaceOf(TermId arena_id) {
    return static_cast<uint32_t>(arena_id.payload());
  }

  // `record`: index into `records` plus one; 0: none.
  void Put(const StatementKey& key, float weight, uint32_t record);
  void RemoveTriple(const StatementKey& key);
  // Forgets what was changed there, the operations too. Who clears adds the
  // scope to `clears`.
  void TakeBack(const ClearScope& scope);

  // What the changes say of a statement: nothing, gone, or its new row. Of what
  // is untouched drafts may have a row; others may hide (Hides).
  enum class Verdict : uint8_t { kUntouched, kRemoved, kWritten };
  [[nodiscard]] Verdict Ask(const StatementKey& key, StatementRow* row) const;
  // Whether a row below the overlay is not the transaction's: it is changed
  // here, or it was cleared.
  [[nodiscard]] bool Hides(const StatementRow& row) const;
  // The record written for a row of this overlay.
  [[nodiscard]] const Record* RecordOf(const StatementKey& key) const;

  // Own rows that match, sorted by the order's sequence.
  [[nodiscard]] std::vector<StatementRow> Written(const ScanPattern& pattern,
                                                  TermOrder order) const;
  [[nodiscard]] bool changed() const {
    return !touched_.empty() || !clears.empty();
  }
  // What it has of this named graph (unbound: the default one), with drafts, is
  // all there is.
  [[nodiscard]] bool Cleared(TermId named_graph) const {
    return Covers(clears, named_graph);
  }
  // The same of all named graphs.
  [[nodiscard]] bool ClearedNamed() const;

  // About what operations, terms and records take.
  [[nodiscard]] size_t memory_bytes() const;
  // Somebody else has the changes now: forgets them, their records and their
  // terms, whose arena ids mean nothing any more. Clears stay, but for those of
  // graphs that no snapshot knows.
  void Forget();
  // What was read, with ids of terms as places in `terms`, for a commit.
  [[nodiscard]] ReadSet ReadsFor(std::vector<rdf::Term>* terms) const;

  // The last commit of the snapshot that it lies over. Rows of later ones are
  // the transaction's own, of drafts that lie between (LoadDraft).
  uint64_t last_commit = UINT64_MAX;
  // Records of their rows, the newest draft's last.
  std::vector<std::shared_ptr<const StatementRecords>> draft_records;
  // Terms that only drafts name have numbers that the snapshot does not show.
  bool drafted = false;
  // Why nothing can be read or changed any more.
  absl::Status broken;

  // Its place in `records` plus one.
  [[nodiscard]] uint32_t AddRecord(const Record& record);

  // For the commit: first these, then the operations in the caller's order.
  std::vector<ClearScope> clears;
  std::vector<WriteOperation> operations;
  std::vector<Record> records;
  ReadSet reads;
  [[nodiscard]] const std::vector<rdf::Term>& terms() const { return terms_; }
  // About what they take.
  [[nodiscard]] size_t term_bytes() const { return term_bytes_; }

 private:
  struct Written_ {
    uint32_t edge = 0;
    float weight = 1.0f;
    uint32_t record = 0;  // index into `records` plus one
  };
  // What was done to the edges of one triple.
  struct Touched {
    bool removed = false;  // what the snapshot has of it is gone
    std::vector<Written_> written;
  };
  [[nodiscard]] static StatementKey TripleOf(const StatementKey& key);
  [[nodiscard]] const Written_* Find(const StatementKey& key) const;

  // Arena ids are generation and place.
  uint64_t generation_ = 0;
  std::vector<rdf::Term> terms_;
  // Of what was read before the last Forget: places in it are marked.
  static constexpr uint64_t kKept = uint64_t{1} << 58;
  std::vector<rdf::Term> kept_terms_;
  size_t term_bytes_ = 0, record_bytes_ = 0;
  absl::flat_hash_map<std::string, TermId, StringHash, StringEqual>
      ids_;                                             // by N-Triples form
  absl::flat_hash_map<StatementKey, Touched> touched_;  // by triple (edge 0)
};

class Transaction;
// About what the terms take that a transaction keeps until its end: those that
// the graph lacks, whether they were only asked for or are written.
[[nodiscard]] size_t BytesOfTerms(Transaction& transaction);

// Places of subject, predicate and object in a term order, for comparing.
struct OrderedTerms {
  TermId first, second, third, graph;
  uint32_t edge;
  friend auto operator<=>(const OrderedTerms&, const OrderedTerms&) = default;
};
[[nodiscard]] OrderedTerms InOrder(const StatementKey& key, TermOrder order);

}  // namespace skg::storage
