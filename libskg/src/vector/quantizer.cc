#include "vector/quantizer.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "vector/code_loops.h"

namespace skg::vector {
namespace {

constexpr int kMiddle = 128;
constexpr float kMiddleCode = kMiddle;
constexpr float kMostStep = 127;

// `x` in [-127.5, 127.5].
int Rounded(float x) {
  return static_cast<int>(x + (kMiddleCode + 0.5f)) - kMiddle;
}

}  // namespace

ScalarQuantizer::ScalarQuantizer(std::span<const float> middle,
                                 std::span<const float> step, bool squared)
    : squared_(squared),
      dimension_(middle.size()),
      stride_(Stride(middle.size())),
      middle_(stride_),
      step_(stride_) {
  std::copy(middle.begin(), middle.end(), middle_.data());
  std::copy(step.begin(), step.end(), step_.data());
}

ScalarQuantizer ScalarQuantizer::Train(std::span<const float* const> rows,
                                       size_t dimension, bool squared) {
  std::vector<double> sum(dimension), squares(dimension);
  std::vector<float> least(dimension, std::numeric_limits<float>::max());
  std::vector<float> most(dimension, std::numeric_limits<float>::lowest());
  for (const float* row : rows) {
    for (size_t j = 0; j < dimension; ++j) {
      const double x = row[j];
      sum[j] += x;
      squares[j] += x * x;
      least[j] = std::min(least[j], row[j]);
      most[j] = std::max(most[j], row[j]);
    }
  }
  const double count = std::max<double>(1, static_cast<double>(rows.size()));
  std::vector<float> middle(dimension), step(dimension);
  for (size_t j = 0; j < dimension; ++j) {
    const double mean = sum[j] / count;
    const double reach =
        kDeviations *
        std::sqrt(std::max(0.0, squares[j] / count - mean * mean));
    const double low = std::max<double>(least[j], mean - reach);
    const double high = std::min<double>(most[j], mean + reach);
    if (!(low < high)) {  // one value, or no rows
      middle[j] = static_cast<float>(mean);
      continue;
    }
    middle[j] = static_cast<float>(low + (high - low) / 2);
    step[j] = static_cast<float>((high - low) / (2 * kMostStep));
  }
  return {middle, step, squared};
}

void ScalarQuantizer::Encode(const float* vector, uint8_t* code) const {
  for (size_t j = 0; j < dimension(); ++j) {
    const float places =
        step_[j] > 0 ? (vector[j] - middle_[j]) / step_[j] : 0.0f;
    code[j] = static_cast<uint8_t>(
        Rounded(std::clamp(places, -kMostStep, kMostStep)) + kMiddle);
  }
  std::fill(code + dimension(), code + stride_, uint8_t{0});
}

void ScalarQuantizer::Decode(const uint8_t* code, float* vector) const {
  for (size_t j = 0; j < dimension(); ++j) {
    vector[j] =
        middle_[j] + step_[j] * (static_cast<float>(code[j]) - kMiddleCode);
  }
}

float ScalarQuantizer::Addend(const uint8_t* code) const {
  if (!squared_) return 0;
  float sum = 0;
  for (size_t j = 0; j < dimension(); ++j) {
    const float x =
        middle_[j] + step_[j] * (static_cast<float>(code[j]) - kMiddleCode);
    sum += x * x;
  }
  return sum;
}

// The product with x is sum(v m) + sum(v s (c - 128)); the factors v s are
// rounded to 8 bits of one scale for all.
void ScalarQuantizer::PreparePadded(CodeQuery& query) const {
  if (query.components.size() != stride_) {
    query.components = AlignedArray<int8_t>(stride_);
  }
  const FoldSums sums =
      Kernels().fold(query.padded.data(), middle_.data(), step_.data(), stride_,
                     query.components.data());
  const float product =
      sums.at_middle - kMiddleCode * sums.unit * static_cast<float>(sums.sum);
  query.offset = squared_ ? sums.norm - 2 * product : -product;
  query.scale = squared_ ? -2 * sums.unit : -sums.unit;
  // Rounding of codes is even in a step; so is that of the factors, which
  // meet codes of about 40 steps from their middle.
  constexpr float kUsualPlaces = 40;
  const float rounding =
      sums.unit * kUsualPlaces * std::sqrt(static_cast<float>(dimension_));
  query.error = (squared_ ? 2.0f : 1.0f) *
                std::sqrt((sums.spread + rounding * rounding) / 12);
}

void ScalarQuantizer::Prepare(const float* vector, CodeQuery& query) const {
  if (query.padded.size() != stride_) {
    query.padded = AlignedArray<float>(stride_);
  }
  std::copy(vector, vector + dimension_, query.padded.data());
  PreparePadded(query);
}

void ScalarQuantizer::PrepareCode(const uint8_t* code, CodeQuery& query) const {
  if (query.padded.size() != stride_) {
    query.padded = AlignedArray<float>(stride_);
  }
  Kernels().decode(code, middle_.data(), step_.data(), stride_,
                   query.padded.data());
  PreparePadded(query);
}

}  // namespace skg::vector
