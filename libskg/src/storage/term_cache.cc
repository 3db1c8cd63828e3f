#include "storage/term_cache.h"

#include <xxhash.h>

namespace skg::storage {

TermCache::TermCache(size_t budget_bytes) {
  for (ById& shard : by_id_) shard.SetBudget(budget_bytes / 2 / kShards);
  for (ByText& shard : by_text_) shard.SetBudget(budget_bytes / 2 / kShards);
}

size_t TermCache::TextHash::operator()(const TextView& key) const {
  return XXH3_64bits_withSeed(
      key.bytes.data(), key.bytes.size(),
      uint64_t{key.graph} << 8 | static_cast<uint64_t>(key.tag));
}

bool TermCache::FindTerm(uint32_t graph, rdf::TermId id, DictionaryTerm* term) {
  const IdKey key{graph, id};
  return by_id_[ShardOf(IdHash{}(key))].With(
      key, [&](const DictionaryTerm& found) { *term = found; });
}

void TermCache::InsertTerm(uint32_t graph, rdf::TermId id,
                           DictionaryTerm term) {
  const IdKey key{graph, id};
  by_id_[ShardOf(IdHash{}(key))].Insert(key, std::move(term));
}

bool TermCache::FindId(uint32_t graph, rdf::TermTag tag,
                       std::string_view encoded, rdf::TermId* id) {
  const TextView key{graph, tag, encoded};
  return by_text_[ShardOf(TextHash{}(key))].With(
      key, [&](const rdf::TermId& found) { *id = found; });
}

void TermCache::InsertId(uint32_t graph, rdf::TermTag tag,
                         std::string_view encoded, rdf::TermId id) {
  const TextView key{graph, tag, encoded};
  by_text_[ShardOf(TextHash{}(key))].Insert({graph, tag, std::string(encoded)},
                                            id);
}

size_t TermCache::used_bytes() const {
  size_t bytes = 0;
  for (const ById& shard : by_id_) bytes += shard.used_bytes();
  for (const ByText& shard : by_text_) bytes += shard.used_bytes();
  return bytes;
}

}  // namespace skg::storage
