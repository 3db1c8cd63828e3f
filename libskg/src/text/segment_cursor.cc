#include "text/segment_cursor.h"

#include <array>
#include <limits>
#include <utility>

#include "base/status.h"
#include "text/posting_block.h"
#include "text/segment_writer.h"

namespace skg::text {

using storage::Family;

namespace {

// One row of blocks, its headers read.
struct Page {
  std::string bytes;
  std::array<BlockHeader, kPageBlocks> headers;
  size_t count = 0;

  [[nodiscard]] std::string_view body(size_t block) const {
    return std::string_view(bytes).substr(headers[block].body_offset,
                                          headers[block].body_size);
  }
  // Reads the headers at the front of `in`; bodies follow them.
  [[nodiscard]] bool ReadHeaders(ByteReader& in, size_t blocks) {
    count = blocks;
    uint64_t before = 0;
    for (size_t i = 0; i < count; ++i) {
      if (!ReadBlockHeader(in, before, &headers[i])) return false;
      before = headers[i].last;
    }
    size_t offset = bytes.size() - in.rest().size();
    for (size_t i = 0; i < count; ++i) {
      headers[i].body_offset = static_cast<uint32_t>(offset);
      offset += headers[i].body_size;
    }
    if (offset > bytes.size()) return false;
    end = offset;
    return true;
  }
  size_t end = 0;  // of the bodies
};

struct PageEntry {
  uint64_t last = 0;
  ImpactSet impacts;
};

class SegmentCursor final : public PostingCursor {
 public:
  SegmentCursor(const SegmentSource& source, std::string_view token)
      : source_(source), token_(token) {}

  [[nodiscard]] absl::Status Open(std::string_view row) {
    const char form = row.empty() ? '\0' : row.front();
    if (!(form == kInlineForm ? ReadInline(row) : ReadDirectory(row))) {
      return Damaged();
    }
    LoadFrom(0);
    return status_;
  }

  [[nodiscard]] absl::Status PositionBytes(std::string_view* bytes) override {
    *bytes = {};
    // The list of documents has none.
    if (token_.empty() || document_ == kNoDocument) return absl::OkStatus();
    const uint32_t block = block_number();
    if (positions_block_ != block || positions_at_ > at_) {
      SKG_RETURN_IF_ERROR(LoadPositions(block));
    }
    if (frequencies_ == nullptr) LoadRest();
    const std::string_view all = positions_;
    ByteReader in(all.substr(positions_offset_));
    for (; positions_at_ < at_; ++positions_at_) {
      if (!SkipPositions(frequencies_[positions_at_], in)) return Damaged();
    }
    positions_offset_ = all.size() - in.rest().size();
    if (!SkipPositions(frequencies_[at_], in)) return Damaged();
    *bytes = all.substr(positions_offset_,
                        all.size() - in.rest().size() - positions_offset_);
    return absl::OkStatus();
  }

  [[nodiscard]] Bound PageBound(uint64_t document) override {
    while (ahead_page_ < pages_.size() && pages_[ahead_page_].last < document) {
      ++ahead_page_;
      ahead_block_ = 0;
    }
    if (ahead_page_ == pages_.size()) return {};
    return {pages_[ahead_page_].last, pages_[ahead_page_].impacts.view()};
  }

  [[nodiscard]] Bound BlockBound(uint64_t document) override {
    if (PageBound(document).impacts.empty()) return {};
    if (ahead_ == nullptr || ahead_number_ != ahead_page_) {
      if (page_ != nullptr && page_number_ == ahead_page_) {
        ahead_ = page_;
      } else if (ahead_ = LoadPage(ahead_page_); ahead_ == nullptr) {
        return {};
      }
      ahead_number_ = ahead_page_;
      ahead_block_ = 0;
    }
    while (ahead_block_ + 1 < ahead_->count &&
           ahead_->headers[ahead_block_].last < document) {
      ++ahead_block_;
    }
    const BlockHeader& header = ahead_->headers[ahead_block_];
    return {header.last, header.impacts.view()};
  }

 private:
  [[nodiscard]] absl::Status Damaged() const {
    return DamagedPostings("the list of \"" + token_ + "\"");
  }
  [[nodiscard]] uint32_t block_number() const {
    return static_cast<uint32_t>(page_number_ * kPageBlocks + block_);
  }

  [[nodiscard]] bool ReadInline(std::string_view row) {
    auto page = std::make_shared<Page>();
    page->bytes = row;
    if (page->bytes.size() < 2) return false;
    ByteReader in(std::string_view(page->bytes).substr(2));
    if (!page->ReadHeaders(in, 1)) return false;
    const BlockHeader& header = page->headers[0];
    postings_ = header.count;
    for (const Impact& impact : header.impacts.view()) impacts_.Add(impact);
    if (page->bytes[1] != 0) {
      positions_ = page->bytes.substr(page->end);
      positions_here_ = true;
      positions_block_ = 0;
    }
    pages_.push_back({header.last, header.impacts});
    page_ = ahead_ = std::move(page);
    return true;
  }

  [[nodiscard]] bool ReadDirectory(std::string_view row) {
    if (row.empty() || row[0] != kPagedForm) return false;
    ByteReader in(row.substr(1));
    postings_ = in.Varint();
    const uint64_t count = in.Varint();
    if (count == 0 || count > row.size() || postings_ == 0) return false;
    pages_.resize(count);
    uint64_t last = 0;
    for (PageEntry& page : pages_) {
      last += in.Varint();
      page.last = last;
      const auto impacts = in.BigEndian<uint8_t>();
      if (impacts > kMaxImpacts) return false;
      for (uint8_t i = 0; i < impacts; ++i) {
        const auto frequency = static_cast<uint32_t>(in.Varint());
        const Impact impact{frequency, static_cast<uint32_t>(in.Varint())};
        page.impacts.Add(impact);
        impacts_.Add(impact);
      }
    }
    return in.ok() && in.empty();
  }

  [[nodiscard]] std::shared_ptr<const Page> LoadPage(size_t number) {
    auto page = std::make_shared<Page>();
    if (kind_prefix_.empty()) {
      kind_prefix_ =
          SegmentKindPrefix(source_.index, source_.segment, kPageKind);
    }
    const auto found = source_.kv->Get(
        Family::kPostings,
        NumberedKey(kind_prefix_, token_, static_cast<uint32_t>(number)),
        &page->bytes, source_.snapshot);
    if (!found.ok()) {
      Fail(found.status());
      return nullptr;
    }
    ByteReader in(page->bytes);
    const auto format = in.BigEndian<uint8_t>();
    const auto blocks = in.BigEndian<uint8_t>();
    if (!*found || format != kPostingFormat || blocks == 0 ||
        blocks > kPageBlocks || !page->ReadHeaders(in, blocks)) {
      Fail(Damaged());
      return nullptr;
    }
    return page;
  }

  void Load(uint64_t document) override {
    // Where it looked ahead is mostly where it goes.
    size_t number = page_number_;
    if (ahead_page_ > number && ahead_page_ < pages_.size() &&
        (ahead_page_ == 0 || pages_[ahead_page_ - 1].last < document)) {
      number = ahead_page_;
    }
    while (number < pages_.size() && pages_[number].last < document) ++number;
    if (number == pages_.size()) return End();
    if (page_ == nullptr || number != page_number_) {
      page_ = ahead_ != nullptr && ahead_number_ == number ? ahead_
                                                           : LoadPage(number);
      if (page_ == nullptr) return;
      page_number_ = number;
      block_ = 0;
    }
    while (block_ + 1 < page_->count && page_->headers[block_].last < document)
      ++block_;
    if (!decoded_.DecodeDocuments(page_->headers[block_],
                                  page_->body(block_))) {
      return Fail(Damaged());
    }
    SetBlock(decoded_.documents(), decoded_.count());
  }

  void LoadRest() override {
    decoded_.DecodeRest();
    frequencies_ = decoded_.frequencies();
    lengths_ = decoded_.lengths();
  }

  [[nodiscard]] absl::Status LoadPositions(uint32_t block) {
    positions_at_ = 0;
    positions_offset_ = 0;
    if (positions_here_) return absl::OkStatus();
    positions_block_ = block;
    SKG_ASSIGN_OR_RETURN(
        const bool found,
        source_.kv->Get(
            Family::kPostings,
            NumberedKey(SegmentKindPrefix(source_.index, source_.segment,
                                          kPositionsKind),
                        token_, block),
            &positions_, source_.snapshot));
    if (!found || positions_.empty() || positions_[0] != kPostingFormat) {
      positions_block_ = kNone;
      return Damaged();
    }
    positions_offset_ = 1;
    return absl::OkStatus();
  }

  static constexpr uint32_t kNone = std::numeric_limits<uint32_t>::max();

  const SegmentSource source_;
  const std::string token_;
  std::string kind_prefix_;
  std::vector<PageEntry> pages_;

  std::shared_ptr<const Page> page_;
  size_t page_number_ = 0, block_ = 0;
  DecodedBlock decoded_;

  // Where bounds were asked for; never behind the cursor.
  std::shared_ptr<const Page> ahead_;
  size_t ahead_number_ = 0;  // of that page
  size_t ahead_page_ = 0, ahead_block_ = 0;

  std::string positions_;
  bool positions_here_ = false;
  uint32_t positions_block_ = kNone;
  uint32_t positions_at_ = 0;  // the posting that starts at the offset
  size_t positions_offset_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<PostingCursor>> OpenSegmentRow(
    const SegmentSource& source, std::string_view token, std::string_view row) {
  auto cursor = std::make_unique<SegmentCursor>(source, token);
  SKG_RETURN_IF_ERROR(cursor->Open(row));
  return cursor;
}

absl::StatusOr<std::unique_ptr<PostingCursor>> OpenSegmentList(
    const SegmentSource& source, std::string_view token) {
  std::string key = SegmentKindPrefix(source.index, source.segment, kListKind);
  key += token;
  std::string row;
  SKG_ASSIGN_OR_RETURN(const bool found, source.kv->Get(Family::kPostings, key,
                                                        &row, source.snapshot));
  if (!found) return nullptr;
  return OpenSegmentRow(source, token, row);
}

}  // namespace skg::text
