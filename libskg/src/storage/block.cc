#include "storage/block.h"

#include <xxhash.h>

#include <algorithm>
#include <limits>
#include <memory>

#include "absl/strings/str_cat.h"
#include "base/bytes.h"
#include "base/status.h"
#include "storage/bit_packing.h"
#include "storage/block_format.h"

namespace skg::storage {

using namespace block_format;  // NOLINT(google-build-using-namespace): ours

namespace {

template <typename... Parts>
absl::Status Damaged(const Parts&... parts) {
  return absl::DataLossError(absl::StrCat("damaged block: ", parts...));
}

float ReadFloat(ByteReader& in) {
  return std::bit_cast<float>(in.BigEndian<uint32_t>());
}

// The greatest stored value of a column.
uint64_t MostStored(size_t column) {
  switch (column) {
    case kEdges:
    case kWeights:
      return UINT32_MAX;
    case kOperations:
      return 2;
    case kHasRecords:
      return 1;
    default:
      return UINT64_MAX;
  }
}

}  // namespace

struct BlockView::Parser {
  BlockView& view;
  ByteReader in;

  absl::Status Head();
  absl::Status Descriptor(size_t column);
  absl::Status Place(size_t column);
  void Header();
};

absl::Status BlockView::Parser::Head() {
  BlockHeader& header = view.header_;
  const auto flags = in.BigEndian<uint8_t>();
  if (flags > (kAllLiveFlag | kOneVersionFlag)) {
    return Damaged("unknown flags ", flags);
  }
  header.all_live = (flags & kAllLiveFlag) != 0;
  header.one_version = (flags & kOneVersionFlag) != 0;
  const uint64_t rows = in.Varint();
  if (rows == 0 || rows > kBlockRows) {
    return Damaged(rows, " rows, not 1 to ", kBlockRows);
  }
  header.rows = static_cast<uint32_t>(rows);
  header.statements = UnZigZag(in.Varint());
  header.triples = UnZigZag(in.Varint());
  return absl::OkStatus();
}

absl::Status BlockView::Parser::Descriptor(size_t number) {
  Column& column = view.columns_[number];
  const auto descriptor = in.BigEndian<uint8_t>();
  column.kind = descriptor & 3;
  column.stretches = static_cast<uint8_t>(((descriptor >> 2) & 15) + 1);
  const bool dictionary = column.kind == kDictionary;
  const bool stretched = column.stretches > 1;
  if ((stretched && (dictionary || column.kind == kConstant)) ||
      (!dictionary && (descriptor >> 6) != 0)) {
    return Damaged("descriptor ", descriptor, " of column ", number);
  }
  column.min = LoadedMin(number, in.Varint());
  if (column.kind != kConstant) {
    column.span = in.Varint();
    column.width = in.BigEndian<uint8_t>();
    const unsigned most = dictionary ? kEntryWidth : stretched ? 63 : 64;
    if (column.width == 0 || column.width > most) {
      return Damaged("width ", column.width, " of column ", number);
    }
  }
  if (dictionary) {
    column.entry_bytes = static_cast<uint8_t>(1u << (descriptor >> 6));
    column.entries = static_cast<uint16_t>(in.BigEndian<uint8_t>() + 1u);
    if (column.entries > size_t{1} << column.width) {
      return Damaged("a dictionary of ", column.entries, " in column ", number);
    }
  }
  if (!in.ok()) return Damaged("it ends in column ", number);
  const uint64_t most = MostStored(number);
  if (column.min > most || column.span > most - column.min) {
    return Damaged("values of column ", number, " out of range");
  }
  return absl::OkStatus();
}

absl::Status BlockView::Parser::Place(size_t number) {
  Column& column = view.columns_[number];
  if (column.kind == kConstant) return absl::OkStatus();
  const size_t stretch_bytes = (column.stretches - 1u) * kStretchBytes;
  column.table =
      in.Bytes(stretch_bytes + size_t{column.entries} * column.entry_bytes)
          .data();
  column.packed = in.Bytes(PackedBytes(view.header_.rows, column.width)).data();
  if (!in.ok()) return Damaged("it ends in column ", number);
  uint64_t last = 0;
  for (size_t k = 0; k < stretch_bytes; k += kStretchBytes) {
    const auto start = LoadLittleEndian<uint64_t>(column.table + k);
    if (start <= last || start > INT64_MAX) {
      return Damaged("frames of column ", number, " out of order");
    }
    last = start;
  }
  return absl::OkStatus();
}

void BlockView::Parser::Header() {
  BlockHeader& header = view.header_;
  const auto& columns = view.columns_;
  for (size_t place = 0; place < 4; ++place) {
    header.min_term[place] = TermId{columns[place].min};
    header.max_term[place] = TermId{columns[place].min + columns[place].span};
  }
  header.min_commit = columns[kCommits].min;
  header.max_commit = columns[kCommits].min + columns[kCommits].span;
  header.max_end = ~columns[kEnds].min;
  header.min_weight = std::numeric_limits<float>::infinity();
  header.max_weight = -std::numeric_limits<float>::infinity();
  if (columns[kWeights].kind != kConstant) {
    header.min_weight = ReadFloat(in);
    header.max_weight = ReadFloat(in);
  } else if (const float weight = LoadedWeight(columns[kWeights].min);
             weight == weight) {
    header.min_weight = header.max_weight = weight;
  }
}

absl::StatusOr<BlockView> BlockView::Open(std::string_view bytes) {
  if (bytes.size() < 2 + kChecksumBytes) return Damaged("it is too short");
  if (bytes[0] != kPlainFormat || static_cast<uint8_t>(bytes[1]) != kEncoding) {
    return Damaged("unknown format");
  }
  const std::string_view body = bytes.substr(0, bytes.size() - kChecksumBytes);
  if (XXH3_64bits(body.data(), body.size()) !=
      LoadBigEndian<uint64_t>(body.data() + body.size())) {
    return Damaged("its checksum does not agree");
  }
  BlockView view;
  Parser parser{view, ByteReader(body.substr(2))};
  SKG_RETURN_IF_ERROR(parser.Head());
  for (size_t column = 0; column < kBlockColumns; ++column) {
    SKG_RETURN_IF_ERROR(parser.Descriptor(column));
  }
  parser.Header();
  for (size_t column = 0; column < kBlockColumns; ++column) {
    SKG_RETURN_IF_ERROR(parser.Place(column));
  }
  if (!parser.in.ok() || !parser.in.empty()) {
    return Damaged("its length does not agree");
  }
  return view;
}

}  // namespace skg::storage
