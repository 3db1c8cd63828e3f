// EmbeddingFollower: a thread that keeps the vectors of one index those of its
// nodes' texts.
//
// First it looks at all nodes there are, then at those that the change log
// names, each window of changes once. How far it is stands in a row that is
// written with the vectors: after a crash it goes on there, and what it does
// twice does no harm. Where the log no longer reaches back, it begins anew.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "engine/graph_impl.h"
#include "engine/node_text.h"
#include "engine/view_impl.h"
#include "skg/embedder.h"
#include "skg/vector_index.h"
#include "storage/store.h"
#include "vector/embedding_progress.h"
#include "vector/vector_rows.h"

namespace skg::engine {

// Thread safety: all public methods from any thread.
class EmbeddingFollower {
 public:
  EmbeddingFollower(std::shared_ptr<GraphImpl> graph,
                    vector::IndexDefinition index,
                    std::shared_ptr<Embedder> embedder,
                    const vector::EmbeddingProgress& progress);
  // Waits for the thread, and so for a call of the embedder (see kCallTime).
  ~EmbeddingFollower();
  EmbeddingFollower(const EmbeddingFollower&) = delete;
  EmbeddingFollower& operator=(const EmbeddingFollower&) = delete;

  // kResourceExhausted: no thread.
  [[nodiscard]] absl::Status Start();
  void Stop();

  struct State {
    uint64_t commit = 0;  // 0: it looks at all nodes
    uint64_t lag = 0;     // commits that it has not looked at
    std::string error;    // of the last try; empty: it works
  };
  [[nodiscard]] State state() const;
  // Errors: as Graph::WaitForEmbeddings.
  [[nodiscard]] absl::Status Wait(uint64_t commit, absl::Time deadline) const;

 private:
  using Phase = vector::EmbeddingProgress::Phase;
  // Nodes to look at; whether something changed that their text may say.
  using Window = absl::flat_hash_map<rdf::TermId, bool>;

  void Run();
  // Some work, or a wait for some. Errors: of the embedder, of a commit, of
  // reading; the step will be taken again.
  [[nodiscard]] absl::Status Step();
  [[nodiscard]] absl::Status LookAtSubjects();
  [[nodiscard]] absl::Status LookAtVectors();
  [[nodiscard]] absl::Status FollowLog();
  [[nodiscard]] absl::Status ReadChanges(uint64_t commit, Window& window);
  void BeginAnew();
  // Puts the vectors of these nodes, takes out those of nodes that have no text
  // any more, and then is at `then`.
  [[nodiscard]] absl::Status Embed(const Window& nodes,
                                   const vector::EmbeddingProgress& then);
  [[nodiscard]] absl::Status EmbedSome(
      const storage::ReadView& view, const NodeTexts& texts,
      std::span<const std::pair<rdf::TermId, bool>> nodes,
      const vector::EmbeddingProgress& then);
  [[nodiscard]] absl::StatusOr<std::vector<std::vector<float>>> VectorsOf(
      const std::vector<std::string>& texts);
  [[nodiscard]] absl::StatusOr<NodeTexts> Texts(
      const storage::ReadView& view) const;
  void Set(const vector::EmbeddingProgress& progress);
  // Writes how far it is, where no vectors were written with it.
  [[nodiscard]] absl::Status WriteProgress();
  [[nodiscard]] bool stopped() const;

  const std::shared_ptr<GraphImpl> graph_;
  const vector::IndexDefinition index_;
  const std::shared_ptr<Embedder> embedder_;
  std::unique_ptr<storage::LogHold> hold_;  // of the thread
  vector::EmbeddingProgress written_;       // of the thread
  absl::Duration call_time_;                // of the thread

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  vector::EmbeddingProgress progress_;  // changed by the thread alone
  std::string error_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace skg::engine
