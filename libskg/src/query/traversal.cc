#include "query/traversal.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "base/status.h"
#include "query/pattern_scan.h"
#include "storage/read_view.h"

namespace skg::query {
namespace {

using Direction = TraversalQuery::Direction;

// Up to this many relationship types are looked up each; of more, all edges
// of a term are read and filtered.
constexpr size_t kMaxLookups = 16;
// What an open cursor and its batch hold, about.
constexpr uint64_t kCursorBytes = uint64_t{128} << 10;

struct Hop {
  TermId target;
  TermId predicate;
  float weight = 1.0f;
};

// What the edges of all terms have in common.
struct EdgeFilter {
  Direction direction = Direction::kBoth;
  bool all_types = true;
  std::vector<TermId> types;  // sorted
};

// The edges of one term in one direction, in order, each triple once.
class EdgeCursor {
 public:
  EdgeCursor(Evaluation& evaluation, TermId term, bool outgoing)
      : evaluation_(evaluation), term_(term), outgoing_(outgoing) {}
  ~EdgeCursor() { evaluation_.memory.Release(inputs_.size() * kCursorBytes); }
  EdgeCursor(const EdgeCursor&) = delete;
  EdgeCursor& operator=(const EdgeCursor&) = delete;

  absl::Status Open(const EdgeFilter& filter) {
    if (filter.all_types) return OpenInput(TermId{});
    if (filter.types.size() > kMaxLookups) {
      types_ = &filter.types;
      return OpenInput(TermId{});
    }
    for (const TermId type : filter.types) SKG_RETURN_IF_ERROR(OpenInput(type));
    return absl::OkStatus();
  }

  absl::StatusOr<std::optional<Hop>> Next() {
    while (true) {
      SKG_RETURN_IF_ERROR(evaluation_.Tick());
      Input* least = nullptr;
      for (Input& input : inputs_) {
        if (input.next < input.batch.size() &&
            (least == nullptr || OrderOf(input) < OrderOf(*least))) {
          least = &input;
        }
      }
      if (least == nullptr) return std::nullopt;
      const StatementRow row = least->batch.Row(least->next);
      SKG_RETURN_IF_ERROR(Advance(*least));
      const Triple triple = TripleOf(row);
      if (last_ == triple) continue;
      SKG_ASSIGN_OR_RETURN(const bool holds, evaluation_.Holds(row));
      if (!holds) continue;
      last_ = triple;
      if (types_ != nullptr &&
          !std::binary_search(types_->begin(), types_->end(),
                              row.key.predicate)) {
        continue;
      }
      return Hop{outgoing_ ? row.key.object : row.key.subject,
                 row.key.predicate, row.weight};
    }
  }

 private:
  struct Input {
    std::unique_ptr<storage::ScanCursor> cursor;
    storage::StatementBatch batch;
    size_t next = 0;
  };

  absl::Status OpenInput(TermId predicate) {
    storage::ScanPattern pattern;
    (outgoing_ ? pattern.subject : pattern.object) = term_;
    pattern.predicate = predicate;
    storage::ScanOptions options;
    options.cancellation = evaluation_.cancellation;
    SKG_RETURN_IF_ERROR(evaluation_.memory.Reserve(kCursorBytes));
    inputs_.emplace_back();
    SKG_ASSIGN_OR_RETURN(inputs_.back().cursor,
                         evaluation_.view.Scan(pattern, options));
    return Fill(inputs_.back());
  }

  static absl::Status Fill(Input& input) {
    input.next = 0;
    return input.cursor->Next(input.batch).status();
  }

  absl::Status Advance(Input& input) {
    if (++input.next < input.batch.size()) return absl::OkStatus();
    return Fill(input);
  }

  [[nodiscard]] std::pair<TermId, TermId> OrderOf(const Input& input) const {
    const storage::StatementBatch& batch = input.batch;
    const size_t i = input.next;
    return outgoing_ ? std::pair(batch.predicate[i], batch.object[i])
                     : std::pair(batch.subject[i], batch.predicate[i]);
  }

  Evaluation& evaluation_;
  TermId term_;
  bool outgoing_;
  const std::vector<TermId>* types_ = nullptr;
  std::vector<Input> inputs_;
  std::optional<Triple> last_;
};

// All edges of one term: outgoing, then incoming.
class TermEdges {
 public:
  TermEdges(Evaluation& evaluation, const EdgeFilter& filter, TermId term)
      : evaluation_(evaluation), filter_(filter), term_(term) {
    outgoing_left_ = filter.direction != Direction::kIn;
    incoming_left_ = filter.direction != Direction::kOut;
  }

  [[nodiscard]] TermId term() const { return term_; }

  absl::StatusOr<std::optional<Hop>> Next() {
    while (cursor_ != nullptr || outgoing_left_ || incoming_left_) {
      if (cursor_ == nullptr) {
        const bool outgoing = std::exchange(outgoing_left_, false);
        if (!outgoing) incoming_left_ = false;
        SKG_RETURN_IF_ERROR(evaluation_.Check());
        cursor_ = std::make_unique<EdgeCursor>(evaluation_, term_, outgoing);
        SKG_RETURN_IF_ERROR(cursor_->Open(filter_));
      }
      SKG_ASSIGN_OR_RETURN(std::optional<Hop> hop, cursor_->Next());
      if (hop.has_value()) return hop;
      cursor_ = nullptr;
    }
    return std::nullopt;
  }

 private:
  Evaluation& evaluation_;
  const EdgeFilter& filter_;
  TermId term_;
  bool outgoing_left_;
  bool incoming_left_;
  std::unique_ptr<EdgeCursor> cursor_;
};

class Walk {
 public:
  Walk(Evaluation& evaluation, EdgeFilter filter, uint32_t max_depth,
       uint64_t limit)
      : evaluation_(evaluation),
        filter_(std::move(filter)),
        max_depth_(max_depth),
        limit_(limit) {}

  absl::Status BreadthFirst(TermId start) {
    met_.insert(start);
    struct Waiting {
      TermId term;
      uint32_t depth;
    };
    std::vector<Waiting> queue = {{start, 0}};
    for (size_t i = 0; i < queue.size() && !full(); ++i) {
      const Waiting at = queue[i];
      TermEdges edges(evaluation_, filter_, at.term);
      while (!full()) {
        SKG_ASSIGN_OR_RETURN(const std::optional<Hop> hop, edges.Next());
        if (!hop.has_value()) break;
        SKG_ASSIGN_OR_RETURN(const bool is_new,
                             Meet(at.term, *hop, at.depth + 1));
        if (is_new && at.depth + 1 < max_depth_ && GoesOn(hop->target)) {
          queue.push_back({hop->target, at.depth + 1});
        }
      }
    }
    return absl::OkStatus();
  }

  absl::Status DepthFirst(TermId start) {
    met_.insert(start);
    std::vector<std::unique_ptr<TermEdges>> path;
    path.push_back(std::make_unique<TermEdges>(evaluation_, filter_, start));
    while (!path.empty() && !full()) {
      SKG_ASSIGN_OR_RETURN(const std::optional<Hop> hop, path.back()->Next());
      if (!hop.has_value()) {
        path.pop_back();
        continue;
      }
      const auto depth = static_cast<uint32_t>(path.size());
      SKG_ASSIGN_OR_RETURN(const bool is_new,
                           Meet(path.back()->term(), *hop, depth));
      if (is_new && depth < max_depth_ && GoesOn(hop->target)) {
        path.push_back(
            std::make_unique<TermEdges>(evaluation_, filter_, hop->target));
      }
    }
    return absl::OkStatus();
  }

  [[nodiscard]] std::vector<PatternAnswer::Edge> Take() {
    return std::move(edges_);
  }

 private:
  [[nodiscard]] bool full() const { return edges_.size() >= limit_; }

  // Values have no edges of their own that mean anything; a transaction's own
  // terms may be resources.
  static bool GoesOn(TermId term) {
    return term.is_resource() || term.in_arena();
  }

  absl::StatusOr<bool> Meet(TermId source, const Hop& hop, uint32_t depth) {
    if (!met_.insert(hop.target).second) return false;
    SKG_RETURN_IF_ERROR(
        evaluation_.memory.Reserve(2 * sizeof(PatternAnswer::Edge) + 64));
    edges_.push_back({source, hop.target, hop.predicate, depth, hop.weight});
    return true;
  }

  Evaluation& evaluation_;
  const EdgeFilter filter_;
  const uint32_t max_depth_;
  const uint64_t limit_;
  absl::flat_hash_set<TermId> met_;
  std::vector<PatternAnswer::Edge> edges_;
};

absl::StatusOr<TermId> Lookup(const Evaluation& evaluation,
                              const std::string& text) {
  SKG_ASSIGN_OR_RETURN(const rdf::Term term, evaluation.names.ToTerm(text));
  return evaluation.view.Lookup(term);
}

absl::StatusOr<EdgeFilter> ResolveFilter(const Evaluation& evaluation,
                                         const TraversalQuery& query) {
  EdgeFilter filter;
  filter.direction = query.direction;
  filter.all_types = query.relationship_types.empty();
  for (const std::string& type : query.relationship_types) {
    SKG_ASSIGN_OR_RETURN(const TermId id, Lookup(evaluation, type));
    if (id.bound()) filter.types.push_back(id);
  }
  std::sort(filter.types.begin(), filter.types.end());
  filter.types.erase(std::unique(filter.types.begin(), filter.types.end()),
                     filter.types.end());
  return filter;
}

}  // namespace

absl::StatusOr<PatternAnswer> Traverse(Evaluation& evaluation,
                                       const TraversalQuery& query,
                                       uint64_t limit) {
  PatternAnswer answer;
  SKG_ASSIGN_OR_RETURN(const TermId start, Lookup(evaluation, query.start));
  if (!start.bound()) return answer;
  SKG_ASSIGN_OR_RETURN(EdgeFilter filter, ResolveFilter(evaluation, query));
  Walk walk(evaluation, std::move(filter), query.max_depth, limit);
  SKG_RETURN_IF_ERROR(query.strategy == TraversalQuery::Strategy::kBreadthFirst
                          ? walk.BreadthFirst(start)
                          : walk.DepthFirst(start));
  answer.edges = walk.Take();
  return answer;
}

}  // namespace skg::query
