// VectorIndex: its tail becomes segments, and segments become fewer.
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "storage/graph_state.h"
#include "storage/keys.h"
#include "vector/vector_index.h"
#include "vector/vector_values.h"

namespace skg::vector {

using storage::Family;

namespace {

constexpr size_t kReadRows = 1024;
// Vectors of the tail that are in memory at once while they are sealed.
constexpr size_t kMostBytes = size_t{256} << 20;
// Segments are of about the same size where one is less than so many times as
// large as the other.
constexpr uint64_t kTierFactor = 8;
// A batch of deletions.
constexpr size_t kBatchBytes = size_t{4} << 20;

// A version of a label's vector, and where it is in a segment.
using VersionRows =
    absl::flat_hash_map<std::pair<std::string, uint64_t>, uint32_t>;

VersionRows RowsOf(const OpenSegment& segment) {
  VersionRows rows;
  rows.reserve(segment.segment().rows());
  for (uint32_t row = 0; row < segment.segment().rows(); ++row) {
    rows.try_emplace(
        {std::string(segment.label(row)), segment.segment().from_commit(row)},
        row);
  }
  return rows;
}

// Adjacent ones: the commits of segments must not overlap.
std::optional<std::pair<size_t, size_t>> ChooseMerge(
    const std::vector<SegmentEntry>& segments) {
  const auto tier = [](uint64_t rows) {
    int number = 0;
    for (uint64_t n = kSealRows * kTierFactor; rows >= n; n *= kTierFactor)
      ++number;
    return number;
  };
  for (size_t begin = 0; begin < segments.size();) {
    size_t end = begin + 1;
    while (end < segments.size() &&
           tier(segments[end].rows) <= tier(segments[begin].rows)) {
      ++end;
    }
    if (end - begin >= kSegmentFanIn) return std::pair(begin, end);
    ++begin;
  }
  return std::nullopt;
}

}  // namespace

// One Seal or Rebuild.
class VectorIndex::Sealer {
 public:
  Sealer(VectorIndex& index, const SealWork& work)
      : index_(index),
        work_(work),
        kv_(index.graph_.state().kv),
        graph_(index.graph_.description().number),
        label_bytes_(LabelBytes(index.definition_.options)) {}
  ~Sealer() {
    if (!unpublished_.empty()) {
      std::error_code ignored;
      std::filesystem::remove(unpublished_, ignored);
    }
    const std::unique_lock lock(index_.mutex_);
    index_.sealer_writes_ = false;
    // What was lost meanwhile was not restored for good.
    if (begun_ && index_.times_opened_ != times_opened_) index_.Forget();
  }
  Sealer(const Sealer&) = delete;
  Sealer& operator=(const Sealer&) = delete;

  // The tail up to a commit as a segment; false: there is nothing (more).
  absl::StatusOr<bool> SealTail(uint64_t least) {
    SKG_ASSIGN_OR_RETURN(const SegmentList list, Begin());
    SKG_RETURN_IF_ERROR(GatherTail(list.sealed_commit));
    if (commits_.empty() || commits_.size() < least) return false;
    SKG_RETURN_IF_ERROR(ReadVectors());
    SKG_RETURN_IF_ERROR(Write(index_.definition_.options, list.next_file));
    const SegmentEntry entry{list.next_file, commits_.front(), commits_.back(),
                             commits_.size()};
    SKG_ASSIGN_OR_RETURN(
        const bool published,
        Publish({entry}, {}, commits_.back(), [&](storage::KvBatch& batch) {
          for (size_t i = 0; i < commits_.size(); ++i) {
            batch.Delete(Family::kVectors,
                         TailKey(graph_, number(), commits_[i], Label(i)));
          }
        }));
    return published;
  }

  // Segments [begin, end) as one. With `drop`, which needs all of them, rows
  // that no view sees any more are left out and deleted.
  absl::Status Merge(size_t begin, size_t end, bool drop) {
    SKG_ASSIGN_OR_RETURN(const SegmentList list, Begin());
    std::vector<std::shared_ptr<OpenSegment>> merged;
    {
      const std::shared_lock lock(index_.mutex_);
      if (!IsAsItWas() || index_.segments_.size() < end)
        return absl::OkStatus();
      merged.assign(index_.segments_.begin() + static_cast<ptrdiff_t>(begin),
                    index_.segments_.begin() + static_cast<ptrdiff_t>(end));
    }
    uint64_t horizon = 0;
    if (drop) {
      SKG_ASSIGN_OR_RETURN(const storage::History history,
                           index_.graph_.ReadHistory());
      horizon = history.horizon;
    }
    Gather(merged, horizon);
    // First, since nobody knows of them once the segments are gone. Before the
    // removals, too, lest a restored segment shows them again.
    SKG_RETURN_IF_ERROR(DeleteDropped());
    std::vector<SegmentEntry> added;
    std::vector<uint64_t> removed;
    for (const auto& segment : merged) removed.push_back(segment->entry().file);
    if (!rows_.empty()) {
      SKG_RETURN_IF_ERROR(Write(index_.definition_.options, list.next_file));
      added.push_back({list.next_file, merged.front()->entry().first_commit,
                       merged.back()->entry().last_commit, rows_.size()});
    }
    SKG_ASSIGN_OR_RETURN(
        const bool published,
        Publish(added, removed, list.sealed_commit, [](storage::KvBatch&) {}));
    if (!published || !drop) return absl::OkStatus();
    return DeleteRemovals(horizon, list.sealed_commit);
  }

 private:
  [[nodiscard]] uint32_t number() const { return index_.definition_.number; }
  // False: an error made the index forget all, and a search may have read the
  // list since, the old one or the new.
  [[nodiscard]] bool IsAsItWas() const {
    return index_.opened_ && index_.times_opened_ == times_opened_;
  }
  [[nodiscard]] std::string_view Label(size_t i) const {
    return std::string_view(labels_).substr(i * label_bytes_, label_bytes_);
  }
  // Nobody but this changes the list meanwhile.
  absl::StatusOr<SegmentList> List() {
    return ReadSegments(kv_, graph_, number(), nullptr);
  }
  // What is there to begin with, all of it in memory, too.
  absl::StatusOr<SegmentList> Begin() {
    SKG_ASSIGN_OR_RETURN(const storage::ReadView view, index_.graph_.Latest());
    SKG_RETURN_IF_ERROR(index_.CatchUp(view));
    {
      const std::unique_lock lock(index_.mutex_);
      index_.sealer_writes_ = true;
      times_opened_ = index_.times_opened_;
      begun_ = true;
    }
    source_ = kv_.NewSnapshot();
    bound_ = view.commit();
    return List();
  }

  // Labels and commits of what is not sealed, whole commits up to the bound.
  absl::Status GatherTail(uint64_t sealed) {
    const size_t most = std::max<size_t>(
        kSealRows, kMostBytes / (index_.definition_.options.dimension * 4));
    const auto rows = kv_.NewIterator(
        Family::kVectors, {.snapshot = source_.get(),
                           .lower = TailKey(graph_, number(), sealed + 1, {}),
                           .upper = TailKey(graph_, number(), bound_ + 1, {})});
    for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
      SKG_ASSIGN_OR_RETURN(
          const TailRow row,
          ReadTailRow(rows->key(), rows->value(), label_bytes_));
      if (commits_.size() >= most && row.commit != commits_.back()) break;
      if (row.removed) continue;
      commits_.push_back(row.commit);
      labels_.append(row.label);
    }
    return rows->status();
  }

  absl::Status ReadVectors() {
    const VectorIndexOptions& options = index_.definition_.options;
    if (index_.memory_ != nullptr) {
      SKG_ASSIGN_OR_RETURN(
          reservation_,
          index_.memory_->Reserve(
              "vector segment",
              commits_.size() * (options.dimension * 4 + label_bytes_ + 40)));
    }
    vectors_.resize(commits_.size() * options.dimension);
    std::vector<std::string> keys;
    for (size_t begin = 0; begin < commits_.size(); begin += kReadRows) {
      if (work_.cancellation != nullptr)
        SKG_RETURN_IF_ERROR(work_.cancellation->Check());
      const size_t end = std::min(begin + kReadRows, commits_.size());
      keys.clear();
      for (size_t i = begin; i < end; ++i)
        keys.push_back(VectorKey(graph_, number(), Label(i), commits_[i]));
      SKG_ASSIGN_OR_RETURN(const auto values,
                           kv_.MultiGet(Family::kVectors, keys, source_.get()));
      for (size_t i = begin; i < end; ++i) {
        if (!values[i - begin])
          return absl::DataLossError("a vector of an index is missing");
        SKG_ASSIGN_OR_RETURN(
            std::vector<float> vector,
            DecodeVector(*values[i - begin], options.dimension));
        SKG_ASSIGN_OR_RETURN(
            vector, AcceptVector(vector, options.dimension, options.metric));
        std::copy(
            vector.begin(), vector.end(),
            vectors_.begin() + static_cast<ptrdiff_t>(i * options.dimension));
      }
    }
    for (size_t i = 0; i < commits_.size(); ++i) {
      rows_.push_back(
          {vectors_.data() + i * options.dimension,
           reinterpret_cast<const uint8_t*>(labels_.data()) + i * label_bytes_,
           commits_[i]});
    }
    return absl::OkStatus();
  }

  // The rows of open segments, whose vectors lie in their files.
  void Gather(const std::vector<std::shared_ptr<OpenSegment>>& merged,
              uint64_t horizon) {
    // Their ends may come meanwhile; of those that matter here, none does: they
    // lie before the horizon.
    const std::shared_lock lock(index_.mutex_);
    for (const auto& segment : merged) {
      kept_.push_back(segment);
      for (uint32_t row = 0; row < segment->segment().rows(); ++row) {
        const uint64_t from = segment->segment().from_commit(row);
        if (segment->end(row) <= horizon) {
          dropped_.emplace_back(segment->label(row), from);
          continue;
        }
        rows_.push_back({segment->segment().vector(row).data(),
                         segment->segment().label(row).data(), from});
      }
    }
  }

  absl::Status Write(const VectorIndexOptions& options, uint64_t file) {
    SealOptions seal;
    seal.index = options;
    seal.label_bytes = label_bytes_;
    seal.threads = work_.threads;
    seal.budget = index_.memory_;
    seal.hooks.cancellation = work_.cancellation;
    seal.hooks.progress = work_.progress;
    std::error_code error;
    std::filesystem::create_directories(index_.files_.directory, error);
    if (error) {
      return absl::UnavailableError(absl::StrCat(
          "the folder of vector segments cannot be made: ", error.message()));
    }
    unpublished_ = index_.files_.Path(file);
    return SealSegment(rows_, seal, unpublished_);
  }

  // Puts the new segments in the place of the old ones; false: the index was
  // dropped meanwhile.
  absl::StatusOr<bool> Publish(
      const std::vector<SegmentEntry>& added,
      const std::vector<uint64_t>& removed, uint64_t sealed_commit,
      const std::function<void(storage::KvBatch&)>& more) {
    std::vector<std::shared_ptr<OpenSegment>> opened;
    std::vector<VersionRows> versions;
    for (const SegmentEntry& entry : added) {
      SKG_ASSIGN_OR_RETURN(auto segment, index_.Open(entry));
      versions.push_back(RowsOf(*segment));
      opened.push_back(std::move(segment));
    }
    std::unique_lock<std::mutex> changing;
    if (work_.changing != nullptr)
      changing = std::unique_lock<std::mutex>(*work_.changing);
    SKG_ASSIGN_OR_RETURN(const bool known, index_.Knows(nullptr));
    if (!known || index_.graph_.dropped()) {
      index_.files_.RemoveAll();
      return false;
    }
    SKG_ASSIGN_OR_RETURN(SegmentList list, List());
    const auto is_removed = [&](const SegmentEntry& entry) {
      return std::find(removed.begin(), removed.end(), entry.file) !=
             removed.end();
    };
    auto place =
        std::find_if(list.segments.begin(), list.segments.end(), is_removed);
    const auto at = place - list.segments.begin();
    std::erase_if(list.segments, is_removed);
    list.segments.insert(list.segments.begin() + at, added.begin(),
                         added.end());
    for (const SegmentEntry& entry : added)
      list.next_file = std::max(list.next_file, entry.file + 1);
    list.sealed_commit = sealed_commit;
    const auto batch = kv_.NewBatch();
    batch->Put(Family::kVectors, SegmentsKey(graph_, number()),
               EncodeSegments(list));
    more(*batch);
    // From here on it may be published, even where an error is told.
    unpublished_.clear();
    SKG_RETURN_IF_ERROR(kv_.Write(*batch, storage::WriteMode::kSync));
    Show(opened, versions, removed, sealed_commit, static_cast<size_t>(at));
    index_.files_.RemoveOthers(list);
    return true;
  }

  // The same in memory.
  void Show(const std::vector<std::shared_ptr<OpenSegment>>& opened,
            const std::vector<VersionRows>& versions,
            const std::vector<uint64_t>& removed, uint64_t sealed_commit,
            size_t at) {
    const std::unique_lock lock(index_.mutex_);
    if (!IsAsItWas()) return;
    // Where a version is now; false: it was dropped.
    const auto move = [&](std::string_view label, uint64_t from, uint64_t end,
                          Place old) {
      const std::pair key(std::string(label), from);
      for (size_t i = 0; i < opened.size(); ++i) {
        const auto row = versions[i].find(key);
        if (row == versions[i].end()) continue;
        if (end != kNoEnd) opened[i]->End(row->second, end);
        const auto newest = index_.newest_.find(label);
        if (newest != index_.newest_.end() && newest->second.file == old.file &&
            newest->second.row == old.row) {
          newest->second = {opened[i]->entry().file, row->second};
        }
        return;
      }
    };
    if (removed.empty()) {
      const VectorTail& tail = *index_.tail_;
      for (size_t row = 0; row < tail.size() && tail.from(row) <= sealed_commit;
           ++row) {
        move(tail.label(row), tail.from(row), tail.end(row),
             {0, index_.tail_begin_ + row});
      }
      index_.tail_begin_ += index_.tail_->DropThrough(sealed_commit);
    }
    for (const uint64_t file : removed) {
      const OpenSegment* old = index_.Find(file);
      for (uint32_t row = 0; row < old->segment().rows(); ++row) {
        move(old->label(row), old->segment().from_commit(row), old->end(row),
             {file, row});
      }
    }
    std::erase_if(index_.segments_, [&](const auto& segment) {
      return std::find(removed.begin(), removed.end(), segment->entry().file) !=
             removed.end();
    });
    index_.segments_.insert(
        index_.segments_.begin() + static_cast<ptrdiff_t>(at), opened.begin(),
        opened.end());
  }

  absl::Status WriteIf(storage::KvBatch& batch, size_t least_bytes) {
    if (batch.empty() || batch.size_bytes() < least_bytes)
      return absl::OkStatus();
    SKG_RETURN_IF_ERROR(kv_.Write(batch, storage::WriteMode::kBuffered));
    batch.Clear();
    return absl::OkStatus();
  }

  // Versions that are left out of the only segment.
  absl::Status DeleteDropped() {
    const auto batch = kv_.NewBatch();
    for (const auto& [label, from] : dropped_) {
      batch->Delete(Family::kVectors, VectorKey(graph_, number(), label, from));
      SKG_RETURN_IF_ERROR(WriteIf(*batch, kBatchBytes));
    }
    return WriteIf(*batch, 0);
  }

  // Removals that end nothing any more.
  absl::Status DeleteRemovals(uint64_t horizon, uint64_t sealed_commit) {
    const auto batch = kv_.NewBatch();
    const auto rows = kv_.NewIterator(
        Family::kVectors,
        {.lower = IndexPrefix(graph_, kTailKind, number()),
         .upper = TailKey(graph_, number(),
                          std::min(horizon, sealed_commit) + 1, {})});
    for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
      SKG_ASSIGN_OR_RETURN(
          const TailRow row,
          ReadTailRow(rows->key(), rows->value(), label_bytes_));
      if (!row.removed) continue;
      batch->Delete(Family::kVectors, rows->key());
      batch->Delete(Family::kVectors,
                    VectorKey(graph_, number(), row.label, row.commit));
      SKG_RETURN_IF_ERROR(WriteIf(*batch, kBatchBytes));
    }
    SKG_RETURN_IF_ERROR(rows->status());
    return WriteIf(*batch, 0);
  }

  VectorIndex& index_;
  const SealWork& work_;
  storage::KvStore& kv_;
  const uint32_t graph_;
  const size_t label_bytes_;
  std::unique_ptr<storage::KvSnapshot> source_;
  uint64_t bound_ = 0;  // commits up to it are in memory
  bool begun_ = false;
  uint64_t times_opened_ = 0;  // when it began
  std::string unpublished_;    // a file that the list does not have
  MemoryReservation reservation_;
  // What becomes a segment.
  std::string labels_;
  std::vector<uint64_t> commits_;
  std::vector<float> vectors_;
  std::vector<std::shared_ptr<OpenSegment>> kept_;
  std::vector<SegmentRow> rows_;
  std::vector<std::pair<std::string, uint64_t>> dropped_;
};

absl::Status VectorIndex::Seal(const SealWork& work) {
  if (files_.directory.empty()) return absl::OkStatus();
  const std::lock_guard sealing(sealing_);
  for (;;) {
    SKG_ASSIGN_OR_RETURN(const bool more,
                         Sealer(*this, work).SealTail(work.least_rows));
    if (!more) break;
  }
  for (;;) {
    std::vector<SegmentEntry> entries;
    {
      const std::shared_lock lock(mutex_);
      for (const auto& segment : segments_) entries.push_back(segment->entry());
    }
    const auto merge = ChooseMerge(entries);
    if (!merge) return absl::OkStatus();
    SKG_RETURN_IF_ERROR(
        Sealer(*this, work).Merge(merge->first, merge->second, false));
  }
}

absl::Status VectorIndex::Rebuild(const SealWork& work) {
  if (files_.directory.empty()) return absl::OkStatus();
  const std::lock_guard sealing(sealing_);
  for (;;) {
    SKG_ASSIGN_OR_RETURN(const bool more, Sealer(*this, work).SealTail(1));
    if (!more) break;
  }
  size_t segments = 0;
  {
    const std::shared_lock lock(mutex_);
    segments = segments_.size();
  }
  if (segments == 0) return absl::OkStatus();
  return Sealer(*this, work).Merge(0, segments, true);
}

}  // namespace skg::vector
