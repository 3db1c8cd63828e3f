// `skg search` and `skg index`: what they are told, and what does it.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "cli/verbs.h"
#include "skg/search.h"
#include "skg/text_index.h"
#include "skg/vector_index.h"

namespace skg::cli {

struct SearchVerb {
  Target target;
  // At least one of the next five.
  std::string text;
  std::string vector_file;  // "-": standard input
  std::string similar;      // a text for the index's embedder
  std::string near;
  std::vector<std::string> from;
  uint64_t max_distance = 3;
  std::string index = "default";
  std::string text_index, vector_index;  // empty: `index`
  uint64_t top_k = 10;
  std::vector<std::string> types;
  std::string filter;
  std::optional<float> threshold;
  uint32_t ef = 0;
  Fusion fusion = Fusion::kReciprocalRank;
  std::optional<float> text_weight, vector_weight, from_weight;
  bool all_words = false;
  bool highlight = false;
  double timeout_seconds = 0;  // 0: none
  std::optional<PointInTime> as_of;
  ResultFormat results = ResultFormat::kAutomatic;
};
[[nodiscard]] int RunSearch(const SearchVerb& verb);

struct IndexVerb {
  enum class Action : uint8_t { kCreate, kList, kStats, kRebuild, kDrop, kPut };
  enum class Family : uint8_t { kText, kVector };
  Target target;
  Action action = Action::kList;
  std::string name = "default";
  std::optional<Family> family;  // unset: that which has the name
  IndexOver over = IndexOver::kNodes;
  TextIndexOptions texts;      // of kCreate
  VectorIndexOptions vectors;  // of kCreate
  std::string file;            // of kPut; "-": standard input
  std::optional<PointInTime> as_of;
  ResultFormat results = ResultFormat::kAutomatic;
};
[[nodiscard]] int RunIndex(const IndexVerb& verb);

// Options of `skg index create` for one family of indexes.
inline constexpr std::initializer_list<const char*> kOnlyTexts = {
    "--predicate", "--no-names",    "--no-metadata",
    "--language",  "--no-stemming", "--stop-words"};
inline constexpr std::initializer_list<const char*> kOnlyVectors = {
    "--dimension",       "--metric",           "--links",
    "--ef-construction", "--ef-search",        "--embedder",
    "--embed",           "--embed-type",       "--embed-label",
    "--embed-property",  "--embed-statements", "--embed-no-name"};

}  // namespace skg::cli
