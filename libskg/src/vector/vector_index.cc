#include "vector/vector_index.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "base/status.h"
#include "storage/graph_state.h"
#include "storage/keys.h"
#include "storage/rows.h"
#include "vector/vector_values.h"

namespace skg::vector {

namespace {

constexpr size_t kReadRows = 256;
// What a label takes in the map, and how many are counted at once.
constexpr size_t kLabelBytes = 96;
constexpr size_t kReserveLabels = 4096;

}  // namespace

VectorIndex::VectorIndex(storage::GraphStore graph, IndexDefinition definition,
                         std::string directory, MemoryBudget* memory,
                         std::function<void()> wants_seal)
    : graph_(std::move(graph)),
      definition_(std::move(definition)),
      files_{std::move(directory), graph_.description().number,
             definition_.number},
      memory_(memory),
      wants_seal_(std::move(wants_seal)),
      tail_(std::make_unique<VectorTail>(definition_.options, memory)) {}

OpenSegment* VectorIndex::Find(uint64_t file) const {
  for (const auto& segment : segments_)
    if (segment->entry().file == file) return segment.get();
  return nullptr;
}

void VectorIndex::EndNewest(std::string_view label, uint64_t commit) {
  const auto known = newest_.find(label);
  if (known == newest_.end()) return;
  const Place place = known->second;
  if (place.file == 0) {
    tail_->End(place.row - tail_begin_, commit);
  } else {
    Find(place.file)->End(static_cast<uint32_t>(place.row), commit);
  }
  newest_.erase(known);
}

absl::Status VectorIndex::SetNewest(std::string_view label, Place place) {
  if (memory_ != nullptr &&
      (newest_.size() + 1) * kLabelBytes > newest_memory_.bytes()) {
    const size_t bytes =
        (newest_.size() + newest_.size() / 2 + kReserveLabels) * kLabelBytes;
    if (newest_memory_.bytes() == 0) {
      SKG_ASSIGN_OR_RETURN(newest_memory_,
                           memory_->Reserve("vector index", bytes));
    } else {
      SKG_RETURN_IF_ERROR(newest_memory_.Resize(bytes));
    }
  }
  newest_[std::string(label)] = place;
  return absl::OkStatus();
}

absl::Status VectorIndex::Apply(const TailRow& row,
                                std::span<const float> vector) {
  last_event_ = std::max(last_event_, row.commit);
  EndNewest(row.label, row.commit);
  if (row.removed) return absl::OkStatus();
  const Place place{0, tail_begin_ + tail_->size()};
  SKG_RETURN_IF_ERROR(tail_->Add(row.label, row.commit, vector));
  return SetNewest(row.label, place);
}

absl::Status VectorIndex::ReadTail(const Source& source) {
  const storage::KvStore& kv = graph_.state().kv;
  const uint32_t graph = graph_.description().number;
  const storage::KvSnapshot* at = source.at;
  const uint32_t index = definition_.number;
  const size_t label_bytes = LabelBytes(definition_.options);
  const auto rows = kv.NewIterator(
      storage::Family::kVectors,
      {.snapshot = at,
       .lower = TailKey(graph, index, loaded_commit_ + 1, {}),
       .upper = storage::PrefixEnd(IndexPrefix(graph, kTailKind, index))});
  rows->SeekToFirst();
  while (rows->Valid()) {
    std::vector<std::string> keys, values, vector_keys;
    for (; rows->Valid() && keys.size() < kReadRows; rows->Next()) {
      keys.emplace_back(rows->key());
      values.emplace_back(rows->value());
      SKG_ASSIGN_OR_RETURN(
          const TailRow row,
          ReadTailRow(keys.back(), values.back(), label_bytes));
      vector_keys.push_back(VectorKey(graph, index, row.label, row.commit));
    }
    SKG_ASSIGN_OR_RETURN(
        const auto vectors,
        kv.MultiGet(storage::Family::kVectors, vector_keys, at));
    for (size_t i = 0; i < keys.size(); ++i) {
      SKG_ASSIGN_OR_RETURN(const TailRow row,
                           ReadTailRow(keys[i], values[i], label_bytes));
      std::vector<float> vector;
      if (!row.removed) {
        if (!vectors[i])
          return absl::DataLossError("a vector of an index is missing");
        SKG_ASSIGN_OR_RETURN(
            vector, DecodeVector(*vectors[i], definition_.options.dimension));
        SKG_ASSIGN_OR_RETURN(vector,
                             AcceptVector(vector, definition_.options.dimension,
                                          definition_.options.metric));
      }
      SKG_RETURN_IF_ERROR(Apply(row, vector));
    }
  }
  return rows->status();
}

void VectorIndex::Forget() {
  segments_.clear();
  newest_.clear();
  newest_memory_ = MemoryReservation();
  tail_ = std::make_unique<VectorTail>(definition_.options, memory_);
  tail_begin_ = loaded_commit_ = last_event_ = 0;
  opened_ = false;
}

absl::Status VectorIndex::Load(const Source& source) {
  if (!opened_) {
    SKG_RETURN_IF_ERROR(OpenSegments(source));
    opened_ = true;
    ++times_opened_;
  }
  return ReadTail(source);
}

absl::StatusOr<bool> VectorIndex::Knows(const storage::KvSnapshot* at) const {
  std::string value;
  return graph_.state().kv.Get(
      storage::Family::kVectors,
      DefinitionKey(graph_.description().number, definition_.number), &value,
      at);
}

absl::StatusOr<VectorIndex::Source> VectorIndex::Present() const {
  const storage::KvStore& kv = graph_.state().kv;
  Source source;
  source.owned = kv.NewSnapshot();
  source.at = source.owned.get();
  std::string value;
  SKG_ASSIGN_OR_RETURN(
      const bool found,
      kv.Get(storage::Family::kStats,
             storage::HeadKey(graph_.description().number), &value, source.at));
  if (!found) return source;
  SKG_ASSIGN_OR_RETURN(const storage::Head head, storage::DecodeHead(value));
  source.commit = head.last_commit;
  return source;
}

absl::Status VectorIndex::CatchUp(const storage::ReadView& view) {
  const uint64_t commit = view.commit();
  {
    const std::shared_lock lock(mutex_);
    if (opened_ && loaded_commit_ >= commit) return absl::OkStatus();
  }
  const std::unique_lock lock(mutex_);
  if (opened_ && loaded_commit_ >= commit) return absl::OkStatus();
  SKG_ASSIGN_OR_RETURN(Source source, Present());
  SKG_ASSIGN_OR_RETURN(const bool known, Knows(source.at));
  if (!known) source = {view.snapshot()->kv(), commit, nullptr};
  dropped_ = !known;
  if (const absl::Status status = Load(source); !status.ok()) {
    // Half a commit would be wrong: begin anew next time.
    Forget();
    return status;
  }
  loaded_commit_ = std::max(loaded_commit_, source.commit);
  return absl::OkStatus();
}

void VectorIndex::TellIfLarge() const {
  if (!wants_seal_) return;
  {
    const std::shared_lock lock(mutex_);
    if (dropped_ || tail_->size() < kSealRows) return;
  }
  wants_seal_();
}

RowSet VectorIndex::AllowedIn(const OpenSegment& segment, uint64_t commit,
                              const std::vector<TermId>& allowed) const {
  RowSet rows;
  rows.words.resize((size_t{segment.segment().rows()} + 63) / 64);
  if (commit >= last_event_ && allowed.size() < segment.live().count) {
    for (const TermId node : allowed) {
      const auto known = newest_.find(NodeLabel(node));
      if (known != newest_.end() &&
          known->second.file == segment.entry().file) {
        rows.Set(static_cast<uint32_t>(known->second.row));
      }
    }
    return rows;
  }
  const RowSet visible = segment.VisibleAt(commit);
  for (uint32_t row = 0; row < segment.segment().rows(); ++row) {
    if (visible.view().Has(row) &&
        std::binary_search(allowed.begin(), allowed.end(),
                           NodeOf(segment.label(row)))) {
      rows.Set(row);
    }
  }
  return rows;
}

absl::Status VectorIndex::FindInSegment(const OpenSegment& segment,
                                        uint64_t commit, size_t k,
                                        const Query& query,
                                        std::vector<VectorMatch>& found) const {
  SegmentSearch search;
  search.k = k;
  search.ef = query.ef == 0 ? 0 : std::max<size_t>(query.ef, k);
  search.cancellation = query.cancellation;
  RowSet made;
  const RowSet* rows = &segment.live();
  if (query.allowed != nullptr) {
    made = AllowedIn(segment, commit, *query.allowed);
    rows = &made;
  } else if (commit < last_event_) {
    made = segment.VisibleAt(commit);
    rows = &made;
  }
  if (rows->count == 0) return absl::OkStatus();
  const AllowedRows allowed = rows->view();
  if (rows->count < segment.segment().rows()) search.allowed = &allowed;
  SKG_ASSIGN_OR_RETURN(const std::vector<Hit> hits,
                       segment.segment().Search(query.vector, search));
  for (const Hit& hit : hits) {
    found.push_back({std::string(segment.label(hit.row)), hit.score,
                     segment.segment().from_commit(hit.row)});
  }
  return absl::OkStatus();
}

absl::Status VectorIndex::Find(uint64_t commit, size_t k,
                               std::span<const float> accepted,
                               const Query& query,
                               std::vector<VectorMatch>& found) const {
  VectorTail::Search search;
  search.query = accepted.data();
  search.k = k;
  search.commit = commit;
  search.cancellation = query.cancellation;
  if (query.allowed != nullptr) {
    search.allowed = [&](std::string_view label) {
      return std::binary_search(query.allowed->begin(), query.allowed->end(),
                                NodeOf(label));
    };
  }
  {
    const std::shared_lock lock(mutex_);
    SKG_RETURN_IF_ERROR(tail_->Find(search, found));
    for (const auto& segment : segments_)
      SKG_RETURN_IF_ERROR(FindInSegment(*segment, commit, k, query, found));
  }
  const size_t kept = std::min(k, found.size());
  std::partial_sort(found.begin(), found.begin() + static_cast<ptrdiff_t>(kept),
                    found.end(), Better);
  found.resize(kept);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<VectorMatch>> VectorIndex::Search(
    const storage::ReadView& view, const Query& query) {
  SKG_ASSIGN_OR_RETURN(const std::vector<float> accepted,
                       AcceptVector(query.vector, definition_.options.dimension,
                                    definition_.options.metric));
  SKG_RETURN_IF_ERROR(CatchUp(view));
  TellIfLarge();
  std::vector<VectorMatch> found;
  absl::flat_hash_set<std::string> checked;
  for (size_t k = query.k;; k *= 4) {
    std::vector<VectorMatch> best;
    SKG_RETURN_IF_ERROR(Find(view.commit(), k, accepted, query, best));
    const bool all = best.size() < k;
    for (VectorMatch& match : best) {
      if (found.size() == query.k || match.score < query.threshold) break;
      if (query.check) {
        if (!checked.insert(match.label).second) continue;
        SKG_ASSIGN_OR_RETURN(const bool passes, query.check(match.label));
        if (!passes) continue;
      }
      found.push_back(std::move(match));
    }
    if (all || found.size() == query.k ||
        (!best.empty() && best.back().score < query.threshold) ||
        !query.check) {
      std::sort(found.begin(), found.end(), Better);
      return found;
    }
  }
}

absl::StatusOr<VectorIndex::Figures> VectorIndex::figures() {
  SKG_ASSIGN_OR_RETURN(const storage::ReadView view, graph_.Latest());
  SKG_RETURN_IF_ERROR(CatchUp(view));
  const std::shared_lock lock(mutex_);
  Figures figures;
  figures.vectors = newest_.size();
  figures.tail_rows = tail_->size();
  figures.segments = segments_.size();
  figures.memory_bytes = tail_->memory_bytes() + newest_memory_.bytes();
  for (const auto& segment : segments_) {
    figures.sealed_rows += segment->segment().rows();
    figures.file_bytes += segment->segment().file_bytes();
  }
  return figures;
}

}  // namespace skg::vector
