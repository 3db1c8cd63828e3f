// Statements as people write them: names and terms as strings.
//
// A string that begins with `<`, `"`, `_:` or `\` is a term in N-Triples form
// (`<https://schema.org/Person>`, `"1879"^^<...#gYear>`, `"Ulm"@de`; a leading
// `\` escapes a name that itself begins so). Every other string is a name: the
// IRI of that name in the graph's base namespace (default `urn:skg:`). Results
// come in the same form, and reading a result back gives the same term.
//
// Blank nodes: the engine shows them by stable labels: `_:skg`, sixteen
// lower-case hexadecimal digits, `x`, and a number from 1 of at most 18 digits
// (`_:skg00c0ffee00c0ffeex17`). A label of that shape means that node wherever
// it is written. Any other label is local to one document, request or
// Transaction, which gives it a fresh stable label; read from elsewhere (a
// pattern, Remove) it matches nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
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
  // A JSON object as text; empty means {}. White space between its tokens is
  // not kept; numbers and the order of keys are. Nested at most 100 deep; with
  // `source` at most 1 MiB less 256 bytes.
  std::string metadata = {};
  // Distinguishes parallel relationships between two nodes; 0 for plain RDF.
  uint32_t edge = 0;
  // When the statement holds in the world: [valid_from, valid_to), kept in
  // microseconds.
  std::optional<absl::Time> valid_from = std::nullopt;
  std::optional<absl::Time> valid_to = std::nullopt;
  // Where it comes from, free text (UTF-8).
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
  std::string
      metadata;  // JSON object text, {} for none; empty unless asked for
  uint32_t edge = 0;
  std::optional<absl::Time> valid_from;
  std::optional<absl::Time> valid_to;
  std::string source;
  // The last commit that inserted it anew; 0 unless identity or metadata was
  // asked for, and in a Transaction for what it has inserted itself.
  uint64_t created_commit = 0;
  // The commit that wrote its present state; 0 for a Transaction's own changes.
  uint64_t version = 0;
  absl::Time created_at;
  absl::Time updated_at;
};

// Which statements. An absent field matches everything.
struct StatementPattern {
  std::optional<std::string> subject = std::nullopt;
  std::optional<std::string> predicate = std::nullopt;
  std::optional<std::string> object = std::nullopt;
  // Absent: the default graph and all named graphs as one, each (s, p, o)
  // once: of the statements with that triple whose weight is in range, the one
  // of the default graph, else of the first named graph, and of its parallel
  // edges the lowest is shown. Empty string: the default graph only. Else that
  // named graph. In one graph each parallel edge is a match of its own.
  std::optional<std::string> graph = std::nullopt;
  // Inclusive.
  float weight_min = 0.0f;
  float weight_max = 1.0f;
  // Only what holds in the world at this time: valid_from <= it < valid_to,
  // where an absent end is open. Costs one record read a row that has one.
  // (States of the past are another matter: see Graph::AsOf.)
  std::optional<absl::Time> valid_at = std::nullopt;
};

enum class OrderField {
  kCommit,
  kWeight,
  kSubject,
  kPredicate,
  kObject,
  kCreatedAt,
  kKey
};

// kCommit (default): created commit, then key. kKey: the order in which the
// index yields them, streamed without sorting (descending, it is sorted too).
// Terms compare as their strings by code point. Ties go by (subject, predicate,
// object), ascending also where the order descends.
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
  // Ends the call, and those of its cursor, with kCancelled.
  std::stop_token stop = {};
};

// What one commit did to one statement.
struct Change {
  enum class Kind { kInserted, kReplaced, kRemoved };
  Kind kind = Kind::kInserted;
  uint64_t commit = 0;
  absl::Time time;
  // As this commit left it. For kRemoved: the terms, edge, id and version; the
  // record fields are defaults.
  Statement statement;
};

// What Graph::Clear takes.
struct ClearTarget {
  enum class Part : uint8_t {
    kEverything,    // the default graph and all named graphs
    kDefaultGraph,  // the default graph alone
    kNamedGraph,    // the named graph `graph` alone
    kNamedGraphs,   // all named graphs, not the default one
  };
  Part part = Part::kEverything;
  // Of kNamedGraph: its name or term; else empty.
  std::string graph = {};
};

// What became of each member of a write, in the caller's order.
enum class Outcome : uint8_t {
  kInserted,
  kReplaced,
  kDuplicate,
  kRemoved,
  kAbsent
};

struct CommitResult {
  uint64_t commit = 0;
  absl::Time time;
  uint64_t inserted = 0;
  uint64_t replaced = 0;
  // Removes that took something away, edges and all; of a clear: statements.
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
