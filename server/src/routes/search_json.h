// Indexes and hits as JSON, and the words for their options: the same over HTTP
// and from the command line.
#pragma once

#include <array>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "skg/search.h"
#include "skg/text_index.h"
#include "skg/vector_index.h"

namespace skg::server {

inline constexpr std::array<std::pair<std::string_view, VectorMetric>, 3>
    kMetricWords = {{{"cosine", VectorMetric::kCosine},
                     {"ip", VectorMetric::kInnerProduct},
                     {"l2", VectorMetric::kL2}}};
inline constexpr std::array<std::pair<std::string_view, VectorIndexKind>, 4>
    kKindWords = {{{"flat", VectorIndexKind::kFlat},
                   {"hnsw", VectorIndexKind::kHnsw},
                   {"hnsw_sq", VectorIndexKind::kHnswQuantized},
                   {"ivf_pq", VectorIndexKind::kIvfPq}}};
inline constexpr std::array<std::pair<std::string_view, IndexOver>, 2>
    kOverWords = {{{"nodes", IndexOver::kNodes},
                   {"statements", IndexOver::kStatements}}};
inline constexpr std::array<std::pair<std::string_view, Fusion>, 2>
    kFusionWords = {{{"rrf", Fusion::kReciprocalRank},
                     {"weighted", Fusion::kWeightedScores}}};

// The word for a value of one of these.
template <typename Value, size_t kWords>
[[nodiscard]] std::string WordFor(
    const std::array<std::pair<std::string_view, Value>, kWords>& words,
    Value value) {
  for (const auto& [word, meaning] : words) {
    if (meaning == value) return std::string(word);
  }
  return "";
}
template <typename Value, size_t kWords>
[[nodiscard]] std::optional<Value> ValueOf(
    const std::array<std::pair<std::string_view, Value>, kWords>& words,
    std::string_view text) {
  for (const auto& [word, meaning] : words) {
    if (word == text) return meaning;
  }
  return std::nullopt;
}

[[nodiscard]] nlohmann::ordered_json IndexJson(const TextIndexInfo& index);
[[nodiscard]] nlohmann::ordered_json IndexJson(const VectorIndexInfo& index);

// {"entity", "score", "text", "highlighted"?}.
[[nodiscard]] nlohmann::ordered_json HitJson(const TextHit& hit);
// {"entity", "score"}.
[[nodiscard]] nlohmann::ordered_json HitJson(const VectorHit& hit);
// {"entity", "score", "text", "parts": {"text": {"rank", "score", "share"},
// ...}}.
[[nodiscard]] nlohmann::ordered_json HitJson(const HybridHit& hit);

}  // namespace skg::server
