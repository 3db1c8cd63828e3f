// Keys of every family, as settled in libskg/docs/formats.md. All begin with
// the graph's number, so that a graph is one range of each family. Integers
// are big-endian: bytewise order is numeric order.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/uuid.h"
#include "rdf/term_id.h"
#include "storage/kv.h"
#include "storage/statement_row.h"

namespace skg::storage {

// The six orders of statements. A pattern's bound terms are a prefix of at
// least one of them. The last three hold rows of named graphs only.
enum class IndexOrder : uint8_t {
  kGspo = 0,
  kGpos,
  kGosp,
  kSpog,
  kPosg,
  kOspg
};
inline constexpr size_t kOrderCount = 6;
inline constexpr size_t kDefaultGraphOrders = 3;

// Which of the four terms (g, s, p, o = 0..3) stands at each place.
inline constexpr std::array<std::array<uint8_t, 4>, kOrderCount> kOrderPlaces =
    {{{0, 1, 2, 3},
      {0, 2, 3, 1},
      {0, 3, 1, 2},
      {1, 2, 3, 0},
      {2, 3, 1, 0},
      {3, 1, 2, 0}}};

inline constexpr size_t kGraphBytes = 4;
inline constexpr size_t kTermsBytes = 32;
inline constexpr size_t kStatementBytes = kTermsBytes + 4;  // with the edge
// Delta key: graph, epoch, order, four terms, edge, inverted commit number.
inline constexpr size_t kDeltaPrefixBytes = kGraphBytes + 4 + 1;
inline constexpr size_t kDeltaTripleBytes = kDeltaPrefixBytes + kTermsBytes;
inline constexpr size_t kDeltaKeyBytes =
    kDeltaPrefixBytes + kStatementBytes + 8;

[[nodiscard]] inline std::string GraphPrefix(uint32_t graph) {
  std::string key;
  AppendBigEndian(graph, key);
  return key;
}

// The smallest key greater than every key with this prefix; empty: none.
[[nodiscard]] std::string PrefixEnd(std::string_view prefix);

// Writes the statement in the order's sequence: kStatementBytes.
void StoreStatement(const StatementKey& key, IndexOrder order, char* out);
[[nodiscard]] StatementKey LoadStatement(IndexOrder order, const char* in);

// A delta key, built in place and reused for the six orders.
struct DeltaKey {
  std::array<char, kDeltaKeyBytes> bytes;
  DeltaKey(uint32_t graph, uint32_t epoch, IndexOrder order,
           const StatementKey& key, uint64_t commit);
  [[nodiscard]] std::string_view view() const {
    return {bytes.data(), bytes.size()};
  }
  // Graph, epoch, order and the four terms: all edges and versions.
  [[nodiscard]] std::string_view triple() const {
    return {bytes.data(), kDeltaTripleBytes};
  }
};
[[nodiscard]] std::string DeltaPrefix(uint32_t graph, uint32_t epoch,
                                      IndexOrder order);
[[nodiscard]] inline uint64_t CommitOfDeltaKey(std::string_view key) {
  return ~LoadBigEndian<uint64_t>(key.data() + kDeltaKeyBytes - 8);
}

// Family `records`: graph, statement (gspo), inverted commit number.
[[nodiscard]] std::string RecordKey(uint32_t graph, const StatementKey& key,
                                    uint64_t commit);
// Family `statement_ids`: graph, first half of the UUID, and as varints the
// statement. Half is enough to find a few candidates; it is the statement that
// has the whole id (ReadView::StatementId).
inline constexpr size_t kStatementIdPrefixBytes = kGraphBytes + 8;
static_assert(kStatementIdPrefixBytes ==
              ProbePrefixBytes(Family::kStatementIds));
[[nodiscard]] inline uint64_t FirstHalf(const Uuid& id) {
  return LoadBigEndian<uint64_t>(id.view().data());
}
[[nodiscard]] std::string StatementIdPrefix(uint32_t graph, uint64_t id);
[[nodiscard]] std::string StatementIdKey(uint32_t graph, uint64_t id,
                                         const StatementKey& statement);
// Unset: damaged.
[[nodiscard]] std::optional<StatementKey> StatementOfIdKey(
    std::string_view key);
// To be sorted as the keys of one graph.
struct IdRow {
  uint64_t id;  // its first half
  StatementKey key;
};
struct IdRowBefore {
  bool operator()(const IdRow& a, const IdRow& b) const {
    return a.id != b.id ? a.id < b.id
                        : StatementIdKey(0, a.id, a.key) <
                              StatementIdKey(0, b.id, b.key);
  }
};

// A statement as varints: g, s, p, o, each turned so that the tag stands last,
// and edge.
void AppendPacked(const StatementKey& key, std::string& out);
// Unset: damaged.
[[nodiscard]] std::optional<StatementKey> UnpackStatement(
    std::string_view bytes);

// Family `terms`: graph, number [, chunk].
[[nodiscard]] std::string TermKey(uint32_t graph, uint64_t number);
[[nodiscard]] std::string TermChunkKey(uint32_t graph, uint64_t number,
                                       uint32_t chunk);
// Family `term_ids`: graph, tag and the whole encoded term up to 64 bytes, else
// graph, tag | 0x80, its first 48 bytes and the 128-bit XXH3 hash of all of it.
inline constexpr size_t kWholeTermBytes = 64;
inline constexpr size_t kTermPrefixBytes = 48;
inline constexpr uint8_t kHashedTermFlag = 0x80;
[[nodiscard]] std::string TermIdKey(uint32_t graph, rdf::TermTag tag,
                                    std::string_view encoded);
[[nodiscard]] inline bool IsHashedTermKey(std::string_view key) {
  return key.size() > kGraphBytes &&
         (static_cast<uint8_t>(key[kGraphBytes]) & kHashedTermFlag) != 0;
}

// Family `stats`: graph, kind [, id].
[[nodiscard]] std::string HeadKey(uint32_t graph);
[[nodiscard]] std::string PredicateCountKey(uint32_t graph, TermId predicate);
[[nodiscard]] std::string NamedGraphCountKey(uint32_t graph,
                                             TermId named_graph);
inline constexpr char kHeadKind = 'H';
inline constexpr char kPredicateKind = 'P';
inline constexpr char kNamedGraphKind = 'N';

// Family `log`: graph, kind, ...
inline constexpr char kLogEntryKind = 'E';     // commit, chunk
inline constexpr char kIdempotencyKind = 'K';  // the key's bytes
inline constexpr char kIdempotencyTimeKind =
    'T';  // time in microseconds, the key's bytes
inline constexpr char kCommitTimesKind = 'C';  // first commit of a chunk
inline constexpr char kHistoryKind = 'H';
[[nodiscard]] std::string LogKey(uint32_t graph, uint64_t commit,
                                 uint32_t chunk);
[[nodiscard]] std::string LogKindPrefix(uint32_t graph, char kind);
// `first`: a multiple of kCommitTimesPerChunk.
[[nodiscard]] std::string CommitTimesKey(uint32_t graph, uint64_t first);
[[nodiscard]] std::string HistoryKey(uint32_t graph);
[[nodiscard]] std::string IdempotencyKey(uint32_t graph, std::string_view key);
[[nodiscard]] std::string IdempotencyTimeKey(uint32_t graph, int64_t micros,
                                             std::string_view key);

// Family `manifest`: graph.
[[nodiscard]] inline std::string ManifestKey(uint32_t graph) {
  return GraphPrefix(graph);
}

// Family `catalog`: graph 0, kind, ...
inline constexpr char kFormatKind = 'F';
inline constexpr char kNameKind = 'N';   // tenant, '/', name -> number
inline constexpr char kGraphKind = 'G';  // number -> GraphRow
inline constexpr char kNextGraphKind = 'X';
inline constexpr char kDroppedKind = 'D';  // number: rows still to be deleted
inline constexpr char kSettingKind = 'S';  // key -> value
inline constexpr char kQuotaKind = 'Q';    // tenant [, '/', name] -> limits
[[nodiscard]] std::string CatalogKey(char kind, std::string_view rest = {});

// Family `tasks`: graph 0, kind [, id].
inline constexpr char kTaskKind = 'T';
inline constexpr char kNextTaskKind = 'X';
[[nodiscard]] std::string TaskKey(uint64_t id);
[[nodiscard]] std::string TaskKindKey(char kind);

}  // namespace skg::storage
