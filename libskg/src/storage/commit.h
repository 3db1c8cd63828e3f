// What one commit asks for and what became of it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "rdf/term.h"
#include "skg/statement.h"
#include "storage/clear_marks.h"
#include "storage/read_view.h"
#include "storage/statement_row.h"

namespace skg::storage {

// One wish. Term ids may be inline, dictionary, or arena ids: arena payload i
// is CommitRequest::new_terms[i].
struct WriteOperation {
  enum class Kind : uint8_t {
    kAdd,           // insert, or replace weight and record
    kAddIfAbsent,   // insert, or nothing
    kRemove,        // one statement, that edge
    kRemoveTriple,  // all edges of (graph, s, p, o)
  };
  Kind kind = Kind::kAdd;
  StatementKey key;
  float weight = 1.0f;
  // Index into CommitRequest::records plus one; 0: none.
  uint32_t record = 0;
};

class CommitPart;
class ReadSet;

struct CommitRequest {
  // Terms that were not known when the request was made; the writer looks
  // again before it numbers one.
  std::vector<rdf::Term> new_terms;
  std::vector<Record> records;  // created_commit is set by the writer
  // All statements of these graphs go before the first operation, in
  // O(predicates) whatever their number.
  std::vector<ClearScope> clears;
  std::vector<WriteOperation> operations;
  // Rows of others that belong to the same commit.
  std::vector<std::shared_ptr<CommitPart>> parts;
  Durability durability = Durability::kSync;
  std::string idempotency_key;
  // 128-bit hash of the request that came with the key, by the door's choice.
  std::string request_hash;
  // For a transaction: what it read, since which commit.
  const ReadSet* reads = nullptr;
  uint64_t snapshot_commit = 0;
  bool want_outcomes = false;
};

struct CommitOutcome {
  CommitResult result;
  std::vector<Outcome> outcomes;  // one an operation, if wanted
};

}  // namespace skg::storage
