#include "text/posting_cursor.h"

#include "base/status.h"
#include "text/posting_block.h"

namespace skg::text {

void PostingCursor::LoadFrom(uint64_t document) {
  if (document == kNoDocument) return End();
  Load(document);
  if (count_ == 0) return End();
  at_ = FindInBlock(document);
  if (at_ == count_) return End();
  document_ = documents_[at_];
}

absl::Status PostingCursor::ReadPositions(std::vector<uint32_t>* out) {
  out->clear();
  if (document_ == kNoDocument) return absl::OkStatus();
  std::string_view bytes;
  SKG_RETURN_IF_ERROR(PositionBytes(&bytes));
  ByteReader in(bytes);
  return DecodePositions(frequency(), in, out)
             ? absl::OkStatus()
             : DamagedPostings("a list of positions");
}

uint32_t PostingCursor::FindInBlock(uint64_t document) const {
  // Mostly it is near: gallop.
  uint32_t low = at_, high = at_, step = 1;
  while (high < count_ && documents_[high] < document) {
    low = high + 1;
    high += step;
    step *= 2;
  }
  return static_cast<uint32_t>(
      std::lower_bound(documents_ + low, documents_ + std::min(high, count_),
                       document) -
      documents_);
}

}  // namespace skg::text
