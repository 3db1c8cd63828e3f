// Rows of vector indexes in family `vectors`. All keys begin with the graph and
// a kind:
//
//   'X'                          the number of the next index
//   'I' index                    its definition (proto VectorIndexRow)
//   'V' index label ~commit      a vector from that commit on, floats behind a
//                                byte of format; empty: none
//   'T' index commit label       that row, by commit, until a segment has it;
//                                of a removal as long as a segment needs it
//   'S' index                    the segments (proto VectorSegmentsRow)
//
// A label is what a vector belongs to: a node's term id (8 bytes) or a
// statement in the order gspo (36 bytes). Index numbers are never used again.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "rdf/term_id.h"
#include "skg/vector_index.h"
#include "storage/commit_part.h"
#include "storage/kv.h"
#include "storage/statement_row.h"

namespace skg::vector {

using rdf::TermId;

struct IndexDefinition {
  uint32_t number = 0;
  std::string name;
  VectorIndexOptions options;
  uint64_t created_commit = 0;
  absl::Time created;
};

struct SegmentEntry {
  uint64_t file = 0;
  uint64_t first_commit = 0, last_commit = 0;
  uint64_t rows = 0;
};
struct SegmentList {
  std::vector<SegmentEntry> segments;
  uint64_t next_file = 1;
  uint64_t sealed_commit = 0;
};

[[nodiscard]] std::string NodeLabel(TermId node);
[[nodiscard]] std::string StatementLabel(const storage::StatementKey& key);
[[nodiscard]] TermId NodeOf(std::string_view label);
[[nodiscard]] storage::StatementKey StatementOf(std::string_view label);
[[nodiscard]] size_t LabelBytes(const VectorIndexOptions& options);

[[nodiscard]] std::string NextIndexKey(uint32_t graph);
[[nodiscard]] std::string DefinitionKey(uint32_t graph, uint32_t index);
[[nodiscard]] std::string SegmentsKey(uint32_t graph, uint32_t index);
[[nodiscard]] std::string VectorKey(uint32_t graph, uint32_t index,
                                    std::string_view label, uint64_t commit);
// All rows of kind 'V' or 'T' of an index.
[[nodiscard]] std::string IndexPrefix(uint32_t graph, char kind,
                                      uint32_t index);
inline constexpr char kVectorKind = 'V';
inline constexpr char kTailKind = 'T';
// The value of a row of the tail where the commit removed the vector.
inline constexpr std::string_view kRemovedFromTail = "\x01";

// A row of kind 'T'.
struct TailRow {
  uint64_t commit = 0;
  std::string_view label;
  bool removed = false;
};
[[nodiscard]] std::string TailKey(uint32_t graph, uint32_t index,
                                  uint64_t commit, std::string_view label);
// kDataLoss: it is damaged.
[[nodiscard]] absl::StatusOr<TailRow> ReadTailRow(std::string_view key,
                                                  std::string_view value,
                                                  size_t label_bytes);

[[nodiscard]] std::string EncodeDefinition(const IndexDefinition& definition);
// Errors: kDataLoss.
[[nodiscard]] absl::StatusOr<IndexDefinition> DecodeDefinition(
    uint32_t number, std::string_view bytes);
[[nodiscard]] std::string EncodeSegments(const SegmentList& list);
[[nodiscard]] absl::StatusOr<SegmentList> ReadSegments(
    const storage::KvStore& kv, uint32_t graph, uint32_t index,
    const storage::KvSnapshot* at);

// The indexes of a graph, by number.
[[nodiscard]] absl::StatusOr<std::vector<IndexDefinition>> ReadDefinitions(
    const storage::KvStore& kv, uint32_t graph, const storage::KvSnapshot* at);

// The vector that a view at `commit` sees; unset: none. `at` must show that
// commit.
[[nodiscard]] absl::StatusOr<std::optional<std::vector<float>>> ReadVector(
    const storage::KvStore& kv, uint32_t graph, const IndexDefinition& index,
    std::string_view label, uint64_t commit, const storage::KvSnapshot* at);
// kDataLoss: not `dimension` numbers.
[[nodiscard]] absl::StatusOr<std::vector<float>> DecodeVector(
    std::string_view bytes, uint32_t dimension);

// Vectors that one commit puts into an index or takes out of it; of several for
// the same label the last one counts. Not thread-safe.
class VectorPart final : public storage::CommitPart {
 public:
  VectorPart(uint32_t graph, uint32_t index) : graph_(graph), index_(index) {}

  // Checked ones; empty: what was there goes. Ids are those of the request.
  void Add(TermId node, std::span<const float> vector);
  void Add(const storage::StatementKey& statement,
           std::span<const float> vector);

  [[nodiscard]] std::span<const TermId> terms() const override {
    return terms_;
  }
  void AddRows(uint64_t commit, std::span<const TermId> ids,
               storage::KvBatch& batch) override;

 private:
  struct Entry {
    bool statement = false;
    uint32_t edge = 0;
    size_t first = 0, size = 0;  // in numbers_
  };
  void Append(bool statement, uint32_t edge, std::span<const float> vector);

  const uint32_t graph_, index_;
  std::vector<TermId> terms_;  // one an entry; of statements g, s, p, o
  std::vector<Entry> entries_;
  std::vector<float> numbers_;
};

}  // namespace skg::vector
