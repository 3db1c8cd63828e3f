// The rows of one epoch of the delta: read ahead from the store, a few at
// first, more the longer it is read.
#include <algorithm>
#include <vector>

#include "base/bytes.h"
#include "storage/row_source.h"

namespace skg::storage {

namespace {

constexpr size_t kFirstRows = 4;
constexpr size_t kMostRows = 256;

class DeltaSource final : public RowSource {
 public:
  DeltaSource(const KvStore& kv, const KvSnapshot* snapshot, uint32_t graph,
              uint32_t epoch, IndexOrder order, const TermPrefix& prefix)
      : RowSource(order), prefix_(DeltaPrefix(graph, epoch, order)) {
    const std::string lower = prefix_ + prefix.Bytes();
    rows_ = kv.NewIterator(
        Family::kDelta,
        {.snapshot = snapshot, .lower = lower, .upper = PrefixEnd(lower)});
    rows_->SeekToFirst();
    NextWindow();
  }

  void Seek(const std::array<uint64_t, 4>& terms) override {
    if (!valid() || key().terms >= terms) return;
    if (keys_.back().terms >= terms) {
      EnsureUnpacked();
      RowKey from;
      from.terms = terms;
      from.commit = UINT64_MAX;
      return GoToRow(FindInWindow(from));
    }
    std::string to = prefix_;
    for (const uint64_t term : terms) AppendBigEndian(term, to);
    rows_->Seek(to);
    read_ahead_ = kFirstRows;
    NextWindow();
  }

 private:
  void NextWindow() override {
    keys_.clear();
    values_.clear();
    for (; keys_.size() < read_ahead_ && rows_->Valid(); rows_->Next()) {
      const std::string_view key = rows_->key();
      RowValue value;
      if (key.size() != kDeltaKeyBytes || !DecodeRow(rows_->value(), &value)) {
        // What stands before it is given first.
        if (!keys_.empty()) break;
        return End(absl::DataLossError("damaged statement row in the delta"));
      }
      keys_.push_back(LoadRowKey(key.data() + kDeltaPrefixBytes));
      values_.push_back(value);
    }
    if (keys_.empty()) return End(rows_->status());
    read_ahead_ = std::min(2 * read_ahead_, kMostRows);
    Begin({.rows = keys_.size(), .first = keys_.front()});
  }

  void Unpack(RowWindow& window) override {
    const size_t rows = keys_.size();
    for (auto& column : terms_) column.resize(rows);
    edges_.resize(rows);
    commits_.resize(rows);
    weights_.resize(rows);
    has_records_.resize(rows);
    ends_.resize(rows);
    operations_.resize(rows);
    for (size_t i = 0; i < rows; ++i) {
      for (size_t place = 0; place < 4; ++place)
        terms_[place][i] = TermId{keys_[i].terms[place]};
      edges_[i] = keys_[i].edge;
      commits_[i] = keys_[i].commit;
      weights_[i] = values_[i].weight;
      has_records_[i] = values_[i].has_record ? 1 : 0;
      ends_[i] = values_[i].end;
      operations_[i] = values_[i].operation;
    }
    for (size_t place = 0; place < 4; ++place)
      window.terms[place] = terms_[place].data();
    window.edges = edges_.data();
    window.commits = commits_.data();
    window.weights = weights_.data();
    window.has_records = has_records_.data();
    window.ends = ends_.data();
    window.operations = operations_.data();
  }

  // Never asked for: a window of the delta is not plain.
  void AppendPacked(StatementBatch& batch) override {
    AppendSlices({NextSlice(left())}, order_, batch);
  }
  RowValue ValueAt(size_t i) override { return values_[i]; }
  [[nodiscard]] bool StandsBefore(const RowKey& limit) const override {
    return keys_.back().Before(limit);
  }

  const std::string prefix_;          // graph, epoch, order
  std::unique_ptr<KvIterator> rows_;  // behind the window
  size_t read_ahead_ = kFirstRows;
  std::vector<RowKey> keys_;
  std::vector<RowValue> values_;
  std::array<BatchColumn<TermId>, 4> terms_;
  std::vector<uint32_t> edges_;
  std::vector<uint64_t> commits_, ends_;
  std::vector<float> weights_;
  std::vector<uint8_t> has_records_;
  std::vector<RowOperation> operations_;
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

}  // namespace skg::storage
