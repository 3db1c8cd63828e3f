// The rows of a run under a prefix: a window is what a block has of it.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/status.h"
#include "base/strings.h"
#include "storage/row_source.h"

namespace skg::storage {

namespace {

using Range = BlockView::Range;

// The first blocks are lookups in the cache: many a scan needs no more, and an
// iterator costs more than that.
constexpr size_t kLookedUpBlocks = 2;

// Unpacked columns; grows with the windows that it is used for.
struct Columns {
  std::array<BatchColumn<TermId>, 4> terms;
  BatchColumn<uint32_t> edges;
  BatchColumn<uint64_t> commits, ends;
  BatchColumn<float> weights;
  BatchColumn<uint8_t> has_records;
  BatchColumn<RowOperation> operations;
  BatchColumn<int64_t> signs, triple_signs;
};

// Those of the last source that this thread was done with: look-ups in a row,
// each of a row or two, would spend their time on making room for them.
std::unique_ptr<Columns>& SpareColumns() {
  thread_local std::unique_ptr<Columns> spare;
  return spare;
}

// Room for `rows` more values behind a column, and what unpacking may write
// beyond them; `fill` writes them.
template <typename Value, typename Fill>
void Extend(BatchColumn<Value>& column, size_t rows, const Fill& fill) {
  const size_t before = column.size();
  column.resize(before + rows + BlockView::kSpareRoom);
  fill(column.data() + before);
  column.resize(before + rows);
}

class RunSource final : public RowSource {
 public:
  RunSource(const KvStore& kv, const KvSnapshot* snapshot,
            std::shared_ptr<const Run> run, IndexOrder order,
            const TermPrefix& prefix, std::vector<ClearMark> clears,
            ReadCounters* counters)
      : RowSource(order),
        kv_(kv),
        snapshot_(snapshot),
        run_(std::move(run)),
        prefix_(prefix),
        clears_(std::move(clears)),
        counters_(counters) {
    auto fences = run_->FencesOf(order, snapshot);
    if (!fences.ok()) {
      End(fences.status());
      return;
    }
    fences_ = *fences;
    if (fences_->size() == 0) return;
    RowKey from;
    from.terms = prefix_.terms;
    from.commit = UINT64_MAX;
    block_ = fences_->Find(from);
    OpenFirst();
  }

  ~RunSource() override {
    if (columns_ != nullptr) SpareColumns() = std::move(columns_);
  }

  void Seek(const std::array<uint64_t, 4>& terms) override {
    if (!valid() || key().terms >= terms) return;
    if (prefix_.Compare(terms) != 0) return End(absl::OkStatus());
    RowKey from;
    from.terms = terms;
    from.commit = UINT64_MAX;
    if (block_ + 1 < fences_->size() &&
        !from.Before(fences_->first(block_ + 1))) {
      const size_t before = std::exchange(block_, fences_->Find(from));
      if (counters_ != nullptr)
        counters_->blocks_skipped += block_ - before - 1;
      in_sequence_ = 0;
      if (!GoToBlock(/*in_sequence=*/false)) return;
    } else if (unpacked()) {
      return GoToRow(FindInWindow(from));
    }
    // The first row with these terms or greater ones.
    Range equal = range_;
    for (size_t place = prefix_.count; place < 4 && !equal.empty(); ++place)
      equal = view_->Narrow(place, TermId{terms[place]}, equal);
    range_.begin = equal.begin;
    if (range_.empty()) return NextWindow();
    BeginRange();
  }

 private:
  void NextWindow() override {
    do {
      // Fences tell whether the next block begins within the prefix.
      if (block_ + 1 >= fences_->size() ||
          prefix_.Compare(fences_->first(block_ + 1).terms) != 0) {
        return End(absl::OkStatus());
      }
      ++block_;
      if (!GoToBlock(/*in_sequence=*/true)) return;
    } while (range_.empty());
    BeginRange();
  }

  // The first block where rows of the prefix may stand; they may begin with
  // the next one.
  void OpenFirst() {
    if (!GoToBlock(/*in_sequence=*/false)) return;
    if (range_.empty()) return NextWindow();
    BeginRange();
  }

  // Sets view_ and the range of the prefix in it. False: it has ended.
  bool GoToBlock(bool in_sequence) {
    const auto opened = in_sequence && ++in_sequence_ >= kLookedUpBlocks
                            ? ScanToBlock()
                            : LookUpBlock();
    if (!opened.ok()) {
      End(opened.status());
      return false;
    }
    if (counters_ != nullptr) ++counters_->blocks_read;
    view_ = *opened;
    range_ = view_->All();
    for (size_t i = 0; i < prefix_.count && !range_.empty(); ++i)
      range_ = view_->Narrow(i, TermId{prefix_.terms[i]}, range_);
    return true;
  }

  absl::StatusOr<const BlockView*> LookUpBlock() {
    blocks_.reset();
    SKG_ASSIGN_OR_RETURN(looked_up_,
                         run_->Block(order_, *fences_, block_, snapshot_));
    return &looked_up_->view();
  }

  absl::StatusOr<const BlockView*> ScanToBlock() {
    const std::string key =
        BlockKey(run_->graph(), run_->info().number, fences_->first(block_));
    if (blocks_ != nullptr) {
      blocks_->Next();
    } else {
      blocks_ = kv_.NewIterator(
          RunFamily(order_),
          {.snapshot = run_->ShownBy(snapshot_),
           .lower = key,
           .upper = PrefixEnd(RunPrefix(run_->graph(), run_->info().number))});
      blocks_->SeekToFirst();
    }
    if (!blocks_->Valid() || blocks_->key() != key) {
      SKG_RETURN_IF_ERROR(blocks_->status());
      return run_->Damaged(order_, block_, "it is missing");
    }
    auto view = BlockView::Open(blocks_->value());
    if (!view.ok())
      return run_->Damaged(order_, block_, sv(view.status().message()));
    if (scanned_to_ == nullptr) scanned_to_ = std::make_unique<BlockView>();
    *scanned_to_ = *std::move(view);
    return scanned_to_.get();
  }

  [[nodiscard]] uint64_t CommitOr(uint64_t in_block) const {
    return run_->info().commit != 0 ? run_->info().commit : in_block;
  }

  // Whether rows of the block may have ended by a clear that is not in it.
  [[nodiscard]] bool MayBeCleared() const {
    if (clears_.empty()) return false;
    const size_t place = GraphPlace(order_);
    TermId graph{prefix_.terms[place]};
    const bool known = place < prefix_.count || view_->Constant(place, &graph);
    return !known || LastClear(clears_, graph) != 0;
  }

  void BeginRange() {
    const BlockHeader& header = view_->header();
    open_ = header.all_live && !MayBeCleared();
    NewWindow window{.rows = range_.size(),
                     .max_commit = CommitOr(header.max_commit),
                     .all_live = open_,
                     .plain = open_ && header.one_version};
    if (range_.begin == 0) {
      window.first = fences_->first(block_);
    } else {
      const RunRow row = view_->Row(order_, range_.begin);
      window.first = ToRowKey(row.key, order_, row.commit);
    }
    window.first.commit = CommitOr(window.first.commit);
    if (columns_ != nullptr) columns_->signs.clear();
    Begin(window);
  }

  // Writes the term columns of the range to four columns.
  void UnpackTerms(const std::array<BatchColumn<TermId>*, 4>& columns) const {
    for (size_t i = 0; i < 4; ++i) {
      Extend(*columns[i], range_.size(), [&](TermId* out) {
        // The prefix says what its columns hold in the range.
        if (i < prefix_.count) {
          std::fill_n(out, range_.size(), TermId{prefix_.terms[i]});
        } else {
          view_->Terms(i, range_, out);
        }
      });
    }
  }
  void UnpackRest(BatchColumn<uint32_t>& edges, BatchColumn<uint64_t>& commits,
                  BatchColumn<float>& weights,
                  BatchColumn<uint8_t>& has_records) const {
    const size_t rows = range_.size();
    Extend(edges, rows, [&](uint32_t* out) { view_->Edges(range_, out); });
    Extend(commits, rows, [&](uint64_t* out) {
      if (run_->info().commit != 0) {
        std::fill_n(out, rows, run_->info().commit);
      } else {
        view_->Commits(range_, out);
      }
    });
    Extend(weights, rows, [&](float* out) { view_->Weights(range_, out); });
    Extend(has_records, rows,
           [&](uint8_t* out) { view_->HasRecords(range_, out); });
  }

  void Unpack(RowWindow& window) override {
    if (columns_ == nullptr) columns_ = std::move(SpareColumns());
    if (columns_ == nullptr) columns_ = std::make_unique<Columns>();
    Columns& c = *columns_;
    c.signs.clear();
    for (auto& column : c.terms) column.clear();
    c.edges.clear();
    c.commits.clear();
    c.weights.clear();
    c.has_records.clear();
    UnpackTerms({&c.terms[0], &c.terms[1], &c.terms[2], &c.terms[3]});
    UnpackRest(c.edges, c.commits, c.weights, c.has_records);
    for (size_t i = 0; i < 4; ++i) window.terms[i] = c.terms[i].data();
    window.edges = c.edges.data();
    window.commits = c.commits.data();
    window.weights = c.weights.data();
    window.has_records = c.has_records.data();
    if (open_) return;
    UnpackOperations();
    window.ends = c.ends.data();
    window.operations = c.operations.data();
  }

  void UnpackOperations() {
    Columns& c = *columns_;
    c.ends.clear();
    c.operations.clear();
    Extend(c.ends, range_.size(),
           [&](uint64_t* out) { view_->Ends(range_, out); });
    Extend(c.operations, range_.size(),
           [&](RowOperation* out) { view_->Operations(range_, out); });
    if (clears_.empty()) return;
    const TermId* const graphs = c.terms[GraphPlace(order_)].data();
    for (size_t i = 0; i < range_.size(); ++i)
      c.ends[i] = std::min(c.ends[i], FirstClearAfter(clears_, graphs[i], 0));
  }

  void AppendPacked(StatementBatch& batch) override {
    const auto& places = kOrderPlaces[static_cast<size_t>(order_)];
    BatchColumn<TermId>* const parts[] = {&batch.graph, &batch.subject,
                                          &batch.predicate, &batch.object};
    UnpackTerms({parts[places[0]], parts[places[1]], parts[places[2]],
                 parts[places[3]]});
    UnpackRest(batch.edge, batch.commit, batch.weight, batch.has_record);
  }

  // Merges and checks ask for the signs, scans never do.
  RowValue ValueAt(size_t i) override {
    Columns& c = *columns_;
    if (c.signs.empty()) {
      Extend(c.signs, range_.size(),
             [&](int64_t* out) { view_->Signs(range_, out); });
      c.triple_signs.clear();
      Extend(c.triple_signs, range_.size(),
             [&](int64_t* out) { view_->TripleSigns(range_, out); });
      // Of a block without removes these were not needed before.
      if (open_) UnpackOperations();
    }
    return {c.operations[i],   c.signs[i],
            c.triple_signs[i], std::min(c.ends[i], run_->info().max_end),
            c.weights[i],      c.has_records[i] != 0};
  }

  [[nodiscard]] bool StandsBefore(const RowKey& limit) const override {
    return block_ + 1 < fences_->size() &&
           !limit.Before(fences_->first(block_ + 1));
  }

  const KvStore& kv_;
  const KvSnapshot* const snapshot_;
  const std::shared_ptr<const Run> run_;
  const TermPrefix prefix_;
  const std::vector<ClearMark> clears_;  // after all rows
  ReadCounters* const counters_;         // may be null
  bool open_ = false;                    // no row of the window has an end
  const Fences* fences_ = nullptr;
  size_t block_ = 0;
  size_t in_sequence_ = 0;                      // blocks after the first one
  std::shared_ptr<const OpenBlock> looked_up_;  // whose view it may be
  std::unique_ptr<KvIterator> blocks_;          // on the one scanned to
  std::unique_ptr<BlockView> scanned_to_;
  const BlockView* view_ = nullptr;
  Range range_;                       // of the window: rows of the block
  std::unique_ptr<Columns> columns_;  // once something is unpacked
};

}  // namespace

std::unique_ptr<RowSource> MakeRunSource(
    const KvStore& kv, const KvSnapshot* snapshot,
    std::shared_ptr<const Run> run, IndexOrder order, const TermPrefix& prefix,
    std::vector<ClearMark> clears, ReadCounters* counters) {
  return std::make_unique<RunSource>(kv, snapshot, std::move(run), order,
                                     prefix, std::move(clears), counters);
}

}  // namespace skg::storage
