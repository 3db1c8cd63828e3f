#include "storage/rows_up_to.h"

#include <utility>

#include "storage/gathered_source.h"

namespace skg::storage {
namespace {

constexpr size_t kWindowRows = 256;

class RowsUpTo final : public GatheredSource {
 public:
  RowsUpTo(std::unique_ptr<RowSource> rows, IndexOrder order, uint64_t commit)
      : GatheredSource(order), rows_(std::move(rows)), commit_(commit) {
    NextWindow();
  }

 private:
  void SkipTo(const std::array<uint64_t, 4>& terms) override {
    rows_->Seek(terms);
  }
  void NextWindow() override {
    keys_.clear();
    values_.clear();
    for (; keys_.size() < kWindowRows && rows_->valid(); rows_->Next()) {
      if (rows_->key().commit > commit_) continue;
      RowValue value = rows_->value();
      if (value.end > commit_) value.end = UINT64_MAX;
      keys_.push_back(rows_->key());
      values_.push_back(value);
    }
    if (keys_.empty()) return End(rows_->status());
    Begin({.rows = keys_.size(), .first = keys_.front()});
  }

  const std::unique_ptr<RowSource> rows_;
  const uint64_t commit_;
};

}  // namespace

std::unique_ptr<RowSource> MakeRowsUpTo(std::unique_ptr<RowSource> rows,
                                        IndexOrder order, uint64_t commit) {
  return std::make_unique<RowsUpTo>(std::move(rows), order, commit);
}

}  // namespace skg::storage
