// Any bytes where a block or a filter is expected: an error, never a read
// outside of them, and what is accepted encodes again to the same rows. The
// first byte chooses what the bytes are, and whether their checksum is put
// right first, so that what lies behind it is reached.
#include <xxhash.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "storage/block.h"
#include "storage/run_filter.h"

namespace skg::storage {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

bool SameRow(const RunRow& a, const RunRow& b) {
  // A weight that is not a number differs from itself.
  return a.key == b.key && a.commit == b.commit &&
         a.value.operation == b.value.operation &&
         a.value.sign == b.value.sign &&
         a.value.triple_sign == b.value.triple_sign &&
         a.value.end == b.value.end &&
         a.value.has_record == b.value.has_record &&
         std::memcmp(&a.value.weight, &b.value.weight, sizeof(float)) == 0;
}

void TestBlock(std::string_view bytes) {
  absl::StatusOr<BlockView> view = BlockView::Open(bytes);
  if (!view.ok()) return;
  const auto order = IndexOrder::kGpos;
  std::vector<RunRow> rows;
  view->Rows(order, &rows);
  Require(rows.size() == view->rows());
  // Single rows are those rows; where no order helps, a search ends all the
  // same, within its range.
  if (bytes.size() % 2 == 0) view->IndexSums();
  for (size_t i = 0; i < rows.size(); i += 1 + rows.size() / 16) {
    Require(SameRow(rows[i], view->Row(order, i)));
    for (size_t place = 0; place < 4; ++place) {
      const BlockView::Range found =
          view->Narrow(place, view->Term(place, i), view->All());
      Require(found.begin <= found.end && found.end <= rows.size());
    }
  }
  BlockEncoder encoder(order);
  for (const RunRow& row : rows) encoder.Append(row);
  BlockHeader header;
  const std::string again = encoder.Finish(&header);
  const absl::StatusOr<BlockView> second = BlockView::Open(again);
  Require(second.ok() && second->header() == header);
  std::vector<RunRow> back;
  second->Rows(order, &back);
  Require(back.size() == rows.size());
  for (size_t i = 0; i < rows.size(); ++i) Require(SameRow(rows[i], back[i]));
}

void TestFilter(std::string_view bytes) {
  const std::vector<std::string> chunks = {std::string(bytes)};
  const absl::StatusOr<RunFilter> filter = RunFilter::Decode(chunks);
  if (!filter.ok()) return;
  for (const uint64_t hash : {uint64_t{0}, uint64_t{1} << 63, UINT64_MAX}) {
    (void)filter->MayHold(hash);
  }
  const absl::StatusOr<RunFilter> again = RunFilter::Decode(filter->Encode());
  Require(again.ok());
}

}  // namespace
}  // namespace skg::storage

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if ((data[0] & 1) != 0) {
    skg::AppendBigEndian(uint64_t{XXH3_64bits(bytes.data(), bytes.size())},
                         bytes);
  }
  // Of exactly their size, so that a read beyond them shows.
  const std::vector<char> exact(bytes.begin(), bytes.end());
  const std::string_view view(exact.data(), exact.size());
  if ((data[0] & 2) == 0) {
    skg::storage::TestBlock(view);
  } else {
    skg::storage::TestFilter(view);
  }
  return 0;
}
