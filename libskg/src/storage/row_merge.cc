#include "storage/row_merge.h"

#include <utility>

namespace skg::storage {

RowMerge::RowMerge(const std::vector<std::unique_ptr<RowSource>>& sources)
    : nodes_(sources.size()) {
  sources_.reserve(sources.size());
  for (const auto& source : sources) sources_.push_back(source.get());
  AllMoved();
}

bool RowMerge::Less(size_t a, size_t b) const {
  const RowSource& one = *sources_[a];
  const RowSource& other = *sources_[b];
  if (!one.valid() || !other.valid())
    return one.valid() || (!other.valid() && a < b);
  const RowKey& x = one.key();
  const RowKey& y = other.key();
  if (const auto order = x.CompareStatement(y); order != 0) return order < 0;
  return x.commit != y.commit ? x.commit > y.commit : a < b;
}

void RowMerge::SetTop(size_t winner) {
  nodes_[0] = winner;
  top_ = sources_[winner]->valid() ? sources_[winner] : nullptr;
}

void RowMerge::AllMoved() {
  const size_t size = sources_.size();
  for (const RowSource* source : sources_) {
    if (!source->valid()) status_.Update(source->status());
  }
  if (!status_.ok() || size == 0) {
    top_ = nullptr;
    return;
  }
  // Winners of the matches below each node, leaves behind the nodes.
  std::vector<size_t> winners(2 * size);
  for (size_t leaf = 0; leaf < size; ++leaf) winners[size + leaf] = leaf;
  for (size_t node = size - 1; node > 0; --node) {
    size_t winner = winners[2 * node], loser = winners[2 * node + 1];
    if (Less(loser, winner)) std::swap(winner, loser);
    winners[node] = winner;
    nodes_[node] = loser;
  }
  SetTop(winners[1]);
}

void RowMerge::TopMoved() {
  size_t winner = nodes_[0];
  if (const RowSource& moved = *sources_[winner]; !moved.valid()) {
    status_.Update(moved.status());
    if (!status_.ok()) {
      top_ = nullptr;
      return;
    }
  }
  for (size_t node = (winner + sources_.size()) / 2; node > 0; node /= 2) {
    if (Less(nodes_[node], winner)) std::swap(nodes_[node], winner);
  }
  SetTop(winner);
}

const RowKey* RowMerge::RunnerUp() const {
  // It lost against the winner, on the winner's way to the top.
  size_t best = sources_.size();
  for (size_t node = (nodes_[0] + sources_.size()) / 2; node > 0; node /= 2) {
    if (best == sources_.size() || Less(nodes_[node], best))
      best = nodes_[node];
  }
  if (best == sources_.size() || !sources_[best]->valid()) return nullptr;
  return &sources_[best]->key();
}

}  // namespace skg::storage
