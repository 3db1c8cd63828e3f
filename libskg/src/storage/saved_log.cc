#include "storage/saved_log.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/bytes.h"
#include "base/status.h"
#include "base/strings.h"
#include "storage/graph_log.h"
#include "storage/keys.h"
#include "storage/rows.h"

namespace skg::storage {

absl::Status NoSuchGraph(std::string_view what) {
  return absl::DataLossError(
      absl::StrCat("the graph file holds what no graph can hold: ", av(what)));
}

absl::Status SavedLogReader::ReadTimes(std::string_view payload,
                                       KvBatch& batch) {
  for (ByteReader in(payload); !in.empty();) {
    const auto chunk = in.BigEndian<uint64_t>();
    const std::string_view value = in.Bytes(in.Varint());
    if (!in.ok()) return NoSuchGraph("a chunk of commit times");
    SKG_ASSIGN_OR_RETURN(const std::vector<int64_t> times,
                         DecodeCommitTimes(value));
    const uint64_t first = std::max<uint64_t>(chunk, 1);
    if (chunk % kCommitTimesPerChunk != 0 || first != timed_commits_ + 1 ||
        times.front() <= last_micros_ ||
        times.size() >
            described_.last_commit - std::min(described_.last_commit, first)) {
      return NoSuchGraph("the times of commits");
    }
    timed_commits_ += times.size();
    last_micros_ = times.back();
    batch.Put(Family::kLog, CommitTimesKey(number_, chunk), value);
  }
  return absl::OkStatus();
}

absl::Status SavedLogReader::ReadEntries(std::string_view payload,
                                         KvBatch& batch) {
  for (ByteReader in(payload); !in.empty();) {
    const auto commit = in.BigEndian<uint64_t>();
    const auto chunk = in.BigEndian<uint32_t>();
    const std::string_view value = in.Bytes(in.Varint());
    if (!in.ok()) return NoSuchGraph("a chunk of the log");
    SKG_RETURN_IF_ERROR(ReadEntryChunk(commit, chunk, value));
    batch.Put(Family::kLog, LogKey(number_, commit, chunk), value);
  }
  return absl::OkStatus();
}

absl::Status SavedLogReader::ReadEntryChunk(uint64_t commit, uint32_t chunk,
                                            std::string_view value) {
  if (chunk == 0) {
    SKG_RETURN_IF_ERROR(BeginEntry(commit, value));
  } else if (commit != commit_ || chunk != chunks_) {
    return NoSuchGraph(absl::StrCat("the log entry of commit ", commit));
  }
  ++chunks_;
  std::vector<LoggedChange> changes;
  SKG_RETURN_IF_ERROR(DecodeLogChunk(value, chunk == 0, &changes));
  changes_ += changes.size();
  return absl::OkStatus();
}

absl::Status SavedLogReader::BeginEntry(uint64_t commit,
                                        std::string_view value) {
  SKG_RETURN_IF_ERROR(FinishEntry());
  SKG_ASSIGN_OR_RETURN(const LogHeader header, DecodeLogHeader(value));
  const int64_t micros = absl::ToUnixMicros(header.time);
  const uint64_t expected = (commit_ != 0 ? commit_ : timed_commits_) + 1;
  if (commit != expected || micros <= last_micros_)
    return NoSuchGraph(absl::StrCat("the log entry of commit ", commit));
  ++entries_;
  last_micros_ = micros;
  commit_ = commit;
  // Of an entry by reference the file's rows are the changes.
  // As of a clear; what that took is their past.
  expected_changes_ = header.listed();
  changes_ = 0;
  chunks_ = 0;
  return absl::OkStatus();
}

absl::Status SavedLogReader::FinishEntry() const {
  return changes_ == expected_changes_
             ? absl::OkStatus()
             : NoSuchGraph(absl::StrCat("the log entry of commit ", commit_));
}

absl::StatusOr<uint64_t> SavedLogReader::Finish() const {
  SKG_RETURN_IF_ERROR(FinishEntry());
  if (commit_ != described_.last_commit)
    return NoSuchGraph("its log does not end with its last commit");
  if (commit_ != 0 && last_micros_ != described_.last_time_micros)
    return NoSuchGraph("the time of its last commit");
  return entries_;
}

}  // namespace skg::storage
