#include "engine/parsed_queries.h"

namespace skg::engine {
namespace {

// Even an empty text takes some.
constexpr size_t kEntryBytes = 64;

}  // namespace

std::shared_ptr<const query::Query> ParsedQueries::Find(const Text& text) {
  if (text.text.size() > kLongestText) return nullptr;
  const std::lock_guard lock(mutex_);
  if (const auto young = young_.find(text); young != young_.end())
    return young->second;
  const auto old = old_.find(text);
  if (old == old_.end()) return nullptr;
  std::shared_ptr<const query::Query> query = old->second;
  auto entry = old_.extract(old);
  InsertLocked(std::move(entry.key()), query);
  return query;
}

void ParsedQueries::Insert(const Text& text,
                           std::shared_ptr<const query::Query> query) {
  if (text.text.size() > kLongestText) return;
  const std::lock_guard lock(mutex_);
  InsertLocked({std::string(text.text), std::string(text.base_iri),
                std::string(text.names)},
               std::move(query));
}

void ParsedQueries::InsertLocked(Key key,
                                 std::shared_ptr<const query::Query> query) {
  const size_t bytes = kEntryBytes + key.text.size() + key.base_iri.size();
  if (!young_.try_emplace(std::move(key), std::move(query)).second) return;
  young_bytes_ += bytes;
  if (young_bytes_ < kMostBytes) return;
  old_ = std::exchange(young_, {});
  young_bytes_ = 0;
}

}  // namespace skg::engine
