// SpilledChanges: the changes of a transaction that has too many for memory, in
// temporary files on their way to one commit.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/memory_budget.h"
#include "rdf/term.h"
#include "storage/bulk_load.h"
#include "storage/commit.h"
#include "storage/overlay.h"
#include "storage/store.h"

namespace skg::storage {

// Adds operations to a load, in their sequence. Arena ids are places in `terms`
// (Overlay::PlaceOf). Errors: kInvalidArgument (a term to be added is longer
// than allowed), kDataLoss, those of BulkLoad::Add.
[[nodiscard]] absl::Status AddChanges(
    GraphState& graph, std::span<const rdf::Term> terms,
    std::span<const Record> records, std::span<const WriteOperation> operations,
    BulkLoad& load);

// A commit of many operations, without reads and outcomes, as a load. Unset:
// there is no memory for that. Errors: as GraphStore::Commit.
[[nodiscard]] std::optional<absl::StatusOr<CommitOutcome>> CommitSpilled(
    const GraphStore& graph, const SpillOptions& options,
    const CommitRequest& request);

// Not thread-safe. Memory: what it has reserved.
class SpilledChanges {
 public:
  // Of a transaction that began on `base`. Errors: kResourceExhausted (no
  // memory is left for it).
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<SpilledChanges>> Begin(
      const GraphStore& graph, const SpillOptions& options,
      std::shared_ptr<const Snapshot> base);
  // Removes the drafts.
  ~SpilledChanges();
  SpilledChanges(const SpilledChanges&) = delete;
  SpilledChanges& operator=(const SpilledChanges&) = delete;

  // Takes the changes of the overlay, which forgets them; its clears are told
  // before.
  [[nodiscard]] absl::Status Take(Overlay& overlay);
  // What it took there is taken back. A graph that has got an id by now gets it.
  // Errors: as BulkLoad::Clear.
  [[nodiscard]] absl::Status Clear(ClearScope& scope, const Overlay& overlay);
  // Some of what it took no draft shows.
  [[nodiscard]] bool undrafted() const { return undrafted_; }
  // The base with all changes that it took, and puts into the overlay what is
  // needed to read that. Cost: sorts and packs what came since the last call;
  // every eighth time everything.
  [[nodiscard]] absl::StatusOr<std::shared_ptr<const Snapshot>> Draft(
      Overlay& overlay);
  // How many changes it took.
  [[nodiscard]] uint64_t size() const { return size_; }

  // As BulkLoad::Finish.
  [[nodiscard]] absl::StatusOr<CommitOutcome> Commit(
      const CommitRequest& request) {
    return load_.Finish(request);
  }

 private:
  SpilledChanges(const GraphStore& graph, const SpillOptions& options,
                 std::shared_ptr<const Snapshot> base,
                 MemoryReservation memory);
  [[nodiscard]] std::shared_ptr<const Snapshot> Drafted() const;
  [[nodiscard]] absl::StatusOr<Record> ReadRecord(
      const StatementRow& row) const;
  void DropDrafts();

  const GraphStore graph_;
  const std::shared_ptr<const Snapshot> base_;
  const ReadView view_;  // of it
  const MemoryReservation memory_;
  BulkLoad load_;
  std::vector<LoadDraft> drafts_;
  bool undrafted_ = false;
  bool redraft_ = false;  // drafts have what was cleared since
  uint64_t size_ = 0;
};

}  // namespace skg::storage
