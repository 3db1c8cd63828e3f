// PreparedCommit: one commit on its way through the queue, with all work done
// that needs no writer: terms encoded, statement ids hashed.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "base/uuid.h"
#include "storage/commit.h"
#include "storage/commit_part.h"
#include "storage/dictionary.h"
#include "storage/graph_state.h"

namespace skg::storage {

class CommitWriter;
struct CommitBatch;

// A term that was unknown when the request was made.
struct PendingTerm {
  DictionaryTerm
      term;  // of a triple term: the tag; its bytes follow from parts
  // Of a triple term: each part's id, or an arena id: the place in `terms`.
  TermId parts[3];
  TermId id;            // once it is known or numbered
  bool needed = false;  // an operation that adds uses it
  // Its number was set aside by a load, whose rows may not be there yet (or
  // never come).
  bool reserved = false;
};

struct PreparedCommit {
  explicit PreparedCommit(const CommitRequest& of) : request(of) {}

  const CommitRequest& request;
  // Set: no request but this; see CommitQueue::Edit.
  const std::function<absl::Status(CommitWriter&, CommitBatch&)>* edit =
      nullptr;
  bool alone = false;  // nothing else may be on its way when it runs
  // Parts of triple terms come before the terms that hold them.
  std::vector<PendingTerm> terms;
  // For each of request.new_terms: its id, or an arena id: the place in
  // `terms`.
  std::vector<TermId> new_term_ids;
  // One an operation that may insert, where the graph keeps an id index.
  std::vector<Uuid> statement_ids;
  // The request's, and what the store's participant makes of it.
  std::vector<std::shared_ptr<CommitPart>> parts;
  std::shared_ptr<const void> hold;  // the participant's

  // The real id of an id of the request (unbound: not in the graph).
  [[nodiscard]] TermId Resolve(TermId id) const;
  [[nodiscard]] StatementKey Resolve(const StatementKey& key) const;

  // Lets go of all that is above, once it is in a batch.
  void ReleaseWork() {
    terms = {};
    new_term_ids = {};
    statement_ids = {};
    parts = {};
  }

  // Results: written by whoever leads, read by the owner once it is done.
  absl::Status status;
  bool conflict = false;  // what was read has changed: kAborted for good
  CommitOutcome outcome;

  // What the owner waits for: it is done, or it shall lead.
  enum Turn : uint32_t { kWaiting, kLead, kDone };
  std::atomic<uint32_t> turn{kWaiting};
};

// kInvalidArgument: an operation lacks a term, or refers to a term or a record
// that the request does not have.
[[nodiscard]] absl::Status CheckOperations(const CommitRequest& request);

// Errors: kInvalidArgument (an arena id that is no term of the request),
// kDataLoss, whatever a lookup gives.
[[nodiscard]] absl::Status Prepare(GraphState& graph, PreparedCommit& commit);

}  // namespace skg::storage
