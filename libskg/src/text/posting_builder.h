// PostingBuilder: many documents into segments, past the delta.
//
// Single-pass in-memory indexing (Heinz and Zobel, 2003): postings are gathered
// by token in memory, and become a segment each time it is full; Finish merges
// the segments by size.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "base/memory_budget.h"
#include "text/analyzer.h"
#include "text/posting_fold.h"

namespace skg::text {

struct PostingBuilderOptions {
  // For postings; the least is 1 MiB. Taken from the budget of `fold`, if any.
  size_t memory_bytes = size_t{256} << 20;
  FoldOptions fold;
};

// A document that was added before, here or to the index, is left as it is.
// Segments are seen as they come: what is in them are facts. Folds and merges
// of the index must not run between the construction and the end of Finish; its
// delta may be written. Not thread-safe; ends before its store.
class PostingBuilder {
 public:
  PostingBuilder(storage::KvStore& kv, PostingIndex index,
                 const PostingBuilderOptions& options);
  ~PostingBuilder();
  PostingBuilder(const PostingBuilder&) = delete;
  PostingBuilder& operator=(const PostingBuilder&) = delete;

  // Documents in any sequence; a rising one is fastest. Errors: those of Fold.
  [[nodiscard]] absl::Status Add(uint64_t document, const TokenList& tokens);
  [[nodiscard]] absl::Status Finish();

 private:
  class Buffer;
  [[nodiscard]] absl::Status Flush();

  storage::KvStore& kv_;
  const PostingIndex index_;
  const PostingBuilderOptions options_;
  MemoryReservation reserved_;
  std::unique_ptr<Buffer> buffer_;
};

}  // namespace skg::text
