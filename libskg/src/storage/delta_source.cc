// The rows of one epoch of the delta: read ahead from the store, a few at
// first, more the longer it is read.
#include <algorithm>
#include <vector>

#include "base/bytes.h"
#include "storage/gathered_source.h"

namespace skg::storage {

namespace {

constexpr size_t kFirstRows = 4;
constexpr size_t kMostRows = 256;

class DeltaSource final : public GatheredSource {
 public:
  DeltaSource(const KvStore& kv, const KvSnapshot* snapshot, uint32_t graph,
              uint32_t epoch, IndexOrder order, const TermPrefix& prefix)
      : GatheredSource(order), prefix_(DeltaPrefix(graph, epoch, order)) {
    const std::string lower = prefix_ + prefix.Bytes();
    rows_ = kv.NewIterator(
        Family::kDelta,
        {.snapshot = snapshot, .lower = lower, .upper = PrefixEnd(lower)});
    rows_->SeekToFirst();
    NextWindow();
  }

 private:
  void SkipTo(const std::array<uint64_t, 4>& terms) override {
    std::string to = prefix_;
    for (const uint64_t term : terms) AppendBigEndian(term, to);
    rows_->Seek(to);
    read_ahead_ = kFirstRows;
  }
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

  const std::string prefix_;          // graph, epoch, order
  std::unique_ptr<KvIterator> rows_;  // behind the window
  size_t read_ahead_ = kFirstRows;
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
