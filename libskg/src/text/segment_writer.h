// SegmentWriter: rows of one segment, in sorted files.
//
// Keys begin with graph, index, 'S' and the segment's number (4 bytes,
// big-endian), then a kind:
//   'B' token NUL page      up to kPageBlocks blocks of a list: byte 1, byte
//                           count, the blocks' headers, their bodies
//                           (posting_block.h)
//   'P' token NUL block     byte 1, the positions of a block
//   'T' token               a list: byte form, then
//        form 1: one block, here: byte whether its positions stand here too
//          (else in 'P' rows), block header, body, positions
//        form 2: varint postings, varint pages, of each page: varint last
//          document - that of the page before, byte number of impacts, these
//   'V' first token         byte 1, up to kVocabularyTokens tokens: of each
//                           varint bytes shared with the one before, varint
//                           bytes of its own, these, varint postings
// Pages and blocks are numbered from 0 (4 bytes, big-endian); each page of a
// list but its last has kPageBlocks blocks. The list of the empty token holds
// every document once, with frequency 1 and without positions; it is in no 'V'
// row.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/kv.h"
#include "text/posting_block.h"
#include "text/posting_manifest.h"

namespace skg::text {

inline constexpr size_t kPageBlocks = 16;
inline constexpr size_t kVocabularyTokens = 256;
inline constexpr char kPageKind = 'B';
inline constexpr char kPositionsKind = 'P';
inline constexpr char kListKind = 'T';
inline constexpr char kVocabularyKind = 'V';
inline constexpr char kInlineForm = 1;
inline constexpr char kPagedForm = 2;

// What all keys of a segment begin with, and those of one kind.
[[nodiscard]] std::string SegmentPrefix(PostingIndex index, uint32_t segment);
[[nodiscard]] std::string SegmentKindPrefix(PostingIndex index,
                                            uint32_t segment, char kind);
// A key of kind 'B' or 'P'.
[[nodiscard]] std::string NumberedKey(std::string_view kind_prefix,
                                      std::string_view token, uint32_t number);

// Gets postings token by token, tokens rising bytewise (the empty one first),
// documents rising within a token. Memory: a page and 20 bytes for each 4,096
// postings of a list. Not thread-safe; ends before its store.
class SegmentWriter {
 public:
  SegmentWriter(storage::KvStore& kv, PostingIndex index, uint32_t segment);
  ~SegmentWriter();
  SegmentWriter(const SegmentWriter&) = delete;
  SegmentWriter& operator=(const SegmentWriter&) = delete;

  // `positions`: as BlockBuffer::Add. Errors: those of the store.
  [[nodiscard]] absl::Status Add(std::string_view token, const Posting& posting,
                                 std::string_view positions);

  // Ingests the rows and gives what the manifest says of them; with no
  // documents there are none. Until a manifest lists it the segment is seen by
  // nobody.
  [[nodiscard]] absl::StatusOr<SegmentEntry> Finish();

 private:
  class Rows;  // of one kind

  [[nodiscard]] absl::Status PutPositions(uint32_t block);
  [[nodiscard]] absl::Status EndBlock();
  [[nodiscard]] absl::Status EndPage();
  [[nodiscard]] absl::Status EndList();
  [[nodiscard]] absl::Status WriteInline();
  [[nodiscard]] absl::Status AddToVocabulary(uint64_t postings);
  [[nodiscard]] absl::Status EndVocabularyRow();

  storage::KvStore& kv_;
  SegmentEntry entry_;
  std::unique_ptr<Rows> pages_, positions_, lists_, vocabulary_;

  bool in_list_ = false;
  std::string token_;
  uint64_t postings_ = 0;  // of the list
  uint32_t blocks_ = 0, page_count_ = 0;
  BlockBuffer block_;
  // Of the page: headers as they will stand, bodies, and what the list says.
  std::string headers_, bodies_;
  uint32_t page_blocks_ = 0;
  uint64_t page_last_ = 0, list_last_ = 0;
  ImpactSet page_impacts_;
  std::string directory_;

  std::string vocabulary_row_, vocabulary_first_, vocabulary_last_;
  size_t vocabulary_tokens_ = 0;
};

}  // namespace skg::text
