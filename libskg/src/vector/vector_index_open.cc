// VectorIndex: what its segments hold, and what was lost of them.
#include <algorithm>
#include <utility>

#include "base/status.h"
#include "storage/graph_state.h"
#include "storage/keys.h"
#include "vector/segment_restore.h"
#include "vector/vector_index.h"

namespace skg::vector {

// A label's vector begins, or ends.
struct VectorIndex::Event {
  uint64_t commit = 0;
  OpenSegment* segment = nullptr;  // null: it is removed
  uint32_t row = 0;
  std::string removed;  // the label, where it is
};

absl::StatusOr<std::shared_ptr<OpenSegment>> VectorIndex::Open(
    const SegmentEntry& entry) const {
  SKG_ASSIGN_OR_RETURN(auto segment,
                       Segment::Open(files_.Path(entry.file), memory_));
  if (segment->rows() != entry.rows ||
      segment->label_bytes() != LabelBytes(definition_.options) ||
      segment->options().dimension != definition_.options.dimension ||
      segment->options().metric != definition_.options.metric) {
    return absl::DataLossError("a segment's file is another index's");
  }
  return std::make_shared<OpenSegment>(entry, std::move(segment));
}

absl::Status VectorIndex::OpenSegments(const Source& source) {
  storage::KvStore& kv = graph_.state().kv;
  const uint32_t graph = graph_.description().number;
  SKG_ASSIGN_OR_RETURN(SegmentList list,
                       ReadSegments(kv, graph, definition_.number, source.at));
  const bool keep = !kv.read_only() && !dropped_ && !sealer_writes_;
  SegmentRestore restore{kv, source.at, definition_, files_, keep, memory_};
  bool restored = false;
  for (size_t i = 0; i < list.segments.size();) {
    auto opened = Open(list.segments[i]);
    if (opened.ok()) {
      segments_.push_back(*std::move(opened));
      ++i;
      continue;
    }
    if (!absl::IsNotFound(opened.status()) &&
        !absl::IsDataLoss(opened.status())) {
      return opened.status();
    }
    // All that were made of the same commits go with it.
    const SegmentEntry lost = list.segments[i];
    const auto of_lost = [&](const SegmentEntry& entry) {
      return entry.first_commit == lost.first_commit;
    };
    std::erase_if(segments_,
                  [&](const auto& s) { return of_lost(s->entry()); });
    std::erase_if(list.segments, of_lost);
    i = segments_.size();
    SKG_ASSIGN_OR_RETURN(
        std::vector<std::shared_ptr<OpenSegment>> made,
        restore.Make(lost.first_commit, lost.last_commit, list.next_file));
    for (auto& segment : made) {
      list.segments.insert(list.segments.begin() + static_cast<ptrdiff_t>(i),
                           segment->entry());
      segments_.push_back(std::move(segment));
      ++i;
    }
    restored = true;
  }
  if (restored && keep) {
    const auto batch = kv.NewBatch();
    batch->Put(storage::Family::kVectors,
               SegmentsKey(graph, definition_.number), EncodeSegments(list));
    SKG_RETURN_IF_ERROR(kv.Write(*batch, storage::WriteMode::kSync));
  }
  if (keep) files_.RemoveOthers(list);
  return ReplaySegments(source);
}

// Gives the rows of segments their ends.
absl::Status VectorIndex::ReplaySegments(const Source& source) {
  const uint32_t graph = graph_.description().number;
  std::vector<Event> events;
  uint64_t sealed = 0;
  for (const auto& segment : segments_) {
    sealed = std::max(sealed, segment->entry().last_commit);
    for (uint32_t row = 0; row < segment->segment().rows(); ++row) {
      events.push_back({segment->segment().from_commit(row), segment.get(), row,
                        std::string()});
    }
  }
  const std::string prefix = IndexPrefix(graph, kTailKind, definition_.number);
  const auto rows = graph_.state().kv.NewIterator(
      storage::Family::kVectors,
      {.snapshot = source.at,
       .lower = prefix,
       .upper = TailKey(graph, definition_.number, sealed + 1, {})});
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    SKG_ASSIGN_OR_RETURN(const TailRow row,
                         ReadTailRow(rows->key(), rows->value(),
                                     LabelBytes(definition_.options)));
    if (!row.removed)
      return absl::DataLossError("a sealed vector is in the tail, too");
    events.push_back({row.commit, nullptr, 0, std::string(row.label)});
  }
  SKG_RETURN_IF_ERROR(rows->status());
  std::sort(events.begin(), events.end(),
            [](const Event& a, const Event& b) { return a.commit < b.commit; });
  for (const Event& event : events) {
    const std::string_view label = event.segment != nullptr
                                       ? event.segment->label(event.row)
                                       : std::string_view(event.removed);
    EndNewest(label, event.commit);
    if (event.segment == nullptr) continue;
    SKG_RETURN_IF_ERROR(
        SetNewest(label, {event.segment->entry().file, event.row}));
  }
  if (!events.empty()) last_event_ = events.back().commit;
  loaded_commit_ = sealed;
  return absl::OkStatus();
}

}  // namespace skg::vector
