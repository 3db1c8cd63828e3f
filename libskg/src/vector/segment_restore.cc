#include "vector/segment_restore.h"

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/bytes.h"
#include "base/status.h"
#include "storage/keys.h"
#include "vector/segment.h"
#include "vector/vector_values.h"

namespace skg::vector {

namespace {

// Of vectors, which become a segment: as many as memory allows.
constexpr size_t kMostBytesAtOnce = size_t{64} << 20;
constexpr size_t kLeastBytesAtOnce = size_t{1} << 20;

}  // namespace

struct SegmentRestore::Rows {
  std::vector<float> vectors;
  std::string labels;
  std::vector<uint64_t> commits;
};

absl::StatusOr<std::shared_ptr<OpenSegment>> SegmentRestore::Write(
    Rows& rows, uint64_t first_commit, uint64_t last_commit, uint64_t file) {
  const size_t label_bytes = LabelBytes(definition_.options);
  const size_t dimension = definition_.options.dimension;
  std::vector<SegmentRow> segment_rows;
  for (size_t i = 0; i < rows.commits.size(); ++i) {
    segment_rows.push_back(
        {rows.vectors.data() + i * dimension,
         reinterpret_cast<const uint8_t*>(rows.labels.data()) + i * label_bytes,
         rows.commits[i]});
  }
  SealOptions options;
  options.index = definition_.options;
  options.index.kind = VectorIndexKind::kFlat;
  options.label_bytes = label_bytes;
  std::error_code ignored;
  std::string path = files_.Path(file);
  if (!keep_) {
    // Several threads, and several engines, may do this for the same segment.
    static std::atomic<uint64_t> made{0};
    path = (std::filesystem::temp_directory_path(ignored) /
            absl::StrCat("skg-", ::getpid(), "-", made++, ".seg"))
               .string();
  } else {
    std::filesystem::create_directories(files_.directory, ignored);
  }
  SKG_RETURN_IF_ERROR(SealSegment(segment_rows, options, path));
  auto segment = Segment::Open(path, memory_);
  if (!keep_) std::filesystem::remove(path, ignored);
  SKG_RETURN_IF_ERROR(segment.status());
  const SegmentEntry entry{file, first_commit, last_commit,
                           rows.commits.size()};
  rows = {};
  return std::make_shared<OpenSegment>(entry, *std::move(segment));
}

absl::StatusOr<std::vector<std::shared_ptr<OpenSegment>>> SegmentRestore::Make(
    uint64_t first_commit, uint64_t last_commit, uint64_t& next_file) {
  MemoryReservation reservation;
  size_t bytes_at_once = kMostBytesAtOnce;
  if (memory_ != nullptr) {
    SKG_ASSIGN_OR_RETURN(
        reservation, memory_->ReserveShare("vector segment", kMostBytesAtOnce,
                                           kLeastBytesAtOnce));
    bytes_at_once = reservation.bytes();
  }
  const size_t label_bytes = LabelBytes(definition_.options);
  const std::string prefix =
      IndexPrefix(files_.graph, kVectorKind, definition_.number);
  const auto at = kv_.NewIterator(storage::Family::kVectors,
                                  {.snapshot = at_,
                                   .lower = prefix,
                                   .upper = storage::PrefixEnd(prefix),
                                   .fill_cache = false});
  std::vector<std::shared_ptr<OpenSegment>> segments;
  Rows rows;
  const auto flush = [&]() -> absl::Status {
    if (rows.commits.empty()) return absl::OkStatus();
    SKG_ASSIGN_OR_RETURN(auto segment,
                         Write(rows, first_commit, last_commit, next_file));
    ++next_file;
    segments.push_back(std::move(segment));
    return absl::OkStatus();
  };
  for (at->SeekToFirst(); at->Valid(); at->Next()) {
    const std::string_view key = at->key();
    if (key.size() != prefix.size() + label_bytes + 8)
      return absl::DataLossError("damaged row of a vector index: its key");
    const uint64_t commit =
        ~LoadBigEndian<uint64_t>(key.data() + key.size() - 8);
    if (commit < first_commit || commit > last_commit || at->value().empty())
      continue;
    SKG_ASSIGN_OR_RETURN(
        std::vector<float> vector,
        DecodeVector(at->value(), definition_.options.dimension));
    SKG_ASSIGN_OR_RETURN(vector,
                         AcceptVector(vector, definition_.options.dimension,
                                      definition_.options.metric));
    rows.vectors.insert(rows.vectors.end(), vector.begin(), vector.end());
    rows.labels.append(key.substr(prefix.size(), label_bytes));
    rows.commits.push_back(commit);
    if (rows.vectors.size() * sizeof(float) >= bytes_at_once)
      SKG_RETURN_IF_ERROR(flush());
  }
  SKG_RETURN_IF_ERROR(at->status());
  SKG_RETURN_IF_ERROR(flush());
  return segments;
}

}  // namespace skg::vector
