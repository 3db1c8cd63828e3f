// The columns of an opened block: whole, in part, or one value.
#include <algorithm>
#include <array>
#include <memory>

#include "base/bytes.h"
#include "storage/bit_packing.h"
#include "storage/block.h"
#include "storage/block_format.h"

namespace skg::storage {

using namespace block_format;  // NOLINT(google-build-using-namespace): ours

namespace {

// Entry of a dictionary; a code beyond the entries stands for `min`.
uint64_t EntryOf(const char* table, size_t entries, size_t entry_bytes,
                 uint64_t min, uint64_t code) {
  if (code >= entries) return min;
  char bytes[8] = {};
  std::copy_n(table + code * entry_bytes, entry_bytes, bytes);
  return min + LoadLittleEndian<uint64_t>(bytes);
}

// Codes are replaced by entries.
void LookUp(const char* table, size_t entries, size_t entry_bytes, uint64_t min,
            size_t count, uint64_t* values) {
  std::array<uint64_t, kMostEntries> entry;
  entry.fill(min);
  for (size_t i = 0; i < entries; ++i)
    entry[i] = EntryOf(table, entries, entry_bytes, min, i);
  for (size_t i = 0; i < count; ++i) values[i] = entry[values[i]];
}

RowOperation LoadedOperation(uint64_t stored) {
  // Whatever the bytes are, what comes out is an operation.
  return static_cast<RowOperation>(1 + std::min<uint64_t>(stored, 2));
}

}  // namespace

void BlockView::DecodeAligned(const Column& column, size_t first, size_t count,
                              uint64_t sum, uint64_t* out) const {
  if (count == 0) return;
  if (column.kind == kDictionary) {
    Unpack(column.packed, first, count, column.width, 0, out);
    LookUp(column.table, column.entries, column.entry_bytes, column.min, count,
           out);
    return;
  }
  const bool stretched = column.stretches > 1;
  const uint64_t base = stretched ? 0 : column.min;
  if (column.kind == kPacked) {
    Unpack(column.packed, first, count, column.width, base, out);
  } else {
    UnpackSums(column.packed, first, count, column.width, base + sum, out);
  }
  if (!stretched) return;
  std::array<CodeStretch, kMostStretches> stretches;
  stretches[0].adjust = column.min;
  for (size_t k = 1; k < column.stretches; ++k) {
    const char* entry = column.table + (k - 1) * kStretchBytes;
    stretches[k].start = LoadLittleEndian<uint64_t>(entry);
    stretches[k].adjust =
        LoadLittleEndian<uint64_t>(entry + 8) - stretches[k].start;
  }
  MapCodes(stretches.data(), column.stretches, count, out);
}

uint64_t BlockView::SumBefore(const Column& column, size_t row) const {
  std::array<uint64_t, kBlockRows> sums;
  size_t from = 0;
  uint64_t sum = 0;
  if (!sums_.empty()) {
    from = row / kSumStride * kSumStride;
    sum = sums_[column.sums_at + row / kSumStride];
  }
  if (from == row) return sum;
  UnpackSums(column.packed, from, row - from, column.width, sum, sums.data());
  return sums[row - from - 1];
}

void BlockView::IndexSums() {
  std::array<uint64_t, kBlockRows> sums;
  for (Column& column : columns_) {
    if (column.kind != kSteps) continue;
    column.sums_at = static_cast<uint16_t>(sums_.size());
    UnpackSums(column.packed, 0, rows(), column.width, 0, sums.data());
    sums_.push_back(0);
    for (size_t row = kSumStride; row < rows(); row += kSumStride)
      sums_.push_back(sums[row - 1]);
  }
}

void BlockView::Decode(size_t number, Range range, uint64_t* out) const {
  const Column& column = columns_[number];
  if (range.empty()) return;
  if (column.kind == kConstant) {
    std::fill_n(out, range.size(), column.min);
    return;
  }
  const size_t first = range.begin / kPackLanes * kPackLanes;
  uint64_t sum = column.kind == kSteps ? SumBefore(column, first) : 0;
  if (first == range.begin)
    return DecodeAligned(column, first, range.size(), sum, out);
  // What stands before the next four is unpacked aside.
  std::array<uint64_t, kPackLanes> head;
  const size_t second = first + kPackLanes;
  DecodeAligned(column, first, kPackLanes, sum, head.data());
  const size_t in_head = std::min(range.end, second) - range.begin;
  std::copy_n(head.begin() + (range.begin - first), in_head, out);
  if (range.end <= second) return;
  if (column.kind == kSteps) sum = SumBefore(column, second);
  DecodeAligned(column, second, range.end - second, sum, out + in_head);
}

uint64_t BlockView::At(size_t number, size_t row) const {
  const Column& column = columns_[number];
  if (column.kind == kConstant) return column.min;
  uint64_t code = UnpackOne(column.packed, row, column.width);
  if (column.kind == kDictionary) {
    return EntryOf(column.table, column.entries, column.entry_bytes, column.min,
                   code);
  }
  if (column.kind == kSteps) code += SumBefore(column, row);
  if (column.stretches == 1) return column.min + code;
  for (size_t k = column.stretches - 1u; k > 0; --k) {
    const char* entry = column.table + (k - 1) * kStretchBytes;
    const auto start = LoadLittleEndian<uint64_t>(entry);
    if (static_cast<int64_t>(code) >= static_cast<int64_t>(start))
      return LoadLittleEndian<uint64_t>(entry + 8) + code - start;
  }
  return column.min + code;
}

size_t BlockView::LowerBound(size_t number, uint64_t value, Range range) const {
  const Column& column = columns_[number];
  if (column.kind == kConstant)
    return value <= column.min ? range.begin : range.end;
  size_t low = range.begin, high = range.end;
  // A delta column knows the sums of some rows only: the last steps of the
  // search are made in unpacked ones.
  const size_t enough = column.kind == kSteps ? kSumStride : 0;
  while (high - low > enough) {
    size_t middle = low + (high - low) / 2;
    if (enough != 0 && middle / kSumStride * kSumStride > low)
      middle = middle / kSumStride * kSumStride;
    if (At(number, middle) < value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == high) return low;
  std::array<uint64_t, kSumStride + kSpareRoom> values;
  Decode(number, {low, high}, values.data());
  const auto end = values.begin() + (high - low);
  return low +
         static_cast<size_t>(std::lower_bound(values.begin(), end, value) -
                             values.begin());
}

void BlockView::PrefetchRow(size_t row) const {
#ifdef __GNUC__
  for (const Column& column : columns_) {
    if (column.kind == kConstant) continue;
    __builtin_prefetch(column.packed + PackedPlace(row, column.width));
  }
#else
  (void)row;
#endif
}

BlockView::Range BlockView::Narrow(size_t place, TermId term,
                                   Range range) const {
  const Column& column = columns_[place];
  if (range.empty()) return {range.begin, range.begin};
  if (column.kind == kConstant) {
    if (column.min == term.bits) return range;
    const size_t at = term.bits < column.min ? range.begin : range.end;
    return {at, at};
  }
  const size_t begin = LowerBound(place, term.bits, range);
  if (begin == range.end || At(place, begin) != term.bits)
    return {begin, begin};
  // Mostly few rows have the same term.
  size_t step = 1, below = begin;
  while (below + step < range.end && At(place, below + step) == term.bits) {
    below += step;
    step *= 2;
  }
  const size_t above = std::min(below + step, range.end);
  return {begin, term.bits == UINT64_MAX
                     ? range.end
                     : LowerBound(place, term.bits + 1, {below + 1, above})};
}

BlockView::Range BlockView::NarrowToEdge(uint32_t edge, Range range) const {
  return Narrow(kEdges, TermId{edge}, range);
}

template <typename Value, typename Convert>
void BlockView::DecodeAs(size_t column, Range range, Value* out,
                         Convert convert) const {
  if (columns_[column].kind == kConstant) {
    std::fill_n(out, range.size(), convert(columns_[column].min));
    return;
  }
  std::array<uint64_t, kBlockRows + kSpareRoom> values;
  Decode(column, range, values.data());
  std::transform(values.begin(),
                 values.begin() + static_cast<ptrdiff_t>(range.size()), out,
                 convert);
}

void BlockView::Terms(size_t place, Range range, TermId* out) const {
  static_assert(sizeof(TermId) == sizeof(uint64_t));
  Decode(place, range, &out->bits);
}

TermId BlockView::Term(size_t place, size_t row) const {
  return TermId{At(place, row)};
}

void BlockView::Edges(Range range, uint32_t* out) const {
  DecodeAs(kEdges, range, out,
           [](uint64_t stored) { return static_cast<uint32_t>(stored); });
}

void BlockView::Commits(Range range, uint64_t* out) const {
  Decode(kCommits, range, out);
}

void BlockView::Ends(Range range, uint64_t* out) const {
  DecodeAs(kEnds, range, out, [](uint64_t stored) { return ~stored; });
}

void BlockView::Signs(Range range, int64_t* out) const {
  DecodeAs(kSigns, range, out, &UnZigZag);
}

void BlockView::TripleSigns(Range range, int64_t* out) const {
  DecodeAs(kTripleSigns, range, out, &UnZigZag);
}

void BlockView::Weights(Range range, float* out) const {
  DecodeAs(kWeights, range, out, &LoadedWeight);
}

void BlockView::Operations(Range range, RowOperation* out) const {
  DecodeAs(kOperations, range, out, &LoadedOperation);
}

void BlockView::HasRecords(Range range, uint8_t* out) const {
  DecodeAs(kHasRecords, range, out,
           [](uint64_t stored) { return static_cast<uint8_t>(stored & 1); });
}

bool BlockView::Constant(size_t place, TermId* value) const {
  if (columns_[place].kind != kConstant) return false;
  *value = TermId{columns_[place].min};
  return true;
}

BlockView::RowInfo BlockView::Info(size_t row) const {
  RowInfo info;
  info.commit = At(kCommits, row);
  info.weight = LoadedWeight(At(kWeights, row));
  info.has_record = (At(kHasRecords, row) & 1) != 0;
  if (header_.all_live) return info;
  info.end = ~At(kEnds, row);
  info.operation = LoadedOperation(At(kOperations, row));
  return info;
}

RunRow BlockView::Row(IndexOrder order, size_t row) const {
  RunRow out;
  TermId* const parts[] = {&out.key.graph, &out.key.subject, &out.key.predicate,
                           &out.key.object};
  const auto& places = kOrderPlaces[static_cast<size_t>(order)];
  for (size_t place = 0; place < 4; ++place)
    *parts[places[place]] = Term(place, row);
  out.key.edge = static_cast<uint32_t>(At(kEdges, row));
  out.commit = At(kCommits, row);
  out.value = {
      LoadedOperation(At(kOperations, row)), UnZigZag(At(kSigns, row)),
      UnZigZag(At(kTripleSigns, row)),       ~At(kEnds, row),
      LoadedWeight(At(kWeights, row)),       (At(kHasRecords, row) & 1) != 0};
  return out;
}

void BlockView::Rows(IndexOrder order, std::vector<RunRow>* out) const {
  constexpr size_t kRoom = kBlockRows + kSpareRoom;
  struct Columns {
    TermId terms[4][kRoom];
    uint32_t edges[kRoom];
    uint64_t commits[kRoom], ends[kRoom];
    int64_t signs[kRoom], triple_signs[kRoom];
    float weights[kRoom];
    RowOperation operations[kRoom];
    uint8_t has_records[kRoom];
  };
  const auto columns = std::make_unique_for_overwrite<Columns>();
  const auto& places = kOrderPlaces[static_cast<size_t>(order)];
  const Range all = All();
  for (size_t place = 0; place < 4; ++place)
    Terms(place, all, columns->terms[places[place]]);
  Edges(all, columns->edges);
  Commits(all, columns->commits);
  Ends(all, columns->ends);
  Signs(all, columns->signs);
  TripleSigns(all, columns->triple_signs);
  Weights(all, columns->weights);
  Operations(all, columns->operations);
  HasRecords(all, columns->has_records);
  out->reserve(out->size() + rows());
  for (size_t i = 0; i < rows(); ++i) {
    const Columns& c = *columns;
    out->push_back({{c.terms[0][i], c.terms[1][i], c.terms[2][i], c.terms[3][i],
                     c.edges[i]},
                    c.commits[i],
                    {c.operations[i], c.signs[i], c.triple_signs[i], c.ends[i],
                     c.weights[i], c.has_records[i] != 0}});
  }
}

}  // namespace skg::storage
