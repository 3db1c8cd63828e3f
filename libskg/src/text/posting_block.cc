#include "text/posting_block.h"

#include <bit>
#include <limits>

#include "absl/strings/str_cat.h"
#include "base/strings.h"
#include "storage/bit_packing.h"

namespace skg::text {
namespace {

constexpr uint64_t kMost32 = std::numeric_limits<uint32_t>::max();

void AppendVarintBody(const std::vector<Posting>& postings, std::string& out) {
  uint64_t before = postings.front().document;
  for (const Posting& posting : postings) {
    AppendVarint(posting.document - before, out);
    before = posting.document;
    const bool several = posting.frequency > 1;
    AppendVarint(uint64_t{posting.length} * 2 + (several ? 1 : 0), out);
    if (several) AppendVarint(posting.frequency - 2, out);
  }
}

using Column = std::array<uint64_t, kBlockPostings>;

unsigned WidthOf(const Column& column, size_t count) {
  uint64_t all = 0;
  for (size_t i = 0; i < count; ++i) all |= column[i];
  return static_cast<unsigned>(std::bit_width(all));
}

void AppendPacked(const Column& column, size_t count, unsigned width,
                  std::string& out) {
  if (width == 0) return;
  const size_t at = out.size();
  out.resize(at + storage::PackedBytes(count, width));
  storage::Pack(column.data(), count, width, out.data() + at);
}

void AppendPackedBody(const std::vector<Posting>& postings, std::string& out) {
  Column gaps{}, frequencies{}, lengths{};
  uint64_t before = postings.front().document;
  for (size_t i = 0; i < postings.size(); ++i) {
    gaps[i] = postings[i].document - before;
    before = postings[i].document;
    frequencies[i] = postings[i].frequency - 1;
    lengths[i] = postings[i].length;
  }
  const size_t count = postings.size();
  const unsigned widths[] = {WidthOf(gaps, count), WidthOf(frequencies, count),
                             WidthOf(lengths, count)};
  for (const unsigned width : widths) out.push_back(static_cast<char>(width));
  AppendPacked(gaps, count, widths[0], out);
  AppendPacked(frequencies, count, widths[1], out);
  AppendPacked(lengths, count, widths[2], out);
}

size_t ColumnBytes(size_t count, unsigned width) {
  return width == 0 ? 0 : storage::PackedBytes(count, width);
}

void UnpackColumn(std::string_view packed, size_t count, unsigned width,
                  uint64_t base, Column* column) {
  if (width == 0) {
    std::fill_n(column->begin(), count, base);
  } else {
    storage::Unpack(packed.data(), 0, count, width, base, column->data());
  }
}

}  // namespace

void ImpactSet::Add(Impact impact) {
  // Where it stands: those before have a lower frequency.
  size_t at = 0;
  while (at < size_ && impacts_[at].frequency < impact.frequency) ++at;
  if (at < size_ && impacts_[at].length <= impact.length) return;
  // Those it is stronger than stand right before it (and at it).
  size_t end = at;
  if (end < size_ && impacts_[end].frequency == impact.frequency) ++end;
  size_t begin = at;
  while (begin > 0 && impacts_[begin - 1].length >= impact.length) --begin;
  if (begin == end) {
    std::copy_backward(impacts_ + begin, impacts_ + size_,
                       impacts_ + size_ + 1);
    ++size_;
  } else {
    std::copy(impacts_ + end, impacts_ + size_, impacts_ + begin + 1);
    size_ -= end - begin - 1;
  }
  impacts_[begin] = impact;
  if (size_ <= kMaxImpacts) return;
  // The strongest stay apart: they decide what is skipped.
  impacts_[1].length = impacts_[0].length;
  std::copy(impacts_ + 1, impacts_ + size_, impacts_);
  --size_;
}

void AppendBlockHeader(const BlockHeader& header, uint64_t before,
                       std::string& out) {
  AppendVarint(header.first - before, out);
  AppendVarint(header.last - header.first, out);
  AppendVarint(header.count, out);
  out.push_back(static_cast<char>(header.impacts.view().size()));
  for (const Impact& impact : header.impacts.view()) {
    AppendVarint(impact.frequency, out);
    AppendVarint(impact.length, out);
  }
  AppendVarint(header.body_size, out);
}

bool ReadBlockHeader(ByteReader& in, uint64_t before, BlockHeader* header) {
  header->first = before + in.Varint();
  header->last = header->first + in.Varint();
  const uint64_t count = in.Varint();
  const auto impacts = in.BigEndian<uint8_t>();
  if (impacts > kMaxImpacts) return false;
  header->impacts.Clear();
  for (uint8_t i = 0; i < impacts; ++i) {
    const uint64_t frequency = in.Varint(), length = in.Varint();
    if (frequency > kMost32 || length > kMost32) return false;
    header->impacts.Add(
        {static_cast<uint32_t>(frequency), static_cast<uint32_t>(length)});
  }
  const uint64_t size = in.Varint();
  header->count = static_cast<uint32_t>(count);
  header->body_size = static_cast<uint32_t>(size);
  return in.ok() && count > 0 && count <= kBlockPostings && size <= kMost32 &&
         header->first >= before && header->last >= header->first;
}

BlockHeader BlockBuffer::AppendBody(std::string& out) const {
  BlockHeader header;
  header.first = postings_.front().document;
  header.last = postings_.back().document;
  header.count = static_cast<uint32_t>(postings_.size());
  for (const Posting& posting : postings_) {
    header.impacts.Add({posting.frequency, posting.length});
  }
  const size_t begin = out.size();
  if (postings_.size() < kPackedPostings) {
    AppendVarintBody(postings_, out);
  } else {
    AppendPackedBody(postings_, out);
  }
  header.body_size = static_cast<uint32_t>(out.size() - begin);
  return header;
}

bool DecodedBlock::DecodeVarints(const BlockHeader& header,
                                 std::string_view body) {
  ByteReader in(body);
  uint64_t document = header.first;
  for (size_t i = 0; i < count_; ++i) {
    const uint64_t gap = in.Varint(), length = in.Varint();
    const uint64_t frequency = (length & 1) != 0 ? in.Varint() + 2 : 1;
    if ((gap == 0) != (i == 0) || gap > header.last - document ||
        length / 2 > kMost32 || frequency > kMost32) {
      return false;
    }
    document += gap;
    documents_[i] = document;
    frequencies_[i] = frequency;
    lengths_[i] = length / 2;
  }
  rest_decoded_ = true;
  return in.ok() && document == header.last;
}

bool DecodedBlock::DecodeDocuments(const BlockHeader& header,
                                   std::string_view body) {
  count_ = header.count;
  if (count_ < kPackedPostings) return DecodeVarints(header, body);
  if (body.size() < 3) return false;
  const auto gap_width = static_cast<uint8_t>(body[0]);
  frequency_width_ = static_cast<uint8_t>(body[1]);
  length_width_ = static_cast<uint8_t>(body[2]);
  if (gap_width == 0 || gap_width > 64 || frequency_width_ > 32 ||
      length_width_ > 32) {
    return false;
  }
  const size_t gaps = ColumnBytes(count_, gap_width);
  if (body.size() - 3 != gaps + ColumnBytes(count_, frequency_width_) +
                             ColumnBytes(count_, length_width_)) {
    return false;
  }
  storage::UnpackSums(body.data() + 3, 0, count_, gap_width, header.first,
                      documents_.data());
  rest_ = body.substr(3 + gaps);
  rest_decoded_ = false;
  return documents_[count_ - 1] == header.last;
}

void DecodedBlock::DecodeRest() {
  if (rest_decoded_) return;
  UnpackColumn(rest_, count_, frequency_width_, 1, &frequencies_);
  UnpackColumn(rest_.substr(ColumnBytes(count_, frequency_width_)), count_,
               length_width_, 0, &lengths_);
  rest_decoded_ = true;
}

bool SkipPositions(uint64_t frequency, ByteReader& in) {
  for (uint64_t i = 0; i < frequency && in.ok(); ++i) in.Varint();
  return in.ok();
}

bool DecodePositions(uint64_t frequency, ByteReader& in,
                     std::vector<uint32_t>* out) {
  uint64_t position = 0;
  for (uint64_t i = 0; i < frequency; ++i) {
    position += in.Varint();
    if (!in.ok() || position > kMost32) return false;
    out->push_back(static_cast<uint32_t>(position));
  }
  return true;
}

absl::Status DamagedPostings(std::string_view what) {
  return absl::DataLossError(
      absl::StrCat("text index: ", av(what), " is damaged; rebuild the index"));
}

}  // namespace skg::text
