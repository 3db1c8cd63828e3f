#include "storage/keys.h"

#include <xxhash.h>

#include <bit>
#include <cstring>

namespace skg::storage {

namespace {
constexpr int kTagBits = 4;  // of a term id, the highest
}  // namespace

std::string PrefixEnd(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<uint8_t>(end.back()) == 0xFF)
    end.pop_back();
  if (!end.empty())
    end.back() = static_cast<char>(static_cast<uint8_t>(end.back()) + 1);
  return end;
}

void StoreStatement(const StatementKey& key, IndexOrder order, char* out) {
  const TermId terms[4] = {key.graph, key.subject, key.predicate, key.object};
  for (const uint8_t place : kOrderPlaces[static_cast<size_t>(order)]) {
    StoreBigEndian(terms[place].bits, out);
    out += 8;
  }
  StoreBigEndian(key.edge, out);
}

StatementKey LoadStatement(IndexOrder order, const char* in) {
  TermId terms[4];
  for (const uint8_t place : kOrderPlaces[static_cast<size_t>(order)]) {
    terms[place].bits = LoadBigEndian<uint64_t>(in);
    in += 8;
  }
  return {terms[0], terms[1], terms[2], terms[3], LoadBigEndian<uint32_t>(in)};
}

DeltaKey::DeltaKey(uint32_t graph, uint32_t epoch, IndexOrder order,
                   const StatementKey& key, uint64_t commit) {
  StoreBigEndian(graph, bytes.data());
  StoreBigEndian(epoch, bytes.data() + kGraphBytes);
  bytes[kGraphBytes + 4] = static_cast<char>(order);
  StoreStatement(key, order, bytes.data() + kDeltaPrefixBytes);
  StoreBigEndian(~commit, bytes.data() + kDeltaPrefixBytes + kStatementBytes);
}

std::string DeltaPrefix(uint32_t graph, uint32_t epoch, IndexOrder order) {
  std::string key = GraphPrefix(graph);
  AppendBigEndian(epoch, key);
  key.push_back(static_cast<char>(order));
  return key;
}

std::string RecordKey(uint32_t graph, const StatementKey& key,
                      uint64_t commit) {
  std::string out = GraphPrefix(graph);
  char statement[kStatementBytes];
  StoreStatement(key, IndexOrder::kGspo, statement);
  out.append(statement, sizeof statement);
  AppendBigEndian(~commit, out);
  return out;
}

std::string StatementIdPrefix(uint32_t graph, uint64_t id) {
  std::string key = GraphPrefix(graph);
  AppendBigEndian(id, key);
  return key;
}

std::string StatementIdKey(uint32_t graph, uint64_t id,
                           const StatementKey& statement) {
  std::string key = StatementIdPrefix(graph, id);
  AppendPacked(statement, key);
  return key;
}

std::optional<StatementKey> StatementOfIdKey(std::string_view key) {
  if (key.size() < kStatementIdPrefixBytes) return std::nullopt;
  return UnpackStatement(key.substr(kStatementIdPrefixBytes));
}

void AppendPacked(const StatementKey& key, std::string& out) {
  // The tag comes last: numbers of terms are small.
  for (const TermId term : {key.graph, key.subject, key.predicate, key.object})
    AppendVarint(std::rotl(term.bits, kTagBits), out);
  AppendVarint(key.edge, out);
}

std::optional<StatementKey> UnpackStatement(std::string_view bytes) {
  ByteReader in(bytes);
  StatementKey statement;
  for (TermId* term : {&statement.graph, &statement.subject,
                       &statement.predicate, &statement.object}) {
    *term = TermId{std::rotr(in.Varint(), kTagBits)};
  }
  const uint64_t edge = in.Varint();
  if (!in.ok() || !in.empty() || edge > UINT32_MAX) return std::nullopt;
  statement.edge = static_cast<uint32_t>(edge);
  return statement;
}

std::string TermKey(uint32_t graph, uint64_t number) {
  std::string key = GraphPrefix(graph);
  AppendBigEndian(number, key);
  return key;
}

std::string TermChunkKey(uint32_t graph, uint64_t number, uint32_t chunk) {
  std::string key = TermKey(graph, number);
  AppendBigEndian(chunk, key);
  return key;
}

std::string TermIdKey(uint32_t graph, rdf::TermTag tag,
                      std::string_view encoded) {
  std::string key;
  key.reserve(kGraphBytes + 1 + kWholeTermBytes);
  AppendBigEndian(graph, key);
  if (encoded.size() <= kWholeTermBytes) {
    key.push_back(static_cast<char>(tag));
    return key.append(encoded);
  }
  key.push_back(static_cast<char>(static_cast<uint8_t>(tag) | kHashedTermFlag));
  key.append(encoded.substr(0, kTermPrefixBytes));
  const XXH128_hash_t hash = XXH3_128bits(encoded.data(), encoded.size());
  AppendBigEndian(static_cast<uint64_t>(hash.high64), key);
  AppendBigEndian(static_cast<uint64_t>(hash.low64), key);
  return key;
}

namespace {

std::string KindKey(uint32_t graph, char kind) {
  std::string key = GraphPrefix(graph);
  key.push_back(kind);
  return key;
}

}  // namespace

std::string HeadKey(uint32_t graph) { return KindKey(graph, kHeadKind); }

std::string PredicateCountKey(uint32_t graph, TermId predicate) {
  std::string key = KindKey(graph, kPredicateKind);
  AppendBigEndian(predicate.bits, key);
  return key;
}

std::string NamedGraphCountKey(uint32_t graph, TermId named_graph) {
  std::string key = KindKey(graph, kNamedGraphKind);
  AppendBigEndian(named_graph.bits, key);
  return key;
}

std::string LogKindPrefix(uint32_t graph, char kind) {
  return KindKey(graph, kind);
}

std::string LogKey(uint32_t graph, uint64_t commit, uint32_t chunk) {
  std::string key = KindKey(graph, kLogEntryKind);
  AppendBigEndian(commit, key);
  AppendBigEndian(chunk, key);
  return key;
}

std::string CommitTimesKey(uint32_t graph, uint64_t first) {
  std::string key = KindKey(graph, kCommitTimesKind);
  AppendBigEndian(first, key);
  return key;
}

std::string HistoryKey(uint32_t graph) { return KindKey(graph, kHistoryKind); }

std::string IdempotencyKey(uint32_t graph, std::string_view key) {
  return KindKey(graph, kIdempotencyKind).append(key);
}

std::string IdempotencyTimeKey(uint32_t graph, int64_t micros,
                               std::string_view key) {
  std::string out = KindKey(graph, kIdempotencyTimeKind);
  AppendBigEndian(static_cast<uint64_t>(micros), out);
  return out.append(key);
}

std::string CatalogKey(char kind, std::string_view rest) {
  return KindKey(0, kind).append(rest);
}

std::string TaskKindKey(char kind) { return KindKey(0, kind); }

std::string TaskKey(uint64_t id) {
  std::string key = TaskKindKey(kTaskKind);
  AppendBigEndian(id, key);
  return key;
}

}  // namespace skg::storage
