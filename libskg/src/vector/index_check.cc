#include "vector/index_check.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/bytes.h"
#include "base/status.h"
#include "storage/keys.h"
#include "vector/segment.h"
#include "vector/vector_rows.h"
#include "vector/vector_segments.h"

namespace skg::vector {
namespace {

using storage::Family;

// Of one index, on one snapshot.
class Check {
 public:
  Check(const storage::KvStore& kv, const storage::KvSnapshot* at,
        uint32_t graph, const IndexDefinition& index,
        const IndexCheckOptions& options,
        const std::function<void(std::string)>& tell)
      : kv_(kv),
        at_(at),
        graph_(graph),
        index_(index),
        options_(options),
        tell_(tell) {}

  absl::Status Run() {
    SKG_RETURN_IF_ERROR(CheckTail());
    if (options_.deep) SKG_RETURN_IF_ERROR(CheckVectors());
    return CheckSegments();
  }

 private:
  void Problem(std::string_view what) {
    tell_(absl::StrCat("vector index \"", index_.name,
                       "\": ", std::string(what)));
  }
  // What only tells of damage is a finding.
  absl::Status Find(const absl::Status& status) {
    if (!absl::IsDataLoss(status)) return status;
    Problem(std::string_view(status.message().data(), status.message().size()));
    return absl::OkStatus();
  }
  [[nodiscard]] std::unique_ptr<storage::KvIterator> Rows(char kind) const {
    const std::string prefix = IndexPrefix(graph_, kind, index_.number);
    auto rows =
        kv_.NewIterator(Family::kVectors, {.snapshot = at_,
                                           .lower = prefix,
                                           .upper = storage::PrefixEnd(prefix),
                                           .fill_cache = false});
    rows->SeekToFirst();
    return rows;
  }

  absl::Status CheckTail() {
    const auto rows = Rows(kTailKind);
    for (; rows->Valid(); rows->Next()) {
      const auto row =
          ReadTailRow(rows->key(), rows->value(), LabelBytes(index_.options));
      if (!row.ok()) {
        SKG_RETURN_IF_ERROR(Find(row.status()));
        continue;
      }
      std::string value;
      SKG_ASSIGN_OR_RETURN(
          const bool there,
          kv_.Get(Family::kVectors,
                  VectorKey(graph_, index_.number, row->label, row->commit),
                  &value, at_));
      if (!there || value.empty() != row->removed)
        Problem(absl::StrCat("a vector of commit ", row->commit,
                             " is missing; put it again"));
    }
    return rows->status();
  }

  absl::Status CheckVectors() {
    const size_t key_bytes =
        IndexPrefix(graph_, kVectorKind, index_.number).size() +
        LabelBytes(index_.options) + 8;
    const auto rows = Rows(kVectorKind);
    for (; rows->Valid(); rows->Next()) {
      if (rows->key().size() != key_bytes) {
        Problem("damaged row of a vector index: its key");
      } else if (!rows->value().empty()) {
        SKG_RETURN_IF_ERROR(Find(
            DecodeVector(rows->value(), index_.options.dimension).status()));
      }
    }
    return rows->status();
  }

  // Whether the present list still has it: a merge may have taken it away.
  absl::StatusOr<bool> IsListed(uint64_t file) const {
    SKG_ASSIGN_OR_RETURN(const SegmentList list,
                         ReadSegments(kv_, graph_, index_.number, nullptr));
    return std::any_of(
        list.segments.begin(), list.segments.end(),
        [&](const SegmentEntry& entry) { return entry.file == file; });
  }

  absl::Status CheckSegment(const SegmentEntry& entry) const {
    const SegmentFiles files{options_.directory, graph_, index_.number};
    SKG_ASSIGN_OR_RETURN(const auto segment,
                         Segment::Open(files.Path(entry.file), nullptr));
    if (segment->rows() != entry.rows ||
        segment->label_bytes() != LabelBytes(index_.options) ||
        segment->options().dimension != index_.options.dimension ||
        segment->options().metric != index_.options.metric) {
      return absl::DataLossError("it is another index's");
    }
    return options_.deep ? segment->Verify(nullptr) : absl::OkStatus();
  }

  absl::Status CheckSegments() {
    const auto list = ReadSegments(kv_, graph_, index_.number, at_);
    if (!list.ok()) return Find(list.status());
    for (const SegmentEntry& entry : list->segments) {
      const absl::Status status = CheckSegment(entry);
      if (status.ok()) continue;
      if (!absl::IsNotFound(status) && !absl::IsDataLoss(status)) return status;
      SKG_ASSIGN_OR_RETURN(const bool listed, IsListed(entry.file));
      if (!listed) continue;
      Problem(absl::StrCat(
          "segment ", entry.file, " of ", entry.rows, " vectors is ",
          absl::IsNotFound(status) ? "missing" : "damaged", " (",
          std::string(status.message()),
          "); the vectors are safe: the next search makes it again, `skg index "
          "rebuild` with its links"));
    }
    return absl::OkStatus();
  }

  const storage::KvStore& kv_;
  const storage::KvSnapshot* const at_;
  const uint32_t graph_;
  const IndexDefinition& index_;
  const IndexCheckOptions& options_;
  const std::function<void(std::string)>& tell_;
};

}  // namespace

absl::Status CheckIndexes(const storage::KvStore& kv, uint32_t graph,
                          const IndexCheckOptions& options,
                          const std::function<void(std::string)>& tell) {
  const auto at = kv.NewSnapshot();
  const auto indexes = ReadDefinitions(kv, graph, at.get());
  if (absl::IsDataLoss(indexes.status())) {
    tell(std::string(indexes.status().message()));
    return absl::OkStatus();
  }
  SKG_RETURN_IF_ERROR(indexes.status());
  for (const IndexDefinition& index : *indexes) {
    SKG_RETURN_IF_ERROR(Check(kv, at.get(), graph, index, options, tell).Run());
  }
  return absl::OkStatus();
}

}  // namespace skg::vector
