// LoadTerms: all distinct dictionary terms of one load, as they get their
// numbers: sorted part by part, merged with each other and with what the graph
// has (architecture page, Storage: Dictionary).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/cancellation.h"
#include "storage/dictionary.h"
#include "storage/kv.h"
#include "storage/spill_file.h"
#include "storage/term_table.h"

namespace skg::storage {

class GraphState;

// A number that is not given yet: the rank of a term among the new ones.
inline constexpr uint64_t kNewTermBit = uint64_t{1} << 59;
[[nodiscard]] inline bool IsNewTerm(TermId id) {
  return id.in_dictionary() && (id.payload() & kNewTermBit) != 0;
}
[[nodiscard]] inline uint64_t RankOf(TermId id) {
  return id.payload() & (kNewTermBit - 1);
}

// Thread safety: Find from any thread once Merge is done; the rest from one.
class LoadTerms {
 public:
  // `directory`: for temporary files.
  LoadTerms(GraphState& graph, std::string directory)
      : graph_(graph), directory_(std::move(directory)) {}

  // The terms of one part but for its triple terms; keeps nothing of the table
  // in memory.
  [[nodiscard]] absl::Status AddPart(const TermTable& table);
  // Finds out, after the last part, which terms the graph has at `snapshot`
  // and ranks the others. Cost: a merge of the sorted parts and, in the order
  // of the keys, of the dictionary near them.
  [[nodiscard]] absl::Status Merge(const KvSnapshot* snapshot,
                                   const Cancellation* cancellation);

  [[nodiscard]] uint64_t new_terms() const { return new_terms_; }
  // The rank of a new term. O(log).
  [[nodiscard]] absl::StatusOr<std::optional<uint64_t>> Find(
      const TermBytes& term) const;
  // New terms by rank, which is the order of their keys.
  [[nodiscard]] absl::Status ForEachNew(
      const std::function<absl::Status(uint64_t rank, const TermBytes& term)>&
          visit) const;
  // For each local number of a part: the id, or what IsNewTerm; unbound for
  // triple terms.
  [[nodiscard]] absl::Status IdsOfPart(size_t part,
                                       std::vector<TermId>* ids) const;

 private:
  struct Part {
    uint32_t count = 0;                       // of its table
    uint32_t sorted = 0;                      // of these, here
    uint64_t terms_begin = 0, terms_end = 0;  // in terms_, sorted
    uint64_t order_begin = 0;                 // in orders_: local numbers
    std::unique_ptr<SpillFile> ids;           // in the order of the terms
  };
  class Existing;
  class PartReader;

  [[nodiscard]] absl::Status AppendNew(const TermBytes& term);
  [[nodiscard]] absl::Status Flush();

  GraphState& graph_;
  const std::string directory_;
  std::unique_ptr<SpillFile> terms_, orders_, new_;
  std::vector<Part> parts_;
  uint64_t new_terms_ = 0;
  // Every kIndexEvery-th new term: its key and where it stands.
  struct IndexEntry {
    std::string key;
    uint64_t offset;
  };
  std::vector<IndexEntry> index_;
};

}  // namespace skg::storage
