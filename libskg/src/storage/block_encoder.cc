#include <xxhash.h>

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <optional>

#include "base/bytes.h"
#include "storage/bit_packing.h"
#include "storage/block.h"
#include "storage/block_format.h"

namespace skg::storage {

using namespace block_format;  // NOLINT(google-build-using-namespace): ours

namespace {

constexpr size_t kTags = 16;
constexpr unsigned kTagShift = 60;
// A narrower column gains too little from a dictionary to look for one.
constexpr unsigned kNarrow = 3;

unsigned WidthOf(uint64_t value) {
  return static_cast<unsigned>(std::bit_width(value));
}

// How a column is to be packed. Steps are taken when it is written.
struct Plan {
  Kind kind = kPacked;
  unsigned width = 64;
  size_t bytes = SIZE_MAX;
  const uint64_t* codes = nullptr;
};

struct Statistics {
  uint64_t min = UINT64_MAX, max = 0;
  uint64_t steps = 0;  // all of them, or-ed
  bool rising = true;
};

Statistics Look(const uint64_t* values, size_t count) {
  Statistics found;
  uint64_t last = values[0];
  for (size_t i = 0; i < count; ++i) {
    const uint64_t value = values[i];
    found.min = std::min(found.min, value);
    found.max = std::max(found.max, value);
    found.steps |= value - last;
    found.rising &= value >= last;
    last = value;
  }
  return found;
}

// The tags that occur, each with its smallest value and the code of that.
class TagFrames {
 public:
  TagFrames(const uint64_t* values, size_t count) {
    std::array<uint64_t, kTags> min, max;
    min.fill(UINT64_MAX);
    max.fill(0);
    for (size_t i = 0; i < count; ++i) {
      const size_t tag = values[i] >> kTagShift;
      min[tag] = std::min(min[tag], values[i]);
      max[tag] = std::max(max[tag], values[i]);
    }
    uint64_t start = 0;
    for (size_t tag = 0; tag < kTags; ++tag) {
      if (min[tag] > max[tag]) continue;
      to_code_[tag] = start - min[tag];
      starts_[size_] = start;
      mins_[size_++] = min[tag];
      start += max[tag] - min[tag] + 1;
    }
    last_code_ = start - 1;
  }

  [[nodiscard]] size_t size() const { return size_; }
  [[nodiscard]] size_t table_bytes() const {
    return (size_ - 1) * kStretchBytes;
  }
  [[nodiscard]] unsigned width() const { return WidthOf(last_code_); }
  // Gives back all steps, or-ed.
  uint64_t Encode(const uint64_t* values, size_t count, uint64_t* codes) const {
    uint64_t steps = 0, last = 0;
    for (size_t i = 0; i < count; ++i) {
      codes[i] = values[i] + to_code_[values[i] >> kTagShift];
      steps |= codes[i] - last;
      last = codes[i];
    }
    return steps;
  }
  void AppendTable(std::string& out) const {
    const size_t place = out.size();
    out.resize(place + table_bytes());
    for (size_t k = 1; k < size_; ++k) {
      char* entry = out.data() + place + (k - 1) * kStretchBytes;
      StoreLittleEndian(starts_[k], entry);
      StoreLittleEndian(mins_[k], entry + 8);
    }
  }

 private:
  std::array<uint64_t, kTags> to_code_ = {}, starts_ = {}, mins_ = {};
  size_t size_ = 0;
  uint64_t last_code_ = 0;
};

// Distinct values in the sequence in which they occur.
class Dictionary {
 public:
  // False: there are more than `most`, at most kMostEntries.
  bool Fill(const uint64_t* values, size_t count, size_t most,
            uint64_t* codes) {
    slots_.fill(0);
    size_ = 0;
    for (size_t i = 0; i < count; ++i) {
      const uint64_t value = values[i];
      size_t slot = (value * 0x9E3779B97F4A7C15u) >> (64 - kSlotBits);
      while (slots_[slot] != 0 && entries_[slots_[slot] - 1u] != value) {
        slot = (slot + 1) % slots_.size();
      }
      if (slots_[slot] == 0) {
        if (size_ == most) return false;
        entries_[size_++] = value;
        slots_[slot] = static_cast<uint16_t>(size_);
      }
      codes[i] = slots_[slot] - 1u;
    }
    return true;
  }

  [[nodiscard]] size_t size() const { return size_; }
  [[nodiscard]] unsigned width() const { return WidthOf(size_ - 1); }
  void AppendTable(uint64_t min, size_t entry_bytes, std::string& out) const {
    for (size_t i = 0; i < size_; ++i) {
      char entry[8];
      StoreLittleEndian(entries_[i] - min, entry);
      out.append(entry, entry_bytes);
    }
  }

 private:
  static constexpr unsigned kSlotBits = 9;
  std::array<uint16_t, size_t{1} << kSlotBits> slots_;
  std::array<uint64_t, kMostEntries> entries_;
  size_t size_ = 0;
};

// Bytes of a dictionary's entry: 1, 2, 4 or 8.
size_t EntryBytes(uint64_t span) {
  return std::bit_ceil((WidthOf(span) + 7u) / 8u);
}

// Packs one column: finds the smallest form, writes descriptor and packed
// bytes.
class ColumnPacker {
 public:
  // `codes`, `dictionary_codes`: room to work in.
  ColumnPacker(const uint64_t* values, size_t count, uint64_t* codes,
               uint64_t* dictionary_codes)
      : values_(values),
        count_(count),
        codes_(codes),
        dictionary_codes_(dictionary_codes),
        statistics_(Look(values, count)) {}

  void Write(size_t column, std::string& head, std::string& packed);

 private:
  void Offer(Kind kind, unsigned width, size_t table_bytes,
             const uint64_t* codes) {
    const size_t bytes = table_bytes + PackedBytes(count_, width);
    if (bytes < plan_.bytes) plan_ = {kind, width, bytes, codes};
  }
  void OfferFrames();
  void OfferDictionary();
  void WritePacked(std::string& packed);

  const uint64_t* const values_;
  const size_t count_;
  uint64_t* const codes_;
  uint64_t* const dictionary_codes_;
  const Statistics statistics_;
  Plan plan_;
  std::optional<TagFrames> frames_;
  Dictionary dictionary_;
};

void ColumnPacker::OfferFrames() {
  frames_.emplace(values_, count_);
  // Codes are compared as signed numbers when they are unpacked.
  if (frames_->width() > 63) return;
  const uint64_t steps = frames_->Encode(values_, count_, codes_);
  Offer(kPacked, frames_->width(), frames_->table_bytes(), codes_);
  if (statistics_.rising) {
    Offer(kSteps, WidthOf(steps), frames_->table_bytes(), codes_);
  }
}

void ColumnPacker::OfferDictionary() {
  if (plan_.width <= kNarrow) return;
  const size_t most =
      std::min(kMostEntries, size_t{1} << std::min(plan_.width - 1, 8u));
  if (!dictionary_.Fill(values_, count_, most, dictionary_codes_)) return;
  const uint64_t span = statistics_.max - statistics_.min;
  Offer(kDictionary, dictionary_.width(), dictionary_.size() * EntryBytes(span),
        dictionary_codes_);
}

void ColumnPacker::WritePacked(std::string& packed) {
  uint64_t* const codes = codes_;
  const uint64_t* const from = plan_.codes;
  if (plan_.kind == kSteps) {
    uint64_t last = from[0];
    for (size_t i = 0; i < count_; ++i) {
      const uint64_t value = from[i];
      codes[i] = value - last;
      last = value;
    }
  } else if (from == values_) {
    for (size_t i = 0; i < count_; ++i) codes[i] = from[i] - statistics_.min;
  }
  uint64_t* const packing =
      plan_.kind == kDictionary ? dictionary_codes_ : codes;
  std::fill(packing + count_, packing + PackRoom(count_), 0);
  const size_t place = packed.size();
  packed.resize(place + PackedBytes(count_, plan_.width));
  Pack(packing, count_, plan_.width, packed.data() + place);
}

void ColumnPacker::Write(size_t column, std::string& head,
                         std::string& packed) {
  const uint64_t span = statistics_.max - statistics_.min;
  Offer(kPacked, WidthOf(span), 0, values_);
  if (statistics_.rising) Offer(kSteps, WidthOf(statistics_.steps), 0, values_);
  const bool many_tags =
      (statistics_.min >> kTagShift) != (statistics_.max >> kTagShift);
  if (column < kEdges && many_tags) OfferFrames();
  OfferDictionary();

  const bool framed = plan_.codes == codes_;
  const size_t entry_bytes = EntryBytes(span);
  unsigned descriptor = plan_.kind;
  if (framed) descriptor |= static_cast<unsigned>(frames_->size() - 1) << 2;
  if (plan_.kind == kDictionary) {
    descriptor |= static_cast<unsigned>(std::countr_zero(entry_bytes)) << 6;
  }
  head.push_back(static_cast<char>(descriptor));
  AppendVarint(StoredMin(column, statistics_.min), head);
  AppendVarint(span, head);
  head.push_back(static_cast<char>(plan_.width));
  if (framed) frames_->AppendTable(packed);
  if (plan_.kind == kDictionary) {
    head.push_back(static_cast<char>(dictionary_.size() - 1));
    dictionary_.AppendTable(statistics_.min, entry_bytes, packed);
  }
  WritePacked(packed);
}

void AppendFloat(float value, std::string& out) {
  AppendBigEndian(std::bit_cast<uint32_t>(value), out);
}

}  // namespace

BlockEncoder::BlockEncoder(IndexOrder order)
    : order_(order),
      edges_(kBlockRows),
      commits_(kBlockRows),
      values_(kBlockRows),
      column_(kBlockRows),
      codes_(kBlockRows),
      dictionary_codes_(kBlockRows) {
  for (std::vector<uint64_t>& terms : terms_) terms.resize(kBlockRows);
}

size_t BlockEncoder::size() const { return size_; }

void BlockEncoder::Append(const RunRow& row) {
  const TermId* const terms[] = {&row.key.graph, &row.key.subject,
                                 &row.key.predicate, &row.key.object};
  const std::array<uint8_t, 4>& places =
      kOrderPlaces[static_cast<size_t>(order_)];
  const size_t i = size_++;
  for (size_t place = 0; place < 4; ++place) {
    terms_[place][i] = terms[places[place]]->bits;
    varying_[place] |= terms_[place][i] ^ terms_[place][0];
  }
  edges_[i] = row.key.edge;
  commits_[i] = row.commit;
  values_[i] = row.value;
  const RowValue& first = values_[0];
  const RowValue& value = row.value;
  varying_[kEdges] |= edges_[i] ^ edges_[0];
  varying_[kCommits] |= commits_[i] ^ commits_[0];
  varying_[kEnds] |= value.end ^ first.end;
  varying_[kSigns] |= ZigZag(value.sign) ^ ZigZag(first.sign);
  varying_[kTripleSigns] |=
      ZigZag(value.triple_sign) ^ ZigZag(first.triple_sign);
  varying_[kWeights] |= StoredWeight(value.weight) ^ StoredWeight(first.weight);
  varying_[kOperations] |=
      StoredOperation(value.operation) ^ StoredOperation(first.operation);
  varying_[kHasRecords] |=
      uint64_t{value.has_record} ^ uint64_t { first.has_record };
}

bool BlockEncoder::HasTwoVersions() const {
  for (size_t i = 1; i < size_; ++i) {
    uint64_t difference = edges_[i] ^ edges_[i - 1];
    for (const std::vector<uint64_t>& terms : terms_) {
      difference |= terms[i] ^ terms[i - 1];
    }
    if (difference == 0) return true;
  }
  return false;
}

BlockHeader BlockEncoder::MakeHeader() const {
  BlockHeader header;
  header.rows = static_cast<uint32_t>(size_);
  const auto range = [this](const std::vector<uint64_t>& values,
                            size_t column) {
    const auto end = values.begin() +
                     static_cast<ptrdiff_t>(varying_[column] == 0 ? 1 : size_);
    return std::minmax_element(values.begin(), end);
  };
  for (size_t place = 0; place < 4; ++place) {
    const auto [min, max] = range(terms_[place], place);
    header.min_term[place] = TermId{*min};
    header.max_term[place] = TermId{*max};
  }
  const auto [min_commit, max_commit] = range(commits_, kCommits);
  header.min_commit = *min_commit;
  header.max_commit = *max_commit;
  header.min_weight = std::numeric_limits<float>::infinity();
  header.max_weight = -std::numeric_limits<float>::infinity();
  header.all_live = true;
  uint64_t statements = 0, triples = 0;
  for (size_t i = 0; i < size_; ++i) {
    const RowValue& value = values_[i];
    statements += static_cast<uint64_t>(value.sign);
    triples += static_cast<uint64_t>(value.triple_sign);
    header.max_end = std::max(header.max_end, value.end);
    // A weight that is not a number compares as false.
    if (value.weight < header.min_weight) header.min_weight = value.weight;
    if (value.weight > header.max_weight) header.max_weight = value.weight;
    header.all_live &=
        value.operation != RowOperation::kRemove && value.end == UINT64_MAX;
  }
  header.statements = static_cast<int64_t>(statements);
  header.triples = static_cast<int64_t>(triples);
  header.one_version = !HasTwoVersions();
  return header;
}

const uint64_t* BlockEncoder::Column(size_t column) {
  if (column < kEdges) return terms_[column].data();
  if (column == kEdges) return edges_.data();
  if (column == kCommits) return commits_.data();
  const auto fill = [this, column](auto stored) {
    // A constant column is its first value.
    const size_t count = varying_[column] == 0 ? 1 : size_;
    for (size_t i = 0; i < count; ++i) column_[i] = stored(values_[i]);
  };
  switch (column) {
    case kEnds:
      fill([](const RowValue& v) { return StoredEnd(v.end); });
      break;
    case kSigns:
      fill([](const RowValue& v) { return ZigZag(v.sign); });
      break;
    case kTripleSigns:
      fill([](const RowValue& v) { return ZigZag(v.triple_sign); });
      break;
    case kWeights:
      fill([](const RowValue& v) { return StoredWeight(v.weight); });
      break;
    case kOperations:
      fill([](const RowValue& v) { return StoredOperation(v.operation); });
      break;
    default:
      fill([](const RowValue& v) { return uint64_t{v.has_record}; });
      break;
  }
  return column_.data();
}

std::string BlockEncoder::Finish(BlockHeader* header) {
  const BlockHeader made = MakeHeader();
  std::string out;
  out.push_back(kPlainFormat);
  out.push_back(static_cast<char>(kEncoding));
  out.push_back(static_cast<char>((made.all_live ? kAllLiveFlag : 0) |
                                  (made.one_version ? kOneVersionFlag : 0)));
  AppendVarint(made.rows, out);
  AppendVarint(ZigZag(made.statements), out);
  AppendVarint(ZigZag(made.triples), out);
  packed_.clear();
  for (size_t column = 0; column < kBlockColumns; ++column) {
    const uint64_t* const values = Column(column);
    if (varying_[column] != 0) {
      ColumnPacker(values, size_, codes_.data(), dictionary_codes_.data())
          .Write(column, out, packed_);
    } else {
      out.push_back(static_cast<char>(kConstant));
      AppendVarint(StoredMin(column, values[0]), out);
    }
  }
  if (varying_[kWeights] != 0) {
    AppendFloat(made.min_weight, out);
    AppendFloat(made.max_weight, out);
  }
  out += packed_;
  AppendBigEndian(uint64_t{XXH3_64bits(out.data(), out.size())}, out);
  size_ = 0;
  varying_ = {};
  if (header != nullptr) *header = made;
  return out;
}

}  // namespace skg::storage
