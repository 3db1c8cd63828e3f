#include "storage/rows_up_to.h"

#include <utility>

namespace skg::storage {
namespace {

class RowsUpTo final : public RowSource {
 public:
  RowsUpTo(std::unique_ptr<RowSource> rows, uint64_t commit)
      : rows_(std::move(rows)), commit_(commit) {
    Settle();
  }
  [[nodiscard]] RowState state() const override {
    RowState state = rows_->state();
    if (state.end > commit_) state.end = UINT64_MAX;
    return state;
  }
  [[nodiscard]] RowValue value() const override {
    RowValue value = rows_->value();
    if (value.end > commit_) value.end = UINT64_MAX;
    return value;
  }
  void Next() override {
    rows_->Next();
    Settle();
  }
  void Seek(const std::array<uint64_t, 4>& terms) override {
    rows_->Seek(terms);
    Settle();
  }

 private:
  void Settle() {
    while (rows_->valid() && rows_->key().commit > commit_) rows_->Next();
    if (!rows_->valid()) return End(rows_->status());
    valid_ = true;
    key_ = rows_->key();
  }

  const std::unique_ptr<RowSource> rows_;
  const uint64_t commit_;
};

}  // namespace

std::unique_ptr<RowSource> MakeRowsUpTo(std::unique_ptr<RowSource> rows,
                                        uint64_t commit) {
  return std::make_unique<RowsUpTo>(std::move(rows), commit);
}

}  // namespace skg::storage
