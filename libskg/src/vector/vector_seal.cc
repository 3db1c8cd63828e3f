// VectorIndex: its tail becomes segments, and segments become fewer.
#include <algorithm>
#include <filesystem>
#include <optional>
#include <span>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/memory_status.h"
#include "base/status.h"
#include "storage/graph_state.h"
#include "vector/seal_rows.h"
#include "vector/vector_index.h"

namespace skg::vector {

using storage::Family;

namespace {

// Segments are of about the same size where one is less than so many times as
// large as the other.
constexpr uint64_t kTierFactor = 8;
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
        rows_(kv_, graph_, index.definition_) {}
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

  // The tail up to a commit as a segment, of about `most` rows; false: there is
  // nothing (more).
  absl::StatusOr<bool> SealTail(uint64_t least, size_t most) {
    SKG_ASSIGN_OR_RETURN(const SegmentList list, Begin());
    SKG_RETURN_IF_ERROR(
        rows_.ReadTail(source_.get(), list.sealed_commit + 1, bound_, most));
    const std::span<const uint64_t> commits = rows_.commits();
    if (commits.empty() || commits.size() < least) return false;
    SKG_RETURN_IF_ERROR(
        rows_.ReadVectors(source_.get(), index_.memory_, work_.cancellation));
    SKG_RETURN_IF_ERROR(Write(index_.definition_.options, list.next_file));
    const SegmentEntry entry{list.next_file, commits.front(), commits.back(),
                             commits.size()};
    SKG_ASSIGN_OR_RETURN(
        const bool published,
        Publish({entry}, {}, commits.back(),
                [&](storage::KvBatch& batch) { rows_.DeleteTail(batch); }));
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
    {
      const std::shared_lock lock(index_.mutex_);
      rows_.Merge(merged, horizon);
    }
    // First, since nobody knows of them once the segments are gone. Before the
    // removals, too, lest a restored segment shows them again.
    SKG_RETURN_IF_ERROR(rows_.DeleteLeftOut());
    std::vector<SegmentEntry> added;
    std::vector<uint64_t> removed;
    for (const auto& segment : merged) removed.push_back(segment->entry().file);
    if (!rows_.rows().empty()) {
      SKG_RETURN_IF_ERROR(Write(index_.definition_.options, list.next_file));
      added.push_back({list.next_file, merged.front()->entry().first_commit,
                       merged.back()->entry().last_commit,
                       rows_.rows().size()});
    }
    SKG_ASSIGN_OR_RETURN(
        const bool published,
        Publish(added, removed, list.sealed_commit, [](storage::KvBatch&) {}));
    if (!published || !drop) return absl::OkStatus();
    return rows_.DeleteRemovals(std::min(horizon, list.sealed_commit));
  }

 private:
  [[nodiscard]] uint32_t number() const { return index_.definition_.number; }
  // False: an error made the index forget all, and a search may have read the
  // list since, the old one or the new.
  [[nodiscard]] bool IsAsItWas() const {
    return index_.opened_ && index_.times_opened_ == times_opened_;
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

  absl::Status Write(const VectorIndexOptions& options, uint64_t file) {
    SealOptions seal;
    seal.index = options;
    seal.label_bytes = rows_.label_bytes();
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
    return SealSegment(rows_.rows(), seal, unpublished_);
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

  VectorIndex& index_;
  const SealWork& work_;
  storage::KvStore& kv_;
  const uint32_t graph_;
  std::unique_ptr<storage::KvSnapshot> source_;
  uint64_t bound_ = 0;  // commits up to it are in memory
  bool begun_ = false;
  uint64_t times_opened_ = 0;  // when it began
  std::string unpublished_;    // a file that the list does not have
  SealRows rows_;
};

// Of all that is there as few segments as memory allows.
absl::Status VectorIndex::SealTails(uint64_t least, const SealWork& work) {
  for (size_t most = SIZE_MAX;;) {
    const absl::StatusOr<bool> more = Sealer(*this, work).SealTail(least, most);
    if (more.ok() && !*more) return absl::OkStatus();
    if (more.ok()) continue;
    if (!IsOutOfMemoryBudget(more.status()) || most <= kSealRows)
      return more.status();
    const std::shared_lock lock(mutex_);
    most = std::max<size_t>(std::min(most, tail_->size()) / 2, kSealRows);
  }
}

absl::Status VectorIndex::Seal(const SealWork& work) {
  if (files_.directory.empty()) return absl::OkStatus();
  const std::lock_guard sealing(sealing_);
  SKG_RETURN_IF_ERROR(SealTails(work.least_rows, work));
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

// Who reads the index next finds that their files are missing. Others may hold
// and search what was mapped, until then.
absl::Status VectorIndex::RemoveDamaged(const Cancellation* cancellation) {
  SKG_ASSIGN_OR_RETURN(const storage::ReadView view, graph_.Latest());
  SKG_RETURN_IF_ERROR(CatchUp(view));
  std::vector<std::shared_ptr<OpenSegment>> segments;
  {
    const std::shared_lock lock(mutex_);
    segments = segments_;
  }
  bool any = false;
  for (const auto& segment : segments) {
    const absl::Status whole = segment->segment().Verify(cancellation);
    if (whole.ok()) continue;
    if (!absl::IsDataLoss(whole)) return whole;
    std::error_code ignored;
    std::filesystem::remove(files_.Path(segment->entry().file), ignored);
    any = true;
  }
  if (!any) return absl::OkStatus();
  const std::unique_lock lock(mutex_);
  Forget();
  return absl::OkStatus();
}

absl::Status VectorIndex::Rebuild(const SealWork& work) {
  if (files_.directory.empty()) return absl::OkStatus();
  const std::lock_guard sealing(sealing_);
  if (graph_.state().kv.read_only()) return storage::OpenedForReading();
  SKG_RETURN_IF_ERROR(RemoveDamaged(work.cancellation));
  SKG_RETURN_IF_ERROR(SealTails(1, work));
  size_t segments = 0;
  {
    const std::shared_lock lock(mutex_);
    segments = segments_.size();
  }
  if (segments == 0) return absl::OkStatus();
  return Sealer(*this, work).Merge(0, segments, true);
}

}  // namespace skg::vector
