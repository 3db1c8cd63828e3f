// ReadView: a consistent snapshot of one graph.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "skg/export.h"
#include "skg/graph_view.h"
#include "skg/prepared_query.h"
#include "skg/query.h"
#include "skg/search.h"
#include "skg/statement.h"
#include "skg/text_index.h"
#include "skg/vector_index.h"

namespace skg {

namespace engine {
class ViewImpl;
class CursorImpl;
}  // namespace engine

// Exact figures of one view.
struct GraphStats {
  uint64_t statements = 0;  // edges counted
  uint64_t triples = 0;     // distinct (graph, s, p, o)
  uint64_t subjects = 0;    // distinct, over all graphs of the dataset
  uint64_t predicates = 0;
  uint64_t objects = 0;
};

// The statements of one Match, fetched as they are asked for.
// Thread safety: one thread at a time. Lifetime: keeps its view alive; must be
// destroyed before the Engine.
class SKG_EXPORT StatementCursor {
 public:
  StatementCursor(StatementCursor&&) noexcept;
  StatementCursor& operator=(StatementCursor&&) noexcept;
  ~StatementCursor();

  // Fills `batch` (cleared first) with up to 2048 statements. False: the end.
  // Errors: kDeadlineExceeded, kCancelled, kDataLoss.
  [[nodiscard]] absl::StatusOr<bool> Next(std::vector<Statement>& batch);

  // All that is left. Memory: proportional to the result.
  [[nodiscard]] absl::StatusOr<std::vector<Statement>> ToVector();

 private:
  friend class engine::ViewImpl;
  explicit StatementCursor(std::unique_ptr<engine::CursorImpl> impl);
  std::unique_ptr<engine::CursorImpl> impl_;
};

// A snapshot: what it shows never changes, whatever is written meanwhile.
// Thread safety: all methods from any thread. Copies share the snapshot.
// Lifetime: must be destroyed before the Engine. An open view keeps old
// versions on disk; do not hold one for days.
class SKG_EXPORT ReadView {
 public:
  ReadView(const ReadView&);
  ReadView(ReadView&&) noexcept;
  ReadView& operator=(const ReadView&);
  ReadView& operator=(ReadView&&) noexcept;
  ~ReadView();

  // The last commit this view shows (0: nothing was ever written) and its time.
  [[nodiscard]] uint64_t commit() const;
  [[nodiscard]] absl::Time time() const;

  // Errors: kInvalidArgument (a malformed term, a weight range outside [0, 1]
  // or empty; FieldErrors() tells which), kDeadlineExceeded, kDataLoss, and
  // from the cursor kResourceExhausted (more to sort than a quarter of the
  // memory budget holds). A term the graph has never seen matches nothing.
  // Cost: an index range; with an order other than kKey all matches are read
  // and sorted (bounded by limit + offset where given).
  [[nodiscard]] absl::StatusOr<StatementCursor> Match(
      const StatementPattern& pattern, const MatchOptions& options = {}) const;

  // As Graph::Query, of this state.
  [[nodiscard]] absl::StatusOr<QueryResult> Query(
      std::string_view text, const QueryOptions& options = {}) const;
  // As Graph::Prepare, of this state.
  [[nodiscard]] absl::StatusOr<PreparedQuery> Prepare(
      std::string_view text, const PrepareOptions& options = {}) const;

  // As Graph::View, of this state.
  [[nodiscard]] absl::StatusOr<GraphView> View(
      const GraphViewOptions& options = {}) const;

  // The text indexes of this state, in the order they were made.
  [[nodiscard]] absl::StatusOr<std::vector<TextIndexInfo>> TextIndexes() const;
  // The nodes or statements whose texts say best what is asked for: words,
  // "phrases", prefix*, fuzzy~, +must and -mustnot. Best first, each once.
  // Errors: kNotFound (the index), kInvalidArgument (the query, with its
  // column; FieldErrors() says which option), kFailedPrecondition (it is being
  // built), kOutOfRange (a state from before it was complete),
  // kDeadlineExceeded, kResourceExhausted, kDataLoss, those of the filter.
  [[nodiscard]] absl::StatusOr<std::vector<TextHit>> SearchText(
      std::string_view index, std::string_view query,
      const TextSearchOptions& options = {}) const;

  // The vector indexes of this state, in the order they were made.
  [[nodiscard]] absl::StatusOr<std::vector<VectorIndexInfo>> VectorIndexes()
      const;
  // The vector of one owner. Errors: kNotFound (the index, or it has none),
  // kInvalidArgument.
  [[nodiscard]] absl::StatusOr<std::vector<float>> GetVector(
      std::string_view index, std::string_view owner) const;
  // The owners of the vectors nearest to this one, best first, equal ones in a
  // fixed order. Errors: kNotFound (the index), kInvalidArgument (the vector:
  // see Graph::PutVectors; FieldErrors() says which option), kOutOfRange (a
  // state from before the index), kDeadlineExceeded, kResourceExhausted (the
  // memory budget), kDataLoss, those of the filter.
  [[nodiscard]] absl::StatusOr<std::vector<VectorHit>> SearchVectors(
      std::string_view index, std::span<const float> vector,
      const VectorSearchOptions& options = {}) const;

  // The owners of the vectors nearest to that of a text, by the index's
  // embedder. Errors: kFailedPrecondition (it has no embedder, or this process
  // does not know it), those of the embedder, and as SearchVectors.
  [[nodiscard]] absl::StatusOr<std::vector<VectorHit>> SearchSimilar(
      std::string_view index, std::string_view text,
      const VectorSearchOptions& options = {}) const;
  // A node's text by the template of the index (see NodeTextTemplate; the
  // default one where it has none); empty: it has none. At most 64 KiB. Errors:
  // kNotFound (the index), kInvalidArgument (the node's name, or an index over
  // statements), kDataLoss.
  [[nodiscard]] absl::StatusOr<std::string> NodeText(
      std::string_view index, std::string_view node) const;

  // Nodes by all that a hybrid query asks for (see search.h), best first.
  // Errors: kInvalidArgument (FieldErrors() says which field), and as
  // SearchText and SearchVectors.
  [[nodiscard]] absl::StatusOr<std::vector<HybridHit>> Search(
      const HybridQuery& query) const;

  // How many statements Match would give: distinct triples, or, where the
  // pattern names a graph, statements with edges apart. Exact. Cost: constant
  // for everything and for a predicate alone where no named graph has a match,
  // else the range.
  [[nodiscard]] absl::StatusOr<uint64_t> Count(
      const StatementPattern& pattern = {}) const;

  // The statement with this id (UUID text). Errors: kNotFound,
  // kInvalidArgument (not a UUID), kFailedPrecondition (the graph keeps no id
  // index).
  [[nodiscard]] absl::StatusOr<Statement> Get(std::string_view id) const;

  // Exact; distinct counts are computed on first use and kept for the view.
  [[nodiscard]] absl::StatusOr<GraphStats> Stats() const;

 private:
  friend class engine::ViewImpl;
  friend class Graph;
  friend class Transaction;
  explicit ReadView(std::shared_ptr<const engine::ViewImpl> impl);
  std::shared_ptr<const engine::ViewImpl> impl_;
};

}  // namespace skg
