// What a public ColumnBatch holds.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "query/exec/batch.h"
#include "query/values/term_space.h"
#include "rdf/name.h"
#include "skg/column_batch.h"

namespace skg::engine {

// The value of a literal.
struct ColumnNumber {
  Column::Kind kind = Column::Kind::kTerms;
  int64_t integer = 0;  // kIntegers, kBooleans
  double real = 0;      // kDecimals, kDoubles
};

// Not thread-safe.
class ColumnBatchImpl {
 public:
  [[nodiscard]] static ColumnBatchImpl& Of(ColumnBatch& batch) {
    // It was moved from.
    if (batch.impl_ == nullptr)
      batch.impl_ = std::make_unique<ColumnBatchImpl>();
    return *batch.impl_;
  }

  void Clear();
  // Takes the rows of `batch`. What is referred to outlives their use; texts
  // are limited to `most_text_bytes`. Errors: kDataLoss.
  [[nodiscard]] absl::Status Fill(const query::Batch& batch,
                                  query::TermSpace& terms,
                                  const rdf::NameSpace& names,
                                  size_t most_text_bytes);

  [[nodiscard]] size_t rows() const { return rows_; }
  [[nodiscard]] size_t columns() const { return used_; }
  [[nodiscard]] const Column& column(size_t i) const { return data_[i].view; }
  [[nodiscard]] absl::StatusOr<TextColumn> Texts(size_t i, TextForm form);

 private:
  // A column, with room that is used again by the next batch.
  struct Data {
    Column view;
    std::vector<uint64_t> ids;
    std::vector<uint8_t> validity, booleans;
    std::vector<int64_t> integers;
    std::vector<double> doubles;
    std::optional<TextForm> form;  // of the texts that are there
    std::vector<int32_t> indices;
    std::vector<int64_t> offsets;
    std::string bytes;
  };

  [[nodiscard]] absl::Status FillNumbers(Data& data);
  [[nodiscard]] absl::StatusOr<Column::Kind> FindKind(const Data& data);
  [[nodiscard]] absl::Status FillTexts(Data& data, TextForm form);

  size_t rows_ = 0, used_ = 0;
  std::vector<Data> data_;
  query::TermSpace* terms_ = nullptr;
  const rdf::NameSpace* names_ = nullptr;
  size_t most_text_bytes_ = 0;
  absl::flat_hash_map<uint64_t, int32_t> places_;  // of texts
  // Values of the column that is being filled, but those of inline ids.
  absl::flat_hash_map<uint64_t, ColumnNumber> literals_;
};

}  // namespace skg::engine
