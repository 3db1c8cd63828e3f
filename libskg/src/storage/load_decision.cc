#include "storage/load_decision.h"

#include <algorithm>
#include <utility>

#include "base/status.h"
#include "storage/record_content.h"

namespace skg::storage {

namespace {

constexpr size_t kFewEdges = 8;

}  // namespace

void LoadDecision::Begin(const std::vector<StatementRow>& stored) {
  stored_ = &stored;
  edges_.clear();
  places_.clear();
  live_ = stored.size();
  removals_ = 0;
}

LoadedEdge& LoadDecision::EdgeOf(uint32_t number) {
  const auto known = [&]() -> LoadedEdge* {
    if (edges_.size() > kFewEdges) {
      const auto place = places_.find(number);
      return place == places_.end() ? nullptr : &edges_[place->second];
    }
    for (LoadedEdge& edge : edges_) {
      if (edge.number == number) return &edge;
    }
    return nullptr;
  };
  LoadedEdge* edge = known();
  if (edge == nullptr) {
    edge = &edges_.emplace_back();
    edge->number = number;
    const auto stored = std::lower_bound(
        stored_->begin(), stored_->end(), number,
        [](const StatementRow& row, uint32_t n) { return row.key.edge < n; });
    if (stored != stored_->end() && stored->key.edge == number) {
      edge->stored = &*stored;
      edge->live = true;
      edge->weight = stored->weight;
    }
    if (edges_.size() == kFewEdges + 1) {
      for (size_t i = 0; i < edges_.size(); ++i) places_[edges_[i].number] = i;
    } else if (edges_.size() > kFewEdges) {
      places_[number] = edges_.size() - 1;
    }
  }
  if (edge->removals < removals_) {
    edge->removals = removals_;
    edge->live = false;
    edge->changed = edge->created = true;
  }
  return *edge;
}

void LoadDecision::ApplyPlain(uint64_t times) {
  if (times == 0) return;
  LoadedEdge& edge = EdgeOf(0);
  if (!edge.live) {
    ++result_.inserted;
    --times;
    ++live_;
    edge.live = edge.changed = edge.created = true;
    edge.weight = 1.0f;
    edge.record = nullptr;
  }
  result_.duplicates += times;
}

absl::Status LoadDecision::Apply(const FullRow& row) {
  if (row.kind == WriteOperation::Kind::kRemoveTriple) {
    ++(live_ > 0 ? result_.removed : result_.absent);
    // Edges hear of it when they are looked at next.
    if (live_ > 0) ++removals_;
    live_ = 0;
    return absl::OkStatus();
  }
  LoadedEdge& edge = EdgeOf(row.edge);
  if (row.kind != WriteOperation::Kind::kRemove) return Add(row, edge);
  ++(edge.live ? result_.removed : result_.absent);
  if (!edge.live) return absl::OkStatus();
  --live_;
  edge.live = false;
  edge.changed = edge.created = true;
  return absl::OkStatus();
}

absl::Status LoadDecision::Add(const FullRow& row, LoadedEdge& edge) {
  if (edge.live && row.kind == WriteOperation::Kind::kAddIfAbsent) {
    ++result_.duplicates;
    return absl::OkStatus();
  }
  std::shared_ptr<const Record> wanted;
  if (row.record != 0) {
    SKG_ASSIGN_OR_RETURN(Record record, records_.Read(row.record));
    wanted = std::make_shared<const Record>(std::move(record));
  }
  if (edge.live) {
    SKG_RETURN_IF_ERROR(LoadRecord(edge));
    if (edge.weight == row.weight &&
        SameContent(edge.record.get(), wanted.get())) {
      ++result_.duplicates;
      return absl::OkStatus();
    }
  }
  ++(edge.live ? result_.replaced : result_.inserted);
  if (!edge.live) {
    ++live_;
    edge.created = true;
  }
  edge.live = edge.changed = true;
  edge.weight = row.weight;
  edge.record = std::move(wanted);
  edge.id = row.id;
  return absl::OkStatus();
}

absl::Status LoadDecision::LoadRecord(LoadedEdge& edge) const {
  if (edge.changed || edge.stored == nullptr || !edge.stored->has_record ||
      edge.stored_created) {
    return absl::OkStatus();
  }
  SKG_ASSIGN_OR_RETURN(Record record, read_record_(*edge.stored));
  edge.stored_created = record.created_commit;
  edge.record = std::make_shared<const Record>(std::move(record));
  return absl::OkStatus();
}

const std::vector<LoadedEdge>& LoadDecision::Finish() {
  if (removals_ > 0) {
    for (const StatementRow& row : *stored_) EdgeOf(row.key.edge);
    for (const LoadedEdge& edge : edges_) {
      if (edge.removals < removals_) EdgeOf(edge.number);
    }
  }
  std::sort(edges_.begin(), edges_.end(),
            [](const LoadedEdge& a, const LoadedEdge& b) {
              return a.number < b.number;
            });
  return edges_;
}

}  // namespace skg::storage
