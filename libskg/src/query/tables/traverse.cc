#include "query/tables/traverse.h"

#include <algorithm>
#include <array>
#include <deque>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "query/exec/triple_cursor.h"
#include "rdf/inline_value.h"
#include "rdf/name.h"
#include "storage/read_view.h"

namespace skg::query {
namespace {

using exec::Context;
using exec::MemoryCharge;
using rdf::TermId;
using storage::StatementRow;
using Direction = Traversal::Direction;

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
  EdgeCursor(Context& context, MemoryCharge& charge, TermId term, bool outgoing)
      : context_(context), charge_(charge), term_(term), outgoing_(outgoing) {}
  ~EdgeCursor() { charge_.Release(inputs_.size() * kCursorBytes); }
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
      SKG_RETURN_IF_ERROR(context_.Tick());
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
      const std::array<TermId, 3> triple = {row.key.subject, row.key.predicate,
                                            row.key.object};
      if (last_ == triple) continue;
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
    SKG_RETURN_IF_ERROR(charge_.Add(kCursorBytes));
    inputs_.emplace_back();
    const exec::TriplePlaces places{outgoing_ ? term_ : TermId{}, predicate,
                                    outgoing_ ? TermId{} : term_};
    const storage::TermOrder order =
        exec::NaturalOrder(outgoing_, predicate.bound(), !outgoing_);
    SKG_ASSIGN_OR_RETURN(
        exec::TripleCursor cursor,
        exec::OpenTriples(context_, {true, {}, true}, places, order));
    inputs_.back().cursor = std::move(cursor.rows);
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

  Context& context_;
  MemoryCharge& charge_;
  const TermId term_;
  const bool outgoing_;
  const std::vector<TermId>* types_ = nullptr;
  std::vector<Input> inputs_;
  std::optional<std::array<TermId, 3>> last_;
};

// All edges of one term: outgoing, then incoming.
class TermEdges {
 public:
  TermEdges(Context& context, MemoryCharge& charge, const EdgeFilter& filter,
            TermId term)
      : context_(context), charge_(charge), filter_(filter), term_(term) {
    outgoing_left_ = filter.direction != Direction::kIn;
    incoming_left_ = filter.direction != Direction::kOut;
  }

  [[nodiscard]] TermId term() const { return term_; }

  absl::StatusOr<std::optional<Hop>> Next() {
    while (cursor_ != nullptr || outgoing_left_ || incoming_left_) {
      if (cursor_ == nullptr) {
        const bool outgoing = std::exchange(outgoing_left_, false);
        if (!outgoing) incoming_left_ = false;
        SKG_RETURN_IF_ERROR(context_.Check());
        cursor_ =
            std::make_unique<EdgeCursor>(context_, charge_, term_, outgoing);
        SKG_RETURN_IF_ERROR(cursor_->Open(filter_));
      }
      SKG_ASSIGN_OR_RETURN(std::optional<Hop> hop, cursor_->Next());
      if (hop.has_value()) return hop;
      cursor_ = nullptr;
    }
    return std::nullopt;
  }

 private:
  Context& context_;
  MemoryCharge& charge_;
  const EdgeFilter& filter_;
  const TermId term_;
  bool outgoing_left_;
  bool incoming_left_;
  std::unique_ptr<EdgeCursor> cursor_;
};

// Where the walk is: breadth first the front of a queue, depth first the end of
// a path.
class Walk final : public TableRows {
 public:
  Walk(Context& context, const Traversal& traversal)
      : context_(context),
        breadth_first_(traversal.strategy ==
                       Traversal::Strategy::kBreadthFirst),
        max_depth_(traversal.max_depth),
        left_(traversal.limit),
        charge_(context, "traversal") {}

  absl::Status Start(const Traversal& traversal) {
    filter_.direction = traversal.direction;
    filter_.all_types = traversal.all_types;
    for (const rdf::Term& type : traversal.types) {
      SKG_ASSIGN_OR_RETURN(const TermId id, context_.terms.Lookup(type));
      if (id.bound()) filter_.types.push_back(id);
    }
    std::sort(filter_.types.begin(), filter_.types.end());
    filter_.types.erase(std::unique(filter_.types.begin(), filter_.types.end()),
                        filter_.types.end());
    SKG_ASSIGN_OR_RETURN(const TermId start,
                         context_.terms.Lookup(traversal.start));
    if (!start.bound()) return absl::OkStatus();
    met_.insert(start);
    return GoOn(start, 0);
  }

  absl::StatusOr<bool> Next(Batch& batch) override {
    while (left_ > 0 && batch.rows < Batch::kMostRows && !at_.empty()) {
      At& at = breadth_first_ ? at_.front() : at_.back();
      if (at.edges == nullptr) {
        at.edges =
            std::make_unique<TermEdges>(context_, charge_, filter_, at.term);
      }
      const uint32_t depth = at.depth + 1;
      SKG_ASSIGN_OR_RETURN(const std::optional<Hop> hop, at.edges->Next());
      if (!hop.has_value()) {
        breadth_first_ ? at_.pop_front() : at_.pop_back();
        charge_.Release(sizeof(At));
        continue;
      }
      if (!met_.insert(hop->target).second) continue;
      SKG_RETURN_IF_ERROR(charge_.Add(kMetBytes));
      SKG_RETURN_IF_ERROR(Emit(at.term, *hop, depth, batch));
      --left_;
      if (depth < max_depth_ && GoesOn(hop->target))
        SKG_RETURN_IF_ERROR(GoOn(hop->target, depth));
    }
    return batch.rows > 0;
  }
  [[nodiscard]] size_t used_bytes() const override { return charge_.used(); }

 private:
  struct At {
    TermId term;
    uint32_t depth = 0;
    std::unique_ptr<TermEdges> edges;  // null: not begun
  };

  // Values have no edges of their own that mean anything; a transaction's own
  // terms may be resources.
  static bool GoesOn(TermId term) {
    return term.is_resource() || term.in_arena();
  }

  absl::Status GoOn(TermId term, uint32_t depth) {
    SKG_RETURN_IF_ERROR(charge_.Add(sizeof(At)));
    at_.push_back({term, depth, nullptr});
    return absl::OkStatus();
  }

  static absl::Status Emit(TermId source, const Hop& hop, uint32_t depth,
                           Batch& batch) {
    const auto depth_id = rdf::InlineInteger(depth);
    const auto weight_id = rdf::InlineDouble(hop.weight);
    if (!depth_id || !weight_id)
      return absl::DataLossError("the weight of a statement is none");
    batch.columns[0].push_back(source);
    batch.columns[1].push_back(hop.target);
    batch.columns[2].push_back(hop.predicate);
    batch.columns[3].push_back(*depth_id);
    batch.columns[4].push_back(*weight_id);
    ++batch.rows;
    return absl::OkStatus();
  }

  static constexpr size_t kMetBytes = 2 * (sizeof(TermId) + 1);

  Context& context_;
  EdgeFilter filter_;
  const bool breadth_first_;
  const uint32_t max_depth_;
  uint64_t left_;
  MemoryCharge charge_;
  absl::flat_hash_set<TermId> met_;
  std::deque<At> at_;
};

class TraverseFunction final : public TableFunction {
 public:
  explicit TraverseFunction(Traversal traversal)
      : traversal_(std::move(traversal)) {}

  [[nodiscard]] std::string_view name() const override { return "traverse"; }
  [[nodiscard]] std::span<const std::string_view> columns() const override {
    static constexpr std::array<std::string_view, 5> kColumns = {
        "source", "target", "predicate", "depth", "weight"};
    return kColumns;
  }
  [[nodiscard]] std::string Arguments() const override {
    static constexpr const char* kDirections[] = {"out", "in", "both"};
    return absl::StrCat(
        rdf::ToNTriples(traversal_.start), " ",
        kDirections[static_cast<size_t>(traversal_.direction)], " depth ",
        traversal_.max_depth,
        traversal_.strategy == Traversal::Strategy::kBreadthFirst ? " bfs"
                                                                  : " dfs",
        traversal_.all_types
            ? std::string()
            : absl::StrCat(" of ", traversal_.types.size(), " types"),
        " limit ", traversal_.limit);
  }
  [[nodiscard]] Estimate EstimateRows(
      const Context& /*context*/) const override {
    // A link is read for each edge, and for each that leads back.
    constexpr double kLinks = 8;
    const auto edges = static_cast<double>(traversal_.limit);
    return {edges, kLinks * edges, {}, {}};
  }
  [[nodiscard]] absl::StatusOr<std::unique_ptr<TableRows>> Open(
      Context& context) const override {
    auto walk = std::make_unique<Walk>(context, traversal_);
    SKG_RETURN_IF_ERROR(walk->Start(traversal_));
    return walk;
  }

 private:
  const Traversal traversal_;
};

}  // namespace

std::shared_ptr<const TableFunction> MakeTraverse(Traversal traversal) {
  return std::make_shared<const TraverseFunction>(std::move(traversal));
}

}  // namespace skg::query
