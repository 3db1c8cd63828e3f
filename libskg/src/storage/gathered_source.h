// GatheredSource: a RowSource whose windows are rows that were gathered one by
// one.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "storage/row_source.h"

namespace skg::storage {

// NextWindow fills keys_ and values_, in order, and Begins with them.
class GatheredSource : public RowSource {
 public:
  using RowSource::RowSource;

  void Seek(const std::array<uint64_t, 4>& terms) final {
    if (!valid() || key().terms >= terms) return;
    if (keys_.back().terms >= terms) {
      EnsureUnpacked();
      RowKey from;
      from.terms = terms;
      from.commit = UINT64_MAX;
      return GoToRow(FindInWindow(from));
    }
    SkipTo(terms);
    NextWindow();
  }

 protected:
  // What NextWindow gathers next begins at these terms or behind them; they lie
  // behind this window.
  virtual void SkipTo(const std::array<uint64_t, 4>& terms) = 0;

  std::vector<RowKey> keys_;
  std::vector<RowValue> values_;

 private:
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

  // Never asked for: such a window is not plain.
  void AppendPacked(StatementBatch& batch) override {
    AppendSlices({NextSlice(left())}, order_, batch);
  }
  RowValue ValueAt(size_t i) override { return values_[i]; }
  [[nodiscard]] bool StandsBefore(const RowKey& limit) const override {
    return keys_.back().Before(limit);
  }

  std::array<BatchColumn<TermId>, 4> terms_;
  std::vector<uint32_t> edges_;
  std::vector<uint64_t> commits_, ends_;
  std::vector<float> weights_;
  std::vector<uint8_t> has_records_;
  std::vector<RowOperation> operations_;
};

}  // namespace skg::storage
