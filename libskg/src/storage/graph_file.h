// The file of one graph: a stream of chunks, each with a checksum, written and
// read from the first byte to the last. The bytes are settled in
// libskg/docs/formats.md (section "Graph files").
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/uuid.h"
#include "storage/history.h"

namespace skg::storage {

// A file with indexes is of the second version, one without of the first, which
// older programs read, too.
inline constexpr uint32_t kPlainGraphFile = 1, kGraphFileWithIndexes = 2;

// In this sequence, but for the end, which is the last one; live and past rows
// mix.
enum class ChunkKind : uint8_t {
  kDescription = 1,
  kTerms = 2,     // whole terms
  kTermPart = 3,  // of one long term
  kRows = 4,      // a block of rows without an end
  kPastRows = 5,  // a block of rows with an end
  kRecords = 6,
  kTimes = 7,
  kLog = 8,
  kEnd = 9,
  kIndexes = 10,  // definitions
  kVectors = 11,  // of one index
};

// What the writer aims at, and what the reader takes at most.
inline constexpr size_t kUsualChunkBytes = 256 << 10;
inline constexpr size_t kMaxChunkBytes = 2 << 20;

struct GraphFileDescription {
  Uuid uuid;
  std::string tenant, name;
  std::string base_namespace;
  bool statement_ids = true;
  int64_t saved_micros = 0;
  uint64_t last_commit = 0;
  int64_t last_time_micros = 0;
  History history;
};
[[nodiscard]] std::string EncodeDescription(
    const GraphFileDescription& description);
// Errors: kDataLoss.
[[nodiscard]] absl::StatusOr<GraphFileDescription> DecodeDescription(
    std::string_view payload);

// What a file holds; its end says it again.
struct GraphFileTotals {
  uint64_t terms = 0;
  uint64_t rows = 0, past_rows = 0;
  uint64_t records = 0;
  uint64_t logged_commits = 0;
  friend bool operator==(const GraphFileTotals&,
                         const GraphFileTotals&) = default;
};

// Not thread-safe.
class GraphFileWriter {
 public:
  using Sink = std::function<absl::Status(std::string_view bytes)>;
  explicit GraphFileWriter(Sink sink) : sink_(std::move(sink)) {}

  [[nodiscard]] absl::Status Begin(const GraphFileDescription& description,
                                   uint32_t version = kPlainGraphFile);
  [[nodiscard]] absl::Status Write(ChunkKind kind, std::string_view payload);
  [[nodiscard]] absl::Status End(const GraphFileTotals& totals);
  [[nodiscard]] uint64_t bytes() const { return bytes_; }

 private:
  [[nodiscard]] absl::Status Emit(std::string_view bytes);

  const Sink sink_;
  uint64_t bytes_ = 0, chunks_ = 0;
};

// Not thread-safe. Takes any bytes; memory: one chunk.
class GraphFileReader {
 public:
  // Fills at most `size` bytes and returns how many; 0: the end.
  using Source =
      std::function<absl::StatusOr<size_t>(char* buffer, size_t size)>;
  explicit GraphFileReader(Source source) : source_(std::move(source)) {}

  // Errors: kInvalidArgument (not a graph file), kFailedPrecondition (of a
  // newer version), kDataLoss, and those of the source.
  [[nodiscard]] absl::StatusOr<GraphFileDescription> Begin();

  struct Chunk {
    ChunkKind kind = ChunkKind::kEnd;
    std::string_view payload;  // until the next call
  };
  // The next chunk. kEnd: the file is complete and holds what totals() says.
  // Errors: kDataLoss (damage, or the file was cut short; the message tells the
  // place), and those of the source.
  [[nodiscard]] absl::StatusOr<Chunk> Next();
  [[nodiscard]] const GraphFileTotals& totals() const { return totals_; }
  [[nodiscard]] uint64_t bytes() const { return bytes_; }

 private:
  [[nodiscard]] absl::Status Fill(char* out, size_t size);
  [[nodiscard]] absl::Status Damaged(std::string_view what) const;
  [[nodiscard]] absl::Status FinishFile();

  const Source source_;
  std::string buffer_;
  uint32_t version_ = 0;
  ChunkKind last_kind_ = ChunkKind::kDescription;
  GraphFileTotals totals_;
  uint64_t bytes_ = 0, chunks_ = 0;
};

}  // namespace skg::storage
