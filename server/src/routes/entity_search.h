// Finding the entities nearest to a text or a vector: what the routes of search
// have in common.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "routes/json_object.h"
#include "skg/graph.h"
#include "skg/time_travel.h"

namespace skg::server {

inline constexpr uint64_t kMostEntities = 1000;     // of top_k
inline constexpr size_t kMostQueryText = 5000;      // code points
inline constexpr size_t kMostFilterText = 100'000;  // code points
inline constexpr size_t kMostTypes = 100;
// Of what a text is near to, where the request does not say.
inline constexpr float kTextThreshold = 0.7F;

// Exactly one of `text` and `vector` is set.
struct EntityQuestion {
  std::optional<std::string> text;
  std::optional<std::vector<float>> vector;
  std::string index = "default";
  uint64_t top_k = 10;
  // Unset: kTextThreshold for a text, none for a vector.
  std::optional<float> threshold;
  uint32_t ef = 0;
  std::vector<std::string> types;
  std::string filter;        // SPARQL
  std::string graph_filter;  // a document of patterns
};

// Reads `query_text`, `vector`, `index`, `top_k`, `threshold`, `ef`,
// `entity_types` and `filter`.
[[nodiscard]] EntityQuestion ReadEntityQuestion(JsonObject& object);

struct FoundEntity {
  std::string entity;
  std::string text;
  float score = 0;
};
struct FoundEntities {
  std::vector<FoundEntity> hits;  // best first
  // Found by words, as nothing says what a text means; the scores are shares of
  // the best one.
  bool fallback = false;
};

// Errors: those of ReadView::SearchVectors and SearchText; kUnimplemented (a
// text, and neither something that knows what it means nor a text index
// `default`).
[[nodiscard]] absl::StatusOr<FoundEntities> FindEntities(
    const ReadView& view, const EntityQuestion& question, absl::Time deadline);

// What is said about an entity in few words: its label, else a statement of it,
// else its name; of a statement (by its id) its terms.
[[nodiscard]] absl::StatusOr<std::string> EntityText(const ReadView& view,
                                                     const std::string& entity,
                                                     IndexOver over,
                                                     absl::Time deadline);

// A type (rdf:type) of a node; empty: it has none.
[[nodiscard]] absl::StatusOr<std::string> TypeOf(const ReadView& view,
                                                 const std::string& node,
                                                 absl::Time deadline);

// An error of the library about a question in terms of the document that asked
// it: fields below `prefix`; what names no field is about `field`.
[[nodiscard]] absl::Status InDocument(const absl::Status& status,
                                      const std::vector<std::string>& prefix,
                                      const char* field);

}  // namespace skg::server
