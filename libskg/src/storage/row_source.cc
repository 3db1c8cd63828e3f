#include "storage/row_source.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"

namespace skg::storage {

namespace {

class DeltaSource final : public RowSource {
 public:
  DeltaSource(const KvStore& kv, const KvSnapshot* snapshot, uint32_t graph,
              uint32_t epoch, IndexOrder order, const TermPrefix& prefix)
      : prefix_(DeltaPrefix(graph, epoch, order)) {
    const std::string lower = prefix_ + prefix.Bytes();
    rows_ = kv.NewIterator(
        Family::kDelta,
        {.snapshot = snapshot, .lower = lower, .upper = PrefixEnd(lower)});
    rows_->SeekToFirst();
    Read();
  }

  RowState state() const override {
    return {value_.operation, value_.end, value_.weight, value_.has_record};
  }
  RowValue value() const override { return value_; }
  void Next() override {
    rows_->Next();
    Read();
  }
  void Seek(const std::array<uint64_t, 4>& terms) override {
    if (!valid_ || key_.terms >= terms) return;
    std::string to = prefix_;
    for (const uint64_t term : terms) AppendBigEndian(term, to);
    rows_->Seek(to);
    Read();
  }

 private:
  void Read() {
    if (!rows_->Valid()) return End(rows_->status());
    const std::string_view key = rows_->key();
    if (key.size() != kDeltaKeyBytes || !DecodeRow(rows_->value(), &value_)) {
      return End(absl::DataLossError("damaged statement row in the delta"));
    }
    key_ = LoadRowKey(key.data() + kDeltaPrefixBytes);
    valid_ = true;
  }

  const std::string prefix_;  // graph, epoch, order
  std::unique_ptr<KvIterator> rows_;
  RowValue value_;
};

// The unpacked columns of one block.
struct Columns {
  TermId terms[4][kBlockRows + BlockView::kSpareRoom];
  uint32_t edges[kBlockRows + BlockView::kSpareRoom];
  uint64_t commits[kBlockRows + BlockView::kSpareRoom];
  float weights[kBlockRows + BlockView::kSpareRoom];
  uint8_t has_record[kBlockRows + BlockView::kSpareRoom];
  // Only where the block is not all live, or value() was asked.
  uint64_t ends[kBlockRows + BlockView::kSpareRoom];
  RowOperation operations[kBlockRows + BlockView::kSpareRoom];
};

class RunSource final : public RowSource {
 public:
  RunSource(const KvStore& kv, const KvSnapshot* snapshot,
            std::shared_ptr<const Run> run, IndexOrder order,
            const TermPrefix& prefix)
      : kv_(kv),
        snapshot_(snapshot),
        run_(std::move(run)),
        order_(order),
        prefix_(prefix) {
    const auto excluded = FilterExcludes();
    if (!excluded.ok() || *excluded) {
      End(excluded.status());
      return;
    }
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
    GoTo(from);
  }

  RowState state() const override {
    const Columns& c = *columns_;
    if (all_live_) {
      return {RowOperation::kInsertNew, UINT64_MAX, c.weights[at_],
              c.has_record[at_] != 0};
    }
    return {c.operations[at_], c.ends[at_], c.weights[at_],
            c.has_record[at_] != 0};
  }

  RowValue value() const override {
    if (signs_.empty()) {
      signs_.resize(kBlockRows + BlockView::kSpareRoom);
      triple_signs_.resize(kBlockRows + BlockView::kSpareRoom);
      view_->Signs(view_->All(), signs_.data());
      view_->TripleSigns(view_->All(), triple_signs_.data());
      // Operations of blocks without removes are not unpacked for scans.
      view_->Operations(view_->All(), columns_->operations);
      view_->Ends(view_->All(), columns_->ends);
    }
    const Columns& c = *columns_;
    return {c.operations[at_], signs_[at_],    triple_signs_[at_],
            c.ends[at_],       c.weights[at_], c.has_record[at_] != 0};
  }

  void Next() override { Skip(1); }

  void Seek(const std::array<uint64_t, 4>& terms) override {
    if (!valid_ || key_.terms >= terms) return;
    RowKey from;
    from.terms = terms;
    from.commit = UINT64_MAX;
    if (block_ + 1 < fences_->size() &&
        !from.Before(fences_->first(block_ + 1))) {
      return GoTo(from);
    }
    at_ = LowerBound(from, at_);
    Settle();
  }

  size_t SliceBefore(const RowKey* limit, uint64_t commit) const override {
    if (!plain_ || max_commit_ > commit) return 0;
    size_t end = end_;
    if (limit != nullptr) {
      RowKey from = *limit;
      from.commit = UINT64_MAX;
      // Mostly the whole block stands before the limit.
      if (end > at_ && !KeyAt(end - 1).Before(from))
        end = LowerBound(from, at_);
    }
    return end - at_;
  }

  void TakeSlice(size_t count, StatementBatch& batch) override {
    const auto& places = kOrderPlaces[static_cast<size_t>(order_)];
    std::vector<TermId>* const parts[] = {&batch.graph, &batch.subject,
                                          &batch.predicate, &batch.object};
    const Columns& c = *columns_;
    const auto append = [&](auto& to, const auto* from) {
      to.insert(to.end(), from + at_, from + at_ + count);
    };
    for (size_t i = 0; i < 4; ++i) append(*parts[places[i]], c.terms[i]);
    append(batch.edge, c.edges);
    append(batch.commit, c.commits);
    append(batch.weight, c.weights);
    append(batch.has_record, c.has_record);
    Skip(count);
  }

 private:
  // What the run does not have costs no block. Filters know terms within their
  // graph.
  absl::StatusOr<bool> FilterExcludes() const {
    if (static_cast<size_t>(order_) >= kDefaultGraphOrders || prefix_.count < 2)
      return false;
    RowKey key;
    key.terms = prefix_.terms;  // 0, unbound, behind the prefix
    return run_->Excludes(ToStatement(key, order_), snapshot_);
  }

  // To the first row at or after `from`.
  void GoTo(const RowKey& from) {
    OpenBlock(fences_->Find(from));
    if (!status_.ok()) return;
    if (at_ < end_) at_ = LowerBound(from, at_);
    Settle();
  }

  void Skip(size_t count) {
    at_ += count;
    Settle();
  }

  // Reads on while the block is used up; ends behind the prefix.
  void Settle() {
    while (at_ >= end_) {
      // Fences tell whether the next block begins within the prefix.
      if (block_ + 1 >= fences_->size() ||
          prefix_.Compare(fences_->first(block_ + 1).terms) != 0) {
        return End(absl::OkStatus());
      }
      OpenBlock(block_ + 1);
      if (!status_.ok()) return;
    }
    valid_ = true;
    key_ = KeyAt(at_);
  }

  void OpenBlock(size_t block) {
    const bool in_sequence = view_.has_value() && block == block_ + 1;
    block_ = block;
    const auto bytes = ReadBlock(in_sequence);
    if (!bytes.ok()) return End(bytes.status());
    auto view = BlockView::Open(*bytes);
    if (!view.ok()) return End(Damaged(sv(view.status().message())));
    view_ = *std::move(view);
    NarrowToPrefix();
    if (at_ < end_) Unpack();
  }

  // The first block is a point lookup: many a scan needs no more, and an
  // iterator costs more than that. It comes with the second one.
  absl::StatusOr<std::string_view> ReadBlock(bool in_sequence) {
    if (!in_sequence) {
      blocks_.reset();
      SKG_RETURN_IF_ERROR(
          run_->ReadBlock(order_, fences_->first(block_), snapshot_, &bytes_));
      return std::string_view(bytes_);
    }
    const std::string key =
        BlockKey(run_->graph(), run_->info().number, fences_->first(block_));
    if (blocks_ != nullptr) {
      blocks_->Next();
    } else {
      blocks_ = kv_.NewIterator(
          RunFamily(order_),
          {.snapshot = snapshot_,
           .lower = key,
           .upper = PrefixEnd(RunPrefix(run_->graph(), run_->info().number))});
      blocks_->SeekToFirst();
    }
    if (!blocks_->Valid() || blocks_->key() != key) {
      SKG_RETURN_IF_ERROR(blocks_->status());
      return Damaged("a block is missing");
    }
    return blocks_->value();
  }

  // Sets the range of rows of the prefix; a column at a time narrows it.
  void NarrowToPrefix() {
    at_ = 0;
    end_ = view_->rows();
    TermId column[kBlockRows + BlockView::kSpareRoom];
    for (size_t i = 0; i < prefix_.count && at_ < end_; ++i) {
      const TermId wanted{prefix_.terms[i]};
      if (TermId constant; view_->Constant(i, &constant)) {
        if (constant != wanted) end_ = at_;
        continue;
      }
      view_->Terms(i, view_->All(), column);
      const auto range = std::equal_range(column + at_, column + end_, wanted);
      at_ = static_cast<size_t>(range.first - column);
      end_ = static_cast<size_t>(range.second - column);
    }
  }

  void Unpack() {
    if (columns_ == nullptr)
      columns_ = std::make_unique_for_overwrite<Columns>();
    const BlockView& view = *view_;
    const BlockHeader& header = view.header();
    Columns& c = *columns_;
    // The prefix says what its columns hold in the range.
    for (size_t i = 0; i < prefix_.count; ++i)
      std::fill(c.terms[i] + at_, c.terms[i] + end_, TermId{prefix_.terms[i]});
    for (size_t i = prefix_.count; i < 4; ++i)
      view.Terms(i, view.All(), c.terms[i]);
    view.Edges(view.All(), c.edges);
    view.Commits(view.All(), c.commits);
    view.Weights(view.All(), c.weights);
    view.HasRecords(view.All(), c.has_record);
    all_live_ = header.all_live;
    plain_ = header.all_live && header.one_version;
    if (!all_live_) {
      view.Ends(view.All(), c.ends);
      view.Operations(view.All(), c.operations);
    }
    max_commit_ = header.max_commit;
    if (run_->info().commit != 0) {
      std::fill_n(c.commits, view.rows(), run_->info().commit);
      max_commit_ = run_->info().commit;
    }
    signs_.clear();
  }

  [[nodiscard]] RowKey KeyAt(size_t i) const {
    const Columns& c = *columns_;
    return {{c.terms[0][i].bits, c.terms[1][i].bits, c.terms[2][i].bits,
             c.terms[3][i].bits},
            c.edges[i],
            c.commits[i]};
  }

  [[nodiscard]] size_t LowerBound(const RowKey& key, size_t from) const {
    size_t low = from, high = end_;
    while (low < high) {
      const size_t middle = low + (high - low) / 2;
      if (KeyAt(middle).Before(key)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  [[nodiscard]] absl::Status Damaged(std::string_view what) const {
    return absl::DataLossError(absl::StrCat(
        "graph ", run_->graph(), ", run ", run_->info().number, ", order ",
        static_cast<int>(order_), ", block ", block_, ": ", std::string(what)));
  }

  const KvStore& kv_;
  const KvSnapshot* const snapshot_;
  const std::shared_ptr<const Run> run_;
  const IndexOrder order_;
  const TermPrefix prefix_;
  const Fences* fences_ = nullptr;
  std::string bytes_;                   // of a block that was looked up
  std::unique_ptr<KvIterator> blocks_;  // on one that was scanned to
  size_t block_ = 0;
  std::optional<BlockView> view_;
  std::unique_ptr<Columns> columns_;
  mutable std::vector<int64_t> signs_, triple_signs_;
  size_t at_ = 0, end_ = 0;
  bool all_live_ = false, plain_ = false;
  uint64_t max_commit_ = 0;
};

}  // namespace

std::unique_ptr<RowSource> MakeDeltaSource(const KvStore& kv,
                                           const KvSnapshot* snapshot,
                                           uint32_t graph, uint32_t epoch,
                                           IndexOrder order,
                                           const TermPrefix& prefix) {
  return std::make_unique<DeltaSource>(kv, snapshot, graph, epoch, order,
                                       prefix);
}

std::unique_ptr<RowSource> MakeRunSource(const KvStore& kv,
                                         const KvSnapshot* snapshot,
                                         std::shared_ptr<const Run> run,
                                         IndexOrder order,
                                         const TermPrefix& prefix) {
  return std::make_unique<RunSource>(kv, snapshot, std::move(run), order,
                                     prefix);
}

std::vector<std::unique_ptr<RowSource>> SourcesOf(const Snapshot& snapshot,
                                                  IndexOrder order,
                                                  const TermPrefix& prefix) {
  GraphState& graph = snapshot.graph();
  std::vector<std::unique_ptr<RowSource>> sources;
  for (const Epoch& epoch : snapshot.manifest().epochs) {
    if (snapshot.head().delta_rows == 0) break;
    sources.push_back(MakeDeltaSource(graph.kv, snapshot.kv(),
                                      graph.description.number, epoch.number,
                                      order, prefix));
  }
  const uint64_t commit = snapshot.commit();
  for (const auto& run : snapshot.runs()) {
    const RunInfo& info = run->info();
    if (info.min_commit > commit || info.max_end <= commit) continue;
    sources.push_back(
        MakeRunSource(graph.kv, snapshot.kv(), run, order, prefix));
  }
  return sources;
}

RowSource* SmallestOf(const std::vector<std::unique_ptr<RowSource>>& sources,
                      absl::Status* status) {
  RowSource* smallest = nullptr;
  for (const auto& source : sources) {
    if (!source->valid()) {
      if (status->ok()) *status = source->status();
      continue;
    }
    if (smallest == nullptr || source->key().Before(smallest->key()))
      smallest = source.get();
  }
  return smallest;
}

}  // namespace skg::storage
