// Statements as people write them: names and terms as strings.
//
// A string that begins with `<`, `"`, `_:` or `\` is a term in N-Triples form
// (`<https://schema.org/Person>`, `"1879"^^<...#gYear>`, `"Ulm"@de`; a leading
// `\` escapes a name that itself begins so). Every other string is a name: the
// IRI of that name in the graph's base namespace (default `urn:skg:`). Results
// come in the same form, and reading a result back gives the same term.
//
// Blank nodes: a label that the engine has shown (`_:skg...`) means that node;
// any other label is local to one document, request or Transaction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace skg {

// What a caller writes. Only the three terms are required.
struct NewStatement {
  std::string subject;
  std::string predicate;
  std::string object;
  // Named graph; empty is the default (unnamed) graph of the dataset.
  std::string graph = {};
  // In [0, 1]; NaN is refused.
  float weight = 1.0f;
  // A JSON object as text; empty means {}. At most 1 MiB.
  std::string metadata = {};
  // Distinguishes parallel relationships between two nodes; 0 for plain RDF.
  uint32_t edge = 0;
  // When the statement holds in the world: [valid_from, valid_to).
  std::optional<absl::Time> valid_from = std::nullopt;
  std::optional<absl::Time> valid_to = std::nullopt;
  // Where it comes from, free text.
  std::string source = {};
};

// What the engine answers: the terms in the same form, and the record.
struct Statement {
  std::string id;  // UUID (version 5 over the graph's UUID and the statement)
  std::string subject;
  std::string predicate;
  std::string object;
  std::string graph;  // empty: the default graph
  float weight = 1.0f;
  std::string metadata;  // JSON object text; empty unless asked for
  uint32_t edge = 0;
  std::optional<absl::Time> valid_from;
  std::optional<absl::Time> valid_to;
  std::string source;
  uint64_t created_commit = 0;  // the last commit that inserted it anew
  uint64_t version = 0;         // the commit that wrote its present state
  absl::Time created_at;
  absl::Time updated_at;
};

// Which statements. An absent field matches everything.
struct StatementPattern {
  std::optional<std::string> subject = std::nullopt;
  std::optional<std::string> predicate = std::nullopt;
  std::optional<std::string> object = std::nullopt;
  // Absent: the default graph and all named graphs as one, each (s, p, o)
  // once. Empty string: the default graph only. Else that named graph.
  std::optional<std::string> graph = std::nullopt;
  // Inclusive.
  float weight_min = 0.0f;
  float weight_max = 1.0f;
};

enum class OrderField { kCommit, kWeight, kSubject, kPredicate, kObject, kCreatedAt, kKey };

// kCommit (default): created commit, then key. kKey: the order in which the
// index yields them, streamed without sorting. Terms compare as their strings
// by code point. Ties go by (subject, predicate, object).
struct MatchOptions {
  OrderField order_by = OrderField::kCommit;
  bool descending = false;
  uint64_t limit = UINT64_MAX;
  uint64_t offset = 0;
  // Metadata, source and valid times cost one record read a row.
  bool include_metadata = false;
  // Id, created_at and updated_at cost decoding and hashing a row.
  bool include_identity = true;
  // The call ends with kDeadlineExceeded soon after this.
  absl::Time deadline = absl::InfiniteFuture();
};

// What one commit did to one statement.
struct Change {
  enum class Kind { kInserted, kReplaced, kRemoved };
  Kind kind = Kind::kInserted;
  uint64_t commit = 0;
  absl::Time time;
  // For kRemoved: the terms, edge and id; the record fields are defaults.
  Statement statement;
};

// What became of each member of a write, in the caller's order.
enum class Outcome : uint8_t { kInserted, kReplaced, kDuplicate, kRemoved, kAbsent };

struct CommitResult {
  uint64_t commit = 0;
  absl::Time time;
  uint64_t inserted = 0;
  uint64_t replaced = 0;
  uint64_t removed = 0;
  uint64_t duplicates = 0;  // adds that changed nothing
  uint64_t absent = 0;      // removes of what was not there
  bool replayed = false;    // an earlier commit with the same idempotency key
};

// fsync before acknowledgement; a shared fsync a few ms later at most; or
// acknowledged once the kernel holds it. All three survive kill -9; the first
// two survive power loss.
enum class Durability : uint8_t { kSync, kGroup, kNone };

struct CommitOptions {
  // Adding what is stored already changes nothing (else: replaces weight and
  // record with what is given or default).
  bool skip_duplicates = false;
  // Same key and same request within 24 hours: the stored result, no second
  // commit. Same key with another request: kInvalidArgument. At most 255 bytes.
  std::string idempotency_key = {};
  // Absent: the engine's.
  std::optional<Durability> durability = std::nullopt;
};

}  // namespace skg
