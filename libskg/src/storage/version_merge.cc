#include "storage/version_merge.h"

#include <utility>

#include "base/status.h"

namespace skg::storage {

namespace {

using Output = std::function<absl::Status(const RunRow&)>;

constexpr size_t kMaxHeldVersions = 1024;
constexpr uint64_t kCheckEvery = 4096;

// The versions of one statement, newest first, as they come.
class VersionGroup {
 public:
  VersionGroup(bool settle_removes, const Output& live, const Output& history)
      : settle_removes_(settle_removes), live_(live), history_(history) {}

  absl::Status Add(RunRow row) {
    if (row.value.end == UINT64_MAX) {
      sign_ += row.value.sign;
      triple_sign_ += row.value.triple_sign;
      if (!has_newest_) {
        newest_ = std::move(row);
        has_newest_ = true;
        newest_place_ = static_cast<ptrdiff_t>(older_.size());
        return absl::OkStatus();
      }
      row.value.end = newest_.commit;
    }
    if (spilled_) return history_(row);
    older_.push_back(std::move(row));
    // Too long to wait for the sums before the past is written: a remove at
    // the top of such a chain stays live, which is right, if larger.
    return older_.size() > kMaxHeldVersions ? Spill() : absl::OkStatus();
  }

  absl::Status Finish() {
    if (has_newest_) {
      newest_.value.sign = sign_;
      newest_.value.triple_sign = triple_sign_;
      const bool settled = settle_removes_ && !spilled_ && sign_ == 0 &&
                           triple_sign_ == 0 &&
                           newest_.value.operation == RowOperation::kRemove;
      if (settled) {
        newest_.value.end = newest_.commit;
        older_.insert(older_.begin() + newest_place_, newest_);
      } else {
        SKG_RETURN_IF_ERROR(live_(newest_));
      }
    }
    SKG_RETURN_IF_ERROR(Spill());
    spilled_ = has_newest_ = false;
    sign_ = triple_sign_ = 0;
    return absl::OkStatus();
  }

 private:
  absl::Status Spill() {
    for (const RunRow& row : older_) SKG_RETURN_IF_ERROR(history_(row));
    older_.clear();
    spilled_ = true;
    return absl::OkStatus();
  }

  const bool settle_removes_;
  const Output& live_;
  const Output& history_;
  bool has_newest_ = false;
  bool spilled_ = false;  // part of the past is written already
  RunRow newest_;
  ptrdiff_t newest_place_ = 0;  // among `older_`: rows with an end may be newer
  int64_t sign_ = 0, triple_sign_ = 0;
  std::vector<RunRow> older_;
};

}  // namespace

absl::Status MergeVersions(std::vector<std::unique_ptr<RowSource>> sources,
                           IndexOrder order, const VersionMergeOptions& options,
                           const Output& live, const Output& history) {
  VersionGroup group(options.settle_removes, live, history);
  absl::Status status;
  RowKey last;
  bool started = false;
  uint64_t rows = 0;
  while (RowSource* source = SmallestOf(sources, &status)) {
    SKG_RETURN_IF_ERROR(status);
    if (++rows % kCheckEvery == 0 && options.cancellation != nullptr)
      SKG_RETURN_IF_ERROR(options.cancellation->Check());
    const RowKey& key = source->key();
    if (started && !key.SameStatement(last))
      SKG_RETURN_IF_ERROR(group.Finish());
    last = key;
    started = true;
    SKG_RETURN_IF_ERROR(
        group.Add({ToStatement(key, order), key.commit, source->value()}));
    source->Next();
  }
  SKG_RETURN_IF_ERROR(status);
  return started ? group.Finish() : absl::OkStatus();
}

}  // namespace skg::storage
