#include "routes/search_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "routes/statement_text.h"

namespace skg::server {
namespace {

using Json = nlohmann::ordered_json;

// Infinity, which an unbounded product may be, has no JSON.
Json ScoreJson(float score) {
  return std::isfinite(score) ? WeightJson(score) : Json();
}

Json PartJson(const HybridPart& part) {
  return {{"rank", part.rank},
          {"score", ScoreJson(part.score)},
          {"share", ScoreJson(part.share)}};
}

}  // namespace

Json IndexJson(const TextIndexInfo& index) {
  return {{"name", index.name},
          {"kind", "text"},
          {"over", WordFor(kOverWords, index.options.over)},
          {"predicates", index.options.predicates},
          {"names", index.options.names},
          {"metadata", index.options.metadata},
          {"language", index.options.language},
          {"stemming", index.options.stemming},
          {"stop_words", index.options.stop_words},
          {"created_commit", index.created_commit},
          {"created_at", TimeText(index.created)},
          {"ready", index.complete_since > 0},
          {"complete_since", index.complete_since},
          {"documents", index.documents}};
}

Json IndexJson(const VectorIndexInfo& index) {
  Json json = {{"name", index.name},
               {"kind", WordFor(kKindWords, index.options.kind)},
               {"over", WordFor(kOverWords, index.options.over)},
               {"dimension", index.options.dimension},
               {"metric", WordFor(kMetricWords, index.options.metric)}};
  if (index.options.kind == VectorIndexKind::kHnsw ||
      index.options.kind == VectorIndexKind::kHnswQuantized) {
    json["links"] = index.options.links;
    json["ef_construction"] = index.options.ef_construction;
    json["ef_search"] = index.options.ef_search;
  }
  json["created_commit"] = index.created_commit;
  json["created_at"] = TimeText(index.created);
  json["vectors"] = index.vectors;
  json["memory_bytes"] = index.memory_bytes;
  if (index.options.embedder.empty()) return json;
  json["embedder"] = index.options.embedder;
  json["auto_embedding"] = index.options.auto_embedding.has_value();
  if (!index.options.auto_embedding) return json;
  json["embedded_commit"] = index.embedded_commit;
  json["embedding_lag"] = index.embedding_lag;
  json["embedding_error"] = index.embedding_error;
  return json;
}

Json HitJson(const TextHit& hit) {
  Json json = {{"entity", hit.owner},
               {"score", ScoreJson(hit.score)},
               {"text", hit.text}};
  if (!hit.highlighted.empty()) json["highlighted"] = hit.highlighted;
  return json;
}

Json HitJson(const VectorHit& hit) {
  return {{"entity", hit.owner}, {"score", ScoreJson(hit.score)}};
}

Json HitJson(const HybridHit& hit) {
  Json parts = Json::object();
  if (hit.text) parts["text"] = PartJson(*hit.text);
  if (hit.vector) parts["vector"] = PartJson(*hit.vector);
  if (hit.proximity) parts["proximity"] = PartJson(*hit.proximity);
  Json json = {{"entity", hit.owner}, {"score", ScoreJson(hit.score)}};
  if (!hit.matched_text.empty()) json["text"] = hit.matched_text;
  json["parts"] = std::move(parts);
  return json;
}

}  // namespace skg::server
