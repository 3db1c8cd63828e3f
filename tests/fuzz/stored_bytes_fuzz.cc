// Any bytes where a value of the store is expected: an error, never a crash,
// and what is accepted encodes to bytes that decode to the same value. The
// first byte chooses the kind of value.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "rdf/term_id.h"
#include "storage/graph_log.h"
#include "storage/history.h"
#include "storage/rows.h"
#include "storage/task_store.h"

namespace skg::storage {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

void TestRow(std::string_view bytes) {
  RowValue row;
  if (!DecodeRow(bytes, &row)) return;
  char out[kMaxRowValueBytes];
  const size_t size = EncodeRow(row, out);
  Require(size <= kMaxRowValueBytes);
  RowValue again;
  Require(DecodeRow(std::string_view(out, size), &again));
  // A weight that is not a number differs from itself.
  if (row.weight == row.weight) Require(row == again);
}

void TestLog(std::string_view bytes) {
  std::vector<LoggedChange> changes;
  if (const absl::StatusOr<LogHeader> header = DecodeLogHeader(bytes);
      header.ok()) {
    (void)DecodeLogChunk(bytes, true, &changes).ok();
  }
  changes.clear();
  (void)DecodeLogChunk(bytes, false, &changes).ok();
  // A change takes several bytes: damage cannot make it grow without bound.
  Require(changes.size() <= bytes.size());
}

template <typename Decode, typename Encode>
void TestValue(std::string_view bytes, Decode decode, Encode encode) {
  const auto value = decode(bytes);
  if (!value.ok()) return;
  const std::string encoded = encode(*value);
  const auto again = decode(encoded);
  Require(again.ok());
  Require(encode(*again) == encoded);
}

void TestTask(std::string_view bytes) {
  TestValue(
      bytes, [](std::string_view row) { return DecodeTask(7, row); },
      EncodeTask);
}

void TestTerms(std::string_view bytes) {
  using rdf::TermTag;
  for (int tag = 1; tag <= 6; ++tag) {
    const absl::StatusOr<rdf::Term> term =
        rdf::DecodeTerm(static_cast<TermTag>(tag), bytes);
    if (!term.ok() || rdf::InlineId(*term).has_value()) continue;
    rdf::EncodedTerm encoded;
    rdf::EncodeTerm(*term, encoded);
  }
  if (bytes.size() < sizeof(uint64_t)) return;
  rdf::TermId id;
  std::memcpy(&id.bits, bytes.data(), sizeof(id.bits));
  const absl::StatusOr<rdf::Term> value = rdf::InlineTerm(id);
  if (value.ok()) Require(rdf::InlineId(*value) == id);
}

}  // namespace
}  // namespace skg::storage

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace skg::storage;  // NOLINT(google-build-using-namespace): one
                                 // function
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1,
                               size - 1);
  switch (data[0] % 10) {
    case 0:
      TestRow(bytes);
      break;
    case 1:
      TestLog(bytes);
      break;
    case 2:
      TestValue(bytes, DecodeHead, EncodeHead);
      break;
    case 3:
      TestValue(bytes, DecodeCounts, EncodeCounts);
      break;
    case 4:
      TestValue(bytes, DecodeManifest, EncodeManifest);
      break;
    case 5:
      TestValue(bytes, DecodeStoredResult, EncodeStoredResult);
      break;
    case 6:
      TestValue(bytes, DecodeStatement, EncodeStatement);
      break;
    case 7:
      TestValue(bytes, DecodeRecord, EncodeRecord);
      break;
    case 8:
      TestTerms(bytes);
      TestValue(bytes, DecodeCommitTimes, EncodeCommitTimes);
      TestValue(bytes, DecodeHistory, EncodeHistory);
      break;
    default:
      TestTask(bytes);
      break;
  }
  return 0;
}
