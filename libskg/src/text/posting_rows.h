// Rows of a text index in the family `postings`, and how a document gets there.
//
// Keys begin with the graph's number and the index's number (4 bytes each,
// big-endian), then a kind:
//   'D' token NUL document   a posting of the delta: varint frequency, varint
//                            length, positions; with an empty token the
//                            document itself: varint length
//   'M'                      the manifest (posting_manifest.h)
//   'S' segment ...          rows of a segment (segment_writer.h)
//   'O' document statement   whose metadata the document is
//                            (document_number.h); nothing
// Values that are not empty begin with a byte, their format.
//
// A document's text never changes, so rows of the delta are facts: they may be
// written blindly, again, before or after the fact was folded into a segment,
// and by a commit that nobody ever sees. Nothing is removed when statements
// are: whoever searches looks whether his snapshot still holds the document.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "storage/kv.h"
#include "text/analyzer.h"
#include "text/posting.h"

namespace skg::text {

// Which index of which graph.
struct PostingIndex {
  uint32_t graph = 0;
  uint32_t index = 0;
  friend bool operator==(const PostingIndex&, const PostingIndex&) = default;
};

inline constexpr size_t kIndexPrefixBytes = 8;
[[nodiscard]] std::string IndexPrefix(PostingIndex index);

inline constexpr char kDeltaKind = 'D';
inline constexpr char kManifestKind = 'M';
inline constexpr char kSegmentKind = 'S';
inline constexpr char kStatementKind = 'O';
// Of values that have only one.
inline constexpr char kPostingFormat = 1;
[[nodiscard]] std::string KindPrefix(PostingIndex index, char kind);
[[nodiscard]] inline std::string ManifestKey(PostingIndex index) {
  return KindPrefix(index, kManifestKind);
}

// All rows of the delta with this token; with an empty one its documents.
[[nodiscard]] std::string DeltaTokenPrefix(PostingIndex index,
                                           std::string_view token);
[[nodiscard]] std::string DeltaKey(PostingIndex index, std::string_view token,
                                   uint64_t document);
// The two parts of a key of the delta after kIndexPrefixBytes + 1. False:
// damaged.
[[nodiscard]] bool SplitDeltaKey(std::string_view key, std::string_view* token,
                                 uint64_t* document);

// The value of a row of the delta: of a posting or (no positions follow, and
// the frequency is 1) of a document.
[[nodiscard]] bool ReadDeltaValue(std::string_view value, bool is_document,
                                  Posting* posting,
                                  std::string_view* positions);

// Adds a document's rows to the batch of a commit: one for each of its distinct
// tokens and one for itself. Idempotent, and reads nothing. A document without
// tokens gets none. About 40 bytes and a microsecond a row.
void AddDocument(storage::KvBatch& batch, PostingIndex index, uint64_t document,
                 const TokenList& tokens);

// Removes the index. Readers with an older snapshot go on.
void DropIndex(storage::KvBatch& batch, PostingIndex index);

// A document's tokens as postings: equal tokens together, in bytewise order,
// each with its encoded positions. Views are valid until the next call of the
// same thread or until `tokens` changes.
struct DocumentPosting {
  std::string_view token;
  uint32_t frequency;
  std::string_view positions;
};
[[nodiscard]] const std::vector<DocumentPosting>& GroupTokens(
    const TokenList& tokens);

}  // namespace skg::text
