// What others keep of a commit, such as vectors and postings: rows of their own
// families, written in its batch.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "absl/status/statusor.h"
#include "rdf/term_id.h"

namespace skg::storage {

struct CommitRequest;
class GraphState;
class KvBatch;
class ReadView;
class StatementRecords;

class CommitPart {
 public:
  virtual ~CommitPart() = default;
  // The terms whose numbers its rows need, in ids of the request (inline,
  // dictionary or arena ids); new ones are numbered.
  [[nodiscard]] virtual std::span<const rdf::TermId> terms() const = 0;
  // Adds its rows; `ids` are those of terms(), in their sequence. Called by the
  // leader, once, when nothing of the commit can fail any more.
  virtual void AddRows(uint64_t commit, std::span<const rdf::TermId> ids,
                       KvBatch& batch) = 0;
  // Its rows are in the store. After an error it is not called; what AddRows
  // gave is then gone. Must not hold up who calls it.
  virtual void Written() {}
};

// Derives a part from what is written. Thread-safe.
class CommitParticipant {
 public:
  virtual ~CommitParticipant() = default;
  struct Prepared {
    std::shared_ptr<CommitPart> part;  // null: none
    // Kept until the commit is visible or has failed.
    std::shared_ptr<const void> hold;
  };
  // Called before the commit queues, on its caller's thread. An error is the
  // commit's.
  [[nodiscard]] virtual absl::StatusOr<Prepared> Prepare(
      GraphState& graph, const CommitRequest& request) = 0;
  // Called before a run becomes a commit that no Prepare has seen in whole; all
  // that it adds to the store must do no harm if the commit never comes.
  // `added` shows the run's statements alone, without their records, which are
  // in `records`. What is returned is kept as Prepared::hold.
  [[nodiscard]] virtual absl::StatusOr<std::shared_ptr<const void>> PrepareRun(
      GraphState& graph, const ReadView& added,
      const StatementRecords& records) = 0;
};

}  // namespace skg::storage
