#include "storage/dictionary.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/bytes.h"
#include "base/status.h"
#include "storage/keys.h"
#include "storage/rows.h"

namespace skg::storage {

namespace {

// Values of `terms`: the whole term, or the sizes of one kept in chunks.
constexpr char kWholeFormat = 0x01;
constexpr char kChunkedFormat = 0x02;
constexpr size_t kLongestWholeBytes = 16 << 10;
constexpr size_t kChunkBytes = 512 << 10;
// Triple terms may hold triple terms; deeper nesting than this is damage.
constexpr int kMaxNesting = 1000;
constexpr size_t kReadAtOnce = 1024;
constexpr size_t kEncodingBytes = 64;

absl::Status Damaged(uint32_t graph, TermId id, const char* what) {
  return absl::DataLossError(absl::StrCat("dictionary of graph ", graph,
                                          ", term ", id.payload(), ": ", what));
}

// Numbers that ascend, so that reading what lies between the first and the last
// costs less than looking each of them up.
bool LieTogether(std::span<const TermId> ids) {
  constexpr size_t kFewest = 256;
  constexpr uint64_t kSparse = 4;  // times as many numbers as ids
  if (ids.size() < kFewest || ids.back().payload() < ids.front().payload() ||
      ids.back().payload() - ids.front().payload() > kSparse * ids.size()) {
    return false;
  }
  for (size_t i = 1; i < ids.size(); ++i) {
    if (ids[i].payload() <= ids[i - 1].payload()) return false;
  }
  return true;
}

}  // namespace

std::string EncodeTripleParts(TermId subject, TermId predicate, TermId object) {
  std::string bytes;
  for (const TermId id : {subject, predicate, object})
    AppendBigEndian(id.bits, bytes);
  return bytes;
}

std::string TermIdRow(uint64_t number) {
  std::string row(1, kPlainFormat);
  AppendBigEndian(number, row);
  return row;
}

absl::StatusOr<uint64_t> DecodeTermNumber(uint32_t graph,
                                          std::string_view row) {
  if (row.size() != 9 || row.front() != kPlainFormat) {
    return absl::DataLossError(
        absl::StrCat("damaged term_ids row in graph ", graph));
  }
  return LoadBigEndian<uint64_t>(row.data() + 1);
}

absl::Status VisitTermRows(uint32_t graph, TermId id, std::string_view bytes,
                           const TermRowVisitor& visit) {
  const uint64_t number = id.payload();
  std::string value{kWholeFormat, static_cast<char>(id.tag())};
  if (bytes.size() <= kLongestWholeBytes) {
    value += bytes;
    return visit(TermKey(graph, number), value);
  }
  value[0] = kChunkedFormat;
  const size_t chunks = (bytes.size() + kChunkBytes - 1) / kChunkBytes;
  AppendVarint(bytes.size(), value);
  AppendVarint(chunks, value);
  SKG_RETURN_IF_ERROR(visit(TermKey(graph, number), value));
  for (size_t i = 0; i < chunks; ++i) {
    std::string chunk(1, kPlainFormat);
    chunk.append(bytes, i * kChunkBytes, kChunkBytes);
    SKG_RETURN_IF_ERROR(
        visit(TermChunkKey(graph, number, static_cast<uint32_t>(i)), chunk));
  }
  return absl::OkStatus();
}

absl::Status Dictionary::CheckSize(const rdf::Term& term) const {
  const size_t bytes = rdf::TextBytes(term);
  if (bytes <= max_term_bytes_) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("is a term of ", bytes, " bytes; at most ", max_term_bytes_,
                   " are allowed"));
}

absl::Status Dictionary::CheckSize(const DictionaryTerm& term) const {
  // An encoding is a few bytes longer than its text.
  if (term.bytes.size() / 2 <= max_term_bytes_ / 2 + kEncodingBytes / 2)
    return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("a statement holds a term of about ", term.bytes.size(),
                   " bytes; at most ", max_term_bytes_, " are allowed"));
}

absl::StatusOr<TermId> Dictionary::Find(uint32_t graph, rdf::TermTag tag,
                                        std::string_view encoded,
                                        const KvSnapshot* at) {
  TermId id;
  if (cache_.FindId(graph, tag, encoded, &id)) return id;
  const std::string key = TermIdKey(graph, tag, encoded);
  std::string value;
  SKG_ASSIGN_OR_RETURN(const bool found,
                       kv_.Get(Family::kTermIds, key, &value, at));
  if (!found) return TermId{};
  SKG_ASSIGN_OR_RETURN(const uint64_t number, DecodeTermNumber(graph, value));
  id = TermId::Make(tag, number);
  if (IsHashedTermKey(key)) {
    // Two terms that share 48 bytes and a 128-bit hash: never seen, never
    // confused.
    SKG_ASSIGN_OR_RETURN(const DictionaryTerm stored, Get(graph, id, at));
    if (stored.tag != tag || stored.bytes != encoded) {
      return absl::InternalError(absl::StrCat(
          "graph ", graph, ": the hash of a term of ", encoded.size(),
          " bytes is that of term ", id.payload(), "; it cannot be stored"));
    }
  }
  cache_.InsertId(graph, tag, encoded, id);
  return id;
}

absl::StatusOr<DictionaryTerm> Dictionary::ReadValue(
    uint32_t graph, TermId id, std::string_view value,
    const KvSnapshot* at) const {
  if (value.size() < 2) return Damaged(graph, id, "the row is too short");
  DictionaryTerm term;
  term.tag = static_cast<rdf::TermTag>(value[1]);
  if (term.tag != id.tag())
    return Damaged(graph, id, "the row is of another kind of term");
  if (value[0] == kWholeFormat) {
    term.bytes = std::string(value.substr(2));
    return term;
  }
  if (value[0] != kChunkedFormat) return Damaged(graph, id, "unknown format");
  ByteReader in(value.substr(2));
  const uint64_t size = in.Varint();
  const uint64_t chunks = in.Varint();
  if (!in.ok() || chunks != (size + kChunkBytes - 1) / kChunkBytes) {
    return Damaged(graph, id, "wrong sizes");
  }
  for (uint64_t i = 0; i < chunks; ++i) {
    std::string chunk;
    SKG_ASSIGN_OR_RETURN(
        const bool found,
        kv_.Get(Family::kTerms,
                TermChunkKey(graph, id.payload(), static_cast<uint32_t>(i)),
                &chunk, at));
    if (!found || chunk.empty())
      return Damaged(graph, id, "a chunk is missing");
    term.bytes.append(chunk, 1);
  }
  if (term.bytes.size() != size) return Damaged(graph, id, "wrong length");
  return term;
}

absl::StatusOr<DictionaryTerm> Dictionary::Get(uint32_t graph, TermId id,
                                               const KvSnapshot* at) {
  DictionaryTerm term;
  if (cache_.FindTerm(graph, id, &term)) return term;
  std::string value;
  SKG_ASSIGN_OR_RETURN(
      const bool found,
      kv_.Get(Family::kTerms, TermKey(graph, id.payload()), &value, at));
  if (!found) return Damaged(graph, id, "no such number");
  SKG_ASSIGN_OR_RETURN(term, ReadValue(graph, id, value, at));
  cache_.InsertTerm(graph, id, term);
  return term;
}

absl::StatusOr<TermId> Dictionary::Lookup(uint32_t graph, const rdf::Term& term,
                                          const KvSnapshot* at) {
  if (term.kind == rdf::TermKind::kTripleTerm) {
    TermId parts[3];
    const rdf::Term* terms[3] = {&term.triple->subject, &term.triple->predicate,
                                 &term.triple->object};
    for (int i = 0; i < 3; ++i) {
      SKG_ASSIGN_OR_RETURN(parts[i], Lookup(graph, *terms[i], at));
      if (!parts[i].bound()) return TermId{};
    }
    return Find(graph, rdf::TermTag::kTripleTerm,
                EncodeTripleParts(parts[0], parts[1], parts[2]), at);
  }
  if (const auto id = rdf::InlineId(term)) return *id;
  rdf::EncodedTerm encoded;
  rdf::EncodeTerm(term, encoded);
  return Find(graph, encoded.tag, encoded.bytes, at);
}

absl::StatusOr<rdf::Term> Dictionary::ToTerm(uint32_t graph, TermId id,
                                             const DictionaryTerm& term,
                                             const KvSnapshot* at, int depth) {
  if (term.tag != rdf::TermTag::kTripleTerm)
    return rdf::DecodeTerm(term.tag, term.bytes);
  if (term.bytes.size() != 24 || depth > kMaxNesting) {
    return Damaged(graph, id, "not a triple term");
  }
  rdf::Term parts[3];
  for (size_t i = 0; i < 3; ++i) {
    const TermId part{LoadBigEndian<uint64_t>(term.bytes.data() + 8 * i)};
    if (part.is_inline()) {
      SKG_ASSIGN_OR_RETURN(parts[i], rdf::InlineTerm(part));
    } else if (part.in_dictionary()) {
      SKG_ASSIGN_OR_RETURN(const DictionaryTerm inner, Get(graph, part, at));
      SKG_ASSIGN_OR_RETURN(parts[i], ToTerm(graph, part, inner, at, depth + 1));
    } else {
      return Damaged(graph, id, "a part is no stored term");
    }
  }
  return rdf::Term::Triple(std::move(parts[0]), std::move(parts[1]),
                           std::move(parts[2]));
}

absl::Status Dictionary::Decode(uint32_t graph, std::span<const TermId> ids,
                                std::vector<rdf::Term>* out,
                                const KvSnapshot* at) {
  out->clear();
  out->resize(ids.size());
  std::vector<TermId> wanted;
  std::vector<size_t> places, repeats;
  for (size_t i = 0; i < ids.size(); ++i) {
    const TermId id = ids[i];
    if (i > 0 && ids[i - 1] == id) {
      repeats.push_back(i);
    } else if (id.is_inline()) {
      SKG_ASSIGN_OR_RETURN((*out)[i], rdf::InlineTerm(id));
    } else if (id.in_dictionary()) {
      wanted.push_back(id);
      places.push_back(i);
    } else {
      return absl::InternalError(
          absl::StrCat("id ", id.bits, " is not a stored term"));
    }
  }
  SKG_RETURN_IF_ERROR(DecodeStored(graph, wanted, places, at, *out));
  for (const size_t i : repeats) (*out)[i] = (*out)[i - 1];
  return absl::OkStatus();
}

absl::Status Dictionary::DecodeInPassing(uint32_t graph,
                                         std::span<const TermId> ids,
                                         std::span<const size_t> places,
                                         const KvSnapshot* at,
                                         std::vector<rdf::Term>& out) {
  const auto rows = kv_.NewIterator(
      Family::kTerms, {.snapshot = at,
                       .lower = TermKey(graph, ids.front().payload()),
                       .upper = TermKey(graph, ids.back().payload() + 1)});
  rows->SeekToFirst();
  for (size_t i = 0; i < ids.size(); ++i) {
    const std::string key = TermKey(graph, ids[i].payload());
    // Terms that nobody asked for, and the chunks of long ones.
    while (rows->Valid() && rows->key() < key) rows->Next();
    if (!rows->Valid() || rows->key() != key) {
      SKG_RETURN_IF_ERROR(rows->status());
      return Damaged(graph, ids[i], "no such number");
    }
    SKG_ASSIGN_OR_RETURN(const DictionaryTerm term,
                         ReadValue(graph, ids[i], rows->value(), at));
    SKG_ASSIGN_OR_RETURN(out[places[i]], ToTerm(graph, ids[i], term, at, 0));
  }
  return absl::OkStatus();
}

// The term of ids[i] becomes out[places[i]].
absl::Status Dictionary::DecodeStored(uint32_t graph,
                                      std::span<const TermId> ids,
                                      std::span<const size_t> places,
                                      const KvSnapshot* at,
                                      std::vector<rdf::Term>& out) {
  // They come from a scan that would only wash the cache out.
  if (LieTogether(ids)) return DecodeInPassing(graph, ids, places, at, out);
  std::vector<bool> known(ids.size());
  // Their parts are looked up in turn: not under the cache's lock.
  std::vector<std::pair<size_t, DictionaryTerm>> triples;
  absl::Status status;
  cache_.FindTerms(graph, ids, [&](size_t i, const DictionaryTerm& term) {
    known[i] = true;
    if (term.tag == rdf::TermTag::kTripleTerm) {
      triples.emplace_back(i, term);
      return;
    }
    auto decoded = rdf::DecodeTerm(term.tag, term.bytes);
    if (decoded.ok()) {
      out[places[i]] = *std::move(decoded);
    } else if (status.ok()) {
      status = decoded.status();
    }
  });
  SKG_RETURN_IF_ERROR(status);
  for (const auto& [i, term] : triples) {
    SKG_ASSIGN_OR_RETURN(out[places[i]], ToTerm(graph, ids[i], term, at, 0));
  }

  std::vector<size_t> missing;
  for (size_t i = 0; i < ids.size(); ++i) {
    if (!known[i]) missing.push_back(i);
  }
  for (size_t begin = 0; begin < missing.size(); begin += kReadAtOnce) {
    const auto some = std::span(missing).subspan(
        begin, std::min(kReadAtOnce, missing.size() - begin));
    std::vector<std::string> keys;
    for (const size_t i : some)
      keys.push_back(TermKey(graph, ids[i].payload()));
    SKG_ASSIGN_OR_RETURN(const auto values,
                         kv_.MultiGet(Family::kTerms, keys, at));
    for (size_t j = 0; j < some.size(); ++j) {
      const TermId id = ids[some[j]];
      if (!values[j]) return Damaged(graph, id, "no such number");
      SKG_ASSIGN_OR_RETURN(DictionaryTerm term,
                           ReadValue(graph, id, *values[j], at));
      SKG_ASSIGN_OR_RETURN(out[places[some[j]]],
                           ToTerm(graph, id, term, at, 0));
      cache_.InsertTerm(graph, id, std::move(term));
    }
  }
  return absl::OkStatus();
}

void Dictionary::AppendRows(uint32_t graph, TermId id,
                            const DictionaryTerm& term, KvBatch& batch) const {
  batch.Put(Family::kTermIds, TermIdKey(graph, term.tag, term.bytes),
            TermIdRow(id.payload()));
  AppendTextRows(graph, id, term, batch);
}

void Dictionary::AppendRows(uint32_t graph, std::vector<NumberedTerm> terms,
                            KvBatch& batch) const {
  for (const auto& [id, term] : terms) AppendTextRows(graph, id, *term, batch);
  // A memtable finds the place of a key from that of the one before.
  std::sort(terms.begin(), terms.end(),
            [](const NumberedTerm& a, const NumberedTerm& b) {
              return std::tie(a.term->tag, a.term->bytes) <
                     std::tie(b.term->tag, b.term->bytes);
            });
  for (const auto& [id, term] : terms) {
    batch.Put(Family::kTermIds, TermIdKey(graph, term->tag, term->bytes),
              TermIdRow(id.payload()));
  }
}

void Dictionary::AppendTextRows(uint32_t graph, TermId id,
                                const DictionaryTerm& term, KvBatch& batch) {
  // A batch takes everything; what it refuses fails the write.
  VisitTermRows(graph, id, term.bytes,
                [&](std::string_view key, std::string_view value) {
                  batch.Put(Family::kTerms, key, value);
                  return absl::OkStatus();
                })
      .IgnoreError();
}

void Dictionary::Remember(uint32_t graph, TermId id,
                          const DictionaryTerm& term) {
  cache_.InsertId(graph, term.tag, term.bytes, id);
  cache_.InsertTerm(graph, id, term);
}

}  // namespace skg::storage
