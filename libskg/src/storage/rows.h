// Values of the hot families: statement rows, counts, head, manifest, log. The
// bytes are settled in libskg/docs/formats.md. Decoders take any bytes and
// answer kDataLoss with the place.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "skg/statement.h"
#include "storage/clear_marks.h"
#include "storage/read_view.h"
#include "storage/statement_row.h"

namespace skg::storage {

// First byte of every value; the upper bits are kept for compression and
// encryption.
inline constexpr char kPlainFormat = 0x01;

enum class RowOperation : uint8_t { kInsertNew = 1, kReplace = 2, kRemove = 3 };

// The value of one versioned statement row.
struct RowValue {
  RowOperation operation = RowOperation::kInsertNew;
  int64_t sign = 0;           // sums to the number of statements
  int64_t triple_sign = 0;    // sums to the number of triples
  uint64_t end = UINT64_MAX;  // first commit that does not see this row
  float weight = 1.0f;
  bool has_record = false;
  friend bool operator==(const RowValue&, const RowValue&) = default;
};
// At most this many bytes.
inline constexpr size_t kMaxRowValueBytes = 2 + 4 + 10 + 10 + 10;
[[nodiscard]] size_t EncodeRow(const RowValue& row, char* out);
[[nodiscard]] bool DecodeRow(std::string_view bytes, RowValue* row);

// Where a graph stands: written with every commit.
struct Head {
  uint64_t last_commit = 0;
  int64_t last_time_micros = 0;  // since 1970, UTC
  uint64_t next_term = 1;
  uint64_t statements = 0;
  uint64_t triples = 0;
  uint64_t default_statements = 0;  // of these, in the default graph
  uint64_t default_triples = 0;
  uint64_t manifest = 1;    // number of the manifest that belongs to it
  uint64_t delta_rows = 0;  // of order gspo in all live epochs
  friend bool operator==(const Head&, const Head&) = default;
};
[[nodiscard]] std::string EncodeHead(const Head& head);
[[nodiscard]] absl::StatusOr<Head> DecodeHead(std::string_view bytes);

[[nodiscard]] std::string EncodeCounts(const Counts& counts);
[[nodiscard]] absl::StatusOr<Counts> DecodeCounts(std::string_view bytes);

// One live run: immutable, sorted, packed rows in all orders.
struct RunInfo {
  uint32_t number = 0;
  // Only rows that have an end: a view below `max_end` reads it. No row's end
  // is after `max_end`, whatever stands in its block.
  bool history = false;
  // What rows without a commit number have; 0: every row has its own.
  uint64_t commit = 0;
  uint64_t min_commit = 0, max_commit = 0;
  uint64_t max_end = 0;  // UINT64_MAX where a row has no end
  uint64_t rows = 0;
  int64_t statements = 0, triples = 0;  // sums of the signs
  uint64_t named_rows = 0;              // of named graphs
  uint64_t bytes = 0;                   // of its blocks in all orders
  // Clears up to this commit are in its rows; see pending_clears.h.
  uint64_t clears_written = 0;
  friend bool operator==(const RunInfo&, const RunInfo&) = default;
};

// One part of the delta. Its rows have commits after `since`.
struct Epoch {
  uint32_t number = 1;
  uint64_t since = 0;
  friend bool operator==(const Epoch&, const Epoch&) = default;
};

// Which epochs of the delta and which runs are live; the last epoch takes new
// rows. Run and epoch numbers are never given again.
struct Manifest {
  uint64_t number = 1;
  std::vector<Epoch> epochs = {Epoch{}};
  std::vector<RunInfo> runs;
  uint32_t next_run = 1;
  std::vector<ClearMark> clears;  // those that are not in all rows
  friend bool operator==(const Manifest&, const Manifest&) = default;
};
[[nodiscard]] std::string EncodeManifest(const Manifest& manifest);
[[nodiscard]] absl::StatusOr<Manifest> DecodeManifest(std::string_view bytes);

// One change of the log.
struct LoggedChange {
  using Operation = RowOperation;
  RowOperation operation = RowOperation::kInsertNew;
  StatementKey key;
  float weight = 1.0f;
  bool has_record = false;
  friend bool operator==(const LoggedChange&, const LoggedChange&) = default;
};
struct LogEntry {
  uint64_t commit = 0;
  absl::Time time;
  std::vector<LoggedChange> changes;
};

// The chunks of one commit's log entry, each at most 128 KiB.
class LogEncoder {
 public:
  LogEncoder(absl::Time time, uint64_t change_count);
  // Of a commit that also clears: `cleared` statements more went.
  LogEncoder(absl::Time time, uint64_t change_count,
             const std::vector<ClearScope>& clears, uint64_t cleared);
  void Add(const LoggedChange& change);
  // The chunks that are full by now; what is added later follows on them.
  [[nodiscard]] std::vector<std::string> TakeFull();
  [[nodiscard]] std::vector<std::string> Finish();

 private:
  std::vector<std::string> chunks_;
};
// The entry of a commit whose changes are the rows with its number in the runs,
// after what it clears, as above.
[[nodiscard]] std::string EncodeLogReference(
    absl::Time time, uint64_t change_count,
    const std::vector<ClearScope>& clears = {}, uint64_t cleared = 0);
// What the first chunk says before its changes.
struct LogHeader {
  absl::Time time;
  uint64_t change_count = 0;  // with those that no chunk has
  bool by_reference = false;  // no chunk has changes
  // What the commit cleared before its changes, and how many statements that
  // took; no chunk has these.
  std::vector<ClearScope> clears;
  uint64_t cleared = 0;
  // Some changes stand in no chunk.
  [[nodiscard]] bool unlisted() const {
    return by_reference || !clears.empty();
  }
  [[nodiscard]] uint64_t listed() const {
    return by_reference ? 0 : change_count - cleared;
  }
};
[[nodiscard]] absl::StatusOr<LogHeader> DecodeLogHeader(
    std::string_view first_chunk);
// Appends the changes of one chunk; of an entry by reference there are none.
// `first`: it begins with the header.
[[nodiscard]] absl::Status DecodeLogChunk(std::string_view chunk, bool first,
                                          std::vector<LoggedChange>* changes);

// What is kept for 24 hours under an idempotency key.
struct StoredResult {
  std::string request_hash;
  CommitResult result;
  std::vector<Outcome> outcomes;
};
[[nodiscard]] std::string EncodeStoredResult(const StoredResult& stored);
[[nodiscard]] absl::StatusOr<StoredResult> DecodeStoredResult(
    std::string_view bytes);

// Records are protocol buffers behind the format byte.
[[nodiscard]] std::string EncodeRecord(const Record& record);
[[nodiscard]] absl::StatusOr<Record> DecodeRecord(std::string_view bytes);

}  // namespace skg::storage
