#include "text/segment_writer.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/status.h"
#include "storage/keys.h"

namespace skg::text {

using storage::Family;
using storage::KvSortedFile;

namespace {

// Positions of a list of one block stand with it up to this size.
constexpr size_t kInlinePositionBytes = 4 << 10;
// A block ends where its positions have come to this size, so that with one
// more document's they fit into a row.
constexpr size_t kMostPositionBytes = 512 << 10;

// Numbers of terms of different kinds lie far apart: a gap between them would
// make all gaps of its block wide.
bool SameKind(uint64_t a, uint64_t b) { return a >> 60 == b >> 60; }

void AppendImpacts(const ImpactSet& impacts, std::string& out) {
  out.push_back(static_cast<char>(impacts.view().size()));
  for (const Impact& impact : impacts.view()) {
    AppendVarint(impact.frequency, out);
    AppendVarint(impact.length, out);
  }
}

}  // namespace

std::string SegmentPrefix(PostingIndex index, uint32_t segment) {
  std::string key = KindPrefix(index, kSegmentKind);
  AppendBigEndian(segment, key);
  return key;
}

std::string SegmentKindPrefix(PostingIndex index, uint32_t segment, char kind) {
  std::string key = SegmentPrefix(index, segment);
  key.push_back(kind);
  return key;
}

std::string NumberedKey(std::string_view kind_prefix, std::string_view token,
                        uint32_t number) {
  std::string key(kind_prefix);
  key += token;
  key.push_back('\0');
  AppendBigEndian(number, key);
  return key;
}

// Makes its file with the first row.
class SegmentWriter::Rows {
 public:
  Rows(storage::KvStore& kv, std::string prefix)
      : kv_(kv), prefix_(std::move(prefix)) {}

  [[nodiscard]] absl::Status Put(std::string_view rest,
                                 std::string_view value) {
    return PutKey(prefix_ + std::string(rest), value);
  }
  [[nodiscard]] absl::Status PutNumbered(std::string_view token,
                                         uint32_t number,
                                         std::string_view value) {
    return PutKey(NumberedKey(prefix_, token, number), value);
  }
  void TakeFile(std::vector<std::unique_ptr<KvSortedFile>>& files) {
    if (file_ != nullptr) files.push_back(std::move(file_));
  }

 private:
  [[nodiscard]] absl::Status PutKey(std::string_view key,
                                    std::string_view value) {
    if (file_ == nullptr) {
      SKG_ASSIGN_OR_RETURN(file_, kv_.NewSortedFile(Family::kPostings));
    }
    // Background work waits its turn here, a megabyte at a time.
    waiting_bytes_ += key.size() + value.size();
    if (waiting_bytes_ >= size_t{1} << 20) {
      kv_.AdmitBackgroundWrite(std::exchange(waiting_bytes_, 0));
    }
    return file_->Put(key, value);
  }

  storage::KvStore& kv_;
  const std::string prefix_;
  std::unique_ptr<KvSortedFile> file_;
  size_t waiting_bytes_ = 0;
};

SegmentWriter::SegmentWriter(storage::KvStore& kv, PostingIndex index,
                             uint32_t segment)
    : kv_(kv) {
  entry_.number = segment;
  const auto rows = [&](char kind) {
    return std::make_unique<Rows>(kv, SegmentKindPrefix(index, segment, kind));
  };
  pages_ = rows(kPageKind);
  positions_ = rows(kPositionsKind);
  lists_ = rows(kListKind);
  vocabulary_ = rows(kVocabularyKind);
}

SegmentWriter::~SegmentWriter() = default;

absl::Status SegmentWriter::Add(std::string_view token, const Posting& posting,
                                std::string_view positions) {
  if (!in_list_ || token != token_) {
    if (in_list_) SKG_RETURN_IF_ERROR(EndList());
    in_list_ = true;
    token_ = token;
  }
  const auto& pending = block_.postings();
  if (!pending.empty() &&
      (pending.size() == kBlockPostings ||
       !SameKind(pending.back().document, posting.document) ||
       block_.positions().size() >= kMostPositionBytes)) {
    SKG_RETURN_IF_ERROR(EndBlock());
  }
  block_.Add(posting, positions);
  ++postings_;
  if (token_.empty()) {
    ++entry_.documents;
    entry_.length += posting.length;
  }
  return absl::OkStatus();
}

absl::Status SegmentWriter::PutPositions(uint32_t block) {
  return positions_->PutNumbered(
      token_, block, std::string(1, kPostingFormat) + block_.positions());
}

absl::Status SegmentWriter::EndBlock() {
  const BlockHeader header = block_.AppendBody(bodies_);
  AppendBlockHeader(header, page_blocks_ == 0 ? 0 : page_last_, headers_);
  for (const Impact& impact : header.impacts.view()) page_impacts_.Add(impact);
  page_last_ = header.last;
  if (!block_.positions().empty()) {
    SKG_RETURN_IF_ERROR(PutPositions(blocks_));
  }
  block_.Clear();
  ++blocks_;
  return ++page_blocks_ == kPageBlocks ? EndPage() : absl::OkStatus();
}

absl::Status SegmentWriter::EndPage() {
  std::string value = {kPostingFormat, static_cast<char>(page_blocks_)};
  value += headers_;
  value += bodies_;
  SKG_RETURN_IF_ERROR(pages_->PutNumbered(token_, page_count_, value));
  AppendVarint(page_last_ - list_last_, directory_);
  AppendImpacts(page_impacts_, directory_);
  list_last_ = page_last_;
  ++page_count_;
  headers_.clear();
  bodies_.clear();
  page_impacts_.Clear();
  page_blocks_ = 0;
  return absl::OkStatus();
}

absl::Status SegmentWriter::WriteInline() {
  const bool here = block_.positions().size() <= kInlinePositionBytes;
  std::string body, value = {kInlineForm, static_cast<char>(here ? 1 : 0)};
  AppendBlockHeader(block_.AppendBody(body), 0, value);
  value += body;
  if (here) {
    value += block_.positions();
  } else {
    SKG_RETURN_IF_ERROR(PutPositions(0));
  }
  block_.Clear();
  return lists_->Put(token_, value);
}

absl::Status SegmentWriter::EndList() {
  if (blocks_ == 0) {
    SKG_RETURN_IF_ERROR(WriteInline());
  } else {
    if (!block_.postings().empty()) SKG_RETURN_IF_ERROR(EndBlock());
    if (page_blocks_ > 0) SKG_RETURN_IF_ERROR(EndPage());
    std::string value(1, kPagedForm);
    AppendVarint(postings_, value);
    AppendVarint(page_count_, value);
    value += directory_;
    SKG_RETURN_IF_ERROR(lists_->Put(token_, value));
  }
  if (!token_.empty()) SKG_RETURN_IF_ERROR(AddToVocabulary(postings_));
  postings_ = 0;
  blocks_ = page_count_ = 0;
  list_last_ = page_last_ = 0;
  directory_.clear();
  return absl::OkStatus();
}

absl::Status SegmentWriter::AddToVocabulary(uint64_t postings) {
  ++entry_.tokens;
  if (vocabulary_tokens_ == 0) {
    vocabulary_row_.assign(1, kPostingFormat);
    vocabulary_first_ = token_;
    vocabulary_last_.clear();
  }
  const auto shared = static_cast<size_t>(
      std::mismatch(token_.begin(), token_.end(), vocabulary_last_.begin(),
                    vocabulary_last_.end())
          .first -
      token_.begin());
  AppendVarint(shared, vocabulary_row_);
  AppendVarint(token_.size() - shared, vocabulary_row_);
  vocabulary_row_.append(token_, shared);
  AppendVarint(postings, vocabulary_row_);
  vocabulary_last_ = token_;
  return ++vocabulary_tokens_ == kVocabularyTokens ? EndVocabularyRow()
                                                   : absl::OkStatus();
}

absl::Status SegmentWriter::EndVocabularyRow() {
  if (vocabulary_tokens_ == 0) return absl::OkStatus();
  SKG_RETURN_IF_ERROR(vocabulary_->Put(vocabulary_first_, vocabulary_row_));
  vocabulary_row_.clear();
  vocabulary_tokens_ = 0;
  return absl::OkStatus();
}

absl::StatusOr<SegmentEntry> SegmentWriter::Finish() {
  if (in_list_) SKG_RETURN_IF_ERROR(EndList());
  in_list_ = false;
  SKG_RETURN_IF_ERROR(EndVocabularyRow());
  std::vector<std::unique_ptr<KvSortedFile>> files;
  for (Rows* const rows :
       {pages_.get(), positions_.get(), lists_.get(), vocabulary_.get()}) {
    rows->TakeFile(files);
  }
  if (!files.empty()) SKG_RETURN_IF_ERROR(kv_.Ingest(std::move(files)));
  return entry_;
}

}  // namespace skg::text
