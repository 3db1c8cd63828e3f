// FloatSpace and CodeSpace: rows with distances between them, as the graph's
// builder and its search use them. Nearer is less.
#pragma once

#include <cstddef>
#include <cstdint>

#include "vector/distance.h"
#include "vector/quantizer.h"

namespace skg::vector {

// Rows as they are. Thread safety: const methods from any thread, each with a
// Query of its own.
class FloatSpace {
 public:
  struct Query {
    const float* vector = nullptr;
  };

  // `squared`: as ScalarQuantizer. `rows`: count rows of `stride` floats.
  FloatSpace(const float* rows, size_t stride, size_t dimension, bool squared)
      : rows_(rows),
        stride_(stride),
        dimension_(dimension),
        squared_(squared) {}

  void FromVector(const float* vector, Query& query) const {
    query.vector = vector;
  }
  void FromRow(uint32_t row, Query& query) const { query.vector = Row(row); }

  void Distances(const Query& query, const uint32_t* ids, size_t count,
                 float* out) const {
    Fill(query, {.stride = stride_, .ids = ids, .count = count}, out);
  }
  // Of `count` rows from `first` on.
  void DistancesFrom(const Query& query, size_t first, size_t count,
                     float* out) const {
    Fill(query, {.stride = stride_, .first = first, .count = count}, out);
  }
  void PrefetchRow(uint32_t row) const {
    Prefetch(Row(row), dimension_ * sizeof(float));
  }

 private:
  [[nodiscard]] const float* Row(size_t row) const {
    return rows_ + row * stride_;
  }
  void Fill(const Query& query, const RowSelection& rows, float* out) const {
    const DistanceKernels& kernels = *kernels_;
    if (squared_) {
      kernels.squared_l2(query.vector, rows_, rows, dimension_, out);
      return;
    }
    kernels.inner_product(query.vector, rows_, rows, dimension_, out);
    for (size_t i = 0; i < rows.count; ++i) out[i] = -out[i];
  }

  const float* rows_;
  size_t stride_;
  size_t dimension_;
  bool squared_;
  const DistanceKernels* kernels_ = &Kernels();
};

// Rows as codes. Thread safety: as FloatSpace.
class CodeSpace {
 public:
  using Query = CodeQuery;

  // `codes`: count codes of quantizer.stride() bytes. `addends`: one a code,
  // or null where all are 0.
  CodeSpace(const ScalarQuantizer& quantizer, const uint8_t* codes,
            const float* addends)
      : quantizer_(&quantizer),
        codes_(codes),
        addends_(addends),
        stride_(quantizer.stride()) {}

  void FromVector(const float* vector, Query& query) const {
    quantizer_->Prepare(vector, query);
  }
  void FromRow(uint32_t row, Query& query) const {
    quantizer_->PrepareCode(Row(row), query);
  }

  void Distances(const Query& query, const uint32_t* ids, size_t count,
                 float* out) const {
    kernels_->code_product(query.components.data(), codes_,
                           {.stride = stride_, .ids = ids, .count = count},
                           query.scale, query.offset, out);
    if (addends_ == nullptr) return;
    for (size_t i = 0; i < count; ++i) out[i] += addends_[ids[i]];
  }
  void DistancesFrom(const Query& query, size_t first, size_t count,
                     float* out) const {
    kernels_->code_product(query.components.data(), codes_,
                           {.stride = stride_, .first = first, .count = count},
                           query.scale, query.offset, out);
    if (addends_ == nullptr) return;
    for (size_t i = 0; i < count; ++i) out[i] += addends_[first + i];
  }
  void PrefetchRow(uint32_t row) const {
    Prefetch(Row(row), stride_);
    if (addends_ != nullptr) __builtin_prefetch(addends_ + row);
  }

 private:
  [[nodiscard]] const uint8_t* Row(size_t row) const {
    return codes_ + row * stride_;
  }

  const ScalarQuantizer* quantizer_;
  const uint8_t* codes_;
  const float* addends_;
  size_t stride_;
  const DistanceKernels* kernels_ = &Kernels();
};

}  // namespace skg::vector
