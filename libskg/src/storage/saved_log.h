// SavedLogReader: the times of commits and the log entries of a graph file.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/graph_file.h"
#include "storage/kv.h"

namespace skg::storage {

// kDataLoss: the checksums of a graph file agree, but what it holds is no
// graph.
[[nodiscard]] absl::Status NoSuchGraph(std::string_view what);

// Takes chunks in their sequence; adds the rows of graph `number` to a batch
// once they are known to follow on what came before. Not thread-safe.
class SavedLogReader {
 public:
  // `described` must outlive it.
  SavedLogReader(uint32_t number, const GraphFileDescription& described)
      : number_(number), described_(described) {}

  [[nodiscard]] absl::Status ReadTimes(std::string_view payload,
                                       KvBatch& batch);
  [[nodiscard]] absl::Status ReadEntries(std::string_view payload,
                                         KvBatch& batch);
  // After the last chunk: times and entries reach up to the graph's last commit
  // and its time. Gives how many entries there are.
  [[nodiscard]] absl::StatusOr<uint64_t> Finish() const;

 private:
  [[nodiscard]] absl::Status ReadEntryChunk(uint64_t commit, uint32_t chunk,
                                            std::string_view value);
  [[nodiscard]] absl::Status BeginEntry(uint64_t commit,
                                        std::string_view value);
  // The entry that is being read has all its changes.
  [[nodiscard]] absl::Status FinishEntry() const;

  const uint32_t number_;
  const GraphFileDescription& described_;
  uint64_t timed_commits_ = 0;  // commits 1 to this one have a time
  int64_t last_micros_ = INT64_MIN;
  uint64_t entries_ = 0;
  uint64_t commit_ = 0;  // whose entry is being read; 0: none yet
  uint32_t chunks_ = 0;
  uint64_t changes_ = 0, expected_changes_ = 0;
};

}  // namespace skg::storage
