// TextIndexes: writes the texts of commits into the text indexes of their
// graphs, and makes and drops these.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <tuple>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/cancellation.h"
#include "skg/statement.h"
#include "storage/commit_part.h"
#include "storage/store.h"
#include "text/posting_fold.h"
#include "text/posting_rows.h"
#include "text/text_catalog.h"

namespace skg::text {

// Thread-safe. Outlives the store whose commits it takes part in.
class TextIndexes final : public storage::CommitParticipant {
 public:
  ~TextIndexes() override;

  [[nodiscard]] absl::StatusOr<Prepared> Prepare(
      storage::GraphState& graph,
      const storage::CommitRequest& request) override;
  [[nodiscard]] absl::StatusOr<std::shared_ptr<const void>> PrepareRun(
      storage::GraphState& graph, const storage::ReadView& added,
      const storage::StatementRecords& records) override;

  // Declares an index, waits for the commits that did not know of it, and adds
  // what is there. Commits go on meanwhile. After an error (also kCancelled)
  // there is no such index. Errors also: kAlreadyExists, those of a commit.
  // Cost: that of reading all texts.
  [[nodiscard]] absl::StatusOr<CommitResult> Create(
      storage::GraphStore graph, IndexDefinition definition,
      Durability durability, const Cancellation* cancellation);
  // Makes it anew from the present state and puts it in the place of the old
  // one, which is searched until then; one that was never completed is. Errors:
  // kNotFound, and as Create.
  [[nodiscard]] absl::StatusOr<CommitResult> Rebuild(
      storage::GraphStore graph, std::string_view name, Durability durability,
      const Cancellation* cancellation);
  // Errors: kNotFound, those of a commit.
  [[nodiscard]] absl::StatusOr<CommitResult> Drop(storage::GraphStore graph,
                                                  std::string_view name,
                                                  Durability durability);
  // Packs what commits have written to an index lately; searches and commits go
  // on. An index that is not there (any more) is no error. Errors: those of
  // text::Fold.
  [[nodiscard]] absl::Status Fold(storage::KvStore& kv, PostingIndex index,
                                  const FoldOptions& options);
  // Is called when an index wants to be folded, perhaps by the thread that
  // leads commits, which it must not hold up. Before the first commit.
  void SetWantsFold(std::function<void(PostingIndex)> wants_fold) {
    wants_fold_ = std::move(wants_fold);
  }
  // So many documents were found in its delta by a search.
  void FoundInDelta(PostingIndex index, size_t documents);
  // The graph was dropped.
  void ForgetGraph(uint32_t graph);

 private:
  struct Declared;
  using DocumentKey = std::tuple<uint32_t, uint32_t, uint64_t>;

  [[nodiscard]] absl::StatusOr<std::shared_ptr<const Declared>> DeclaredIn(
      storage::GraphState& graph);
  // Reads the definitions anew; returns once nobody uses the old ones.
  [[nodiscard]] absl::Status Redeclare(storage::GraphState& graph,
                                       const Cancellation* cancellation);
  [[nodiscard]] absl::Status Fill(storage::GraphStore& graph, uint32_t number,
                                  uint64_t* since,
                                  const Cancellation* cancellation);
  [[nodiscard]] absl::StatusOr<CommitResult> Build(
      storage::GraphStore& graph, IndexDefinition definition,
      const std::vector<uint32_t>& replaced, Durability durability,
      const Cancellation* cancellation);
  // After an error of Build.
  void EndIncomplete(storage::GraphStore& graph, uint32_t number,
                     Durability durability);
  // Commits `parts` with the end of these indexes.
  [[nodiscard]] absl::StatusOr<CommitResult> End(
      storage::GraphStore& graph, const std::vector<uint32_t>& indexes,
      std::vector<std::shared_ptr<storage::CommitPart>> parts,
      Durability durability);
  // Documents are written to the delta, by a commit or not.
  void Wrote(PostingIndex index, std::span<const uint64_t> documents);
  void Added(PostingIndex index, uint64_t documents);
  [[nodiscard]] bool Remembers(PostingIndex index, uint64_t document);

  std::mutex changing_;  // held by who makes or drops an index
  std::mutex mutex_;     // of what follows
  absl::flat_hash_map<uint32_t, std::shared_ptr<const Declared>> declared_;
  // Documents that were written lately and need not be written again.
  absl::flat_hash_set<DocumentKey> recent_;
  absl::flat_hash_map<std::pair<uint32_t, uint32_t>, uint64_t> added_;
  std::function<void(PostingIndex)> wants_fold_;  // may be null
};

}  // namespace skg::text
