// Overlay: a transaction's own terms, changes and reads, laid over its
// snapshot.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/strings.h"
#include "rdf/term.h"
#include "storage/commit.h"
#include "storage/keys.h"
#include "storage/read_set.h"
#include "storage/statement_row.h"

namespace skg::storage {

// Not thread-safe.
class Overlay {
 public:
  // The arena id that Intern gave this term, or unbound.
  [[nodiscard]] TermId IdOf(const rdf::Term& term) const;
  // An arena id for a term that the snapshot's dictionary lacks.
  [[nodiscard]] TermId Intern(const rdf::Term& term);
  [[nodiscard]] const rdf::Term& TermOf(TermId arena_id) const {
    return terms_[arena_id.payload()];
  }
  [[nodiscard]] bool Knows(TermId arena_id) const {
    return arena_id.payload() < terms_.size();
  }

  // `record`: index into `records` plus one; 0: none.
  void Put(const StatementKey& key, float weight, uint32_t record);
  void RemoveTriple(const StatementKey& key);

  // What the changes say of a statement: nothing, gone, or its new row.
  enum class Verdict : uint8_t { kUntouched, kRemoved, kWritten };
  [[nodiscard]] Verdict Ask(const StatementKey& key, StatementRow* row) const;
  // The record written for a row of this overlay.
  [[nodiscard]] const Record* RecordOf(const StatementKey& key) const;

  // Own rows that match, sorted by the order's sequence.
  [[nodiscard]] std::vector<StatementRow> Written(const ScanPattern& pattern,
                                                  TermOrder order) const;
  [[nodiscard]] bool changed() const { return !touched_.empty(); }

  // In the caller's order, for the commit.
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

  std::vector<rdf::Term> terms_;
  size_t term_bytes_ = 0;
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
