// The built-in embedder: words and their character n-grams by signed hashing.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "skg/embedder.h"
#include "vector/embed/words.h"

namespace skg::vector {

// All sums are of whole numbers, so that no machine rounds them otherwise.
// Source: Weinberger, Dasgupta, Langford, Smola, Attenberg: Feature Hashing for
// Large Scale Multitask Learning (2009). libskg/docs/search.md tells which
// features and weights were tried.
// Thread safety: all methods from any thread.
class HashingEmbedder final : public Embedder {
 public:
  HashingEmbedder(uint32_t dimension, WordReader words)
      : dimension_(dimension), words_(std::move(words)) {}

  [[nodiscard]] uint32_t dimension() const override { return dimension_; }
  [[nodiscard]] std::string_view name() const override { return "hashing"; }
  // O(bytes) and sorting the features of one text at a time.
  [[nodiscard]] absl::StatusOr<std::vector<std::vector<float>>> Embed(
      std::span<const std::string> texts, absl::Time deadline) override;

 private:
  const uint32_t dimension_;
  const WordReader words_;  // what calls clone
};

}  // namespace skg::vector
