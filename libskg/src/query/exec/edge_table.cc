#include "query/exec/edge_table.h"

#include <algorithm>
#include <utility>

#include "base/status.h"
#include "query/exec/triple_cursor.h"

namespace skg::query::exec {
namespace {

// Opening a scan costs about as much as reading this many rows of one.
constexpr uint64_t kRowsPerScan = 64;
// Of a link that is held: its pair while it is read, its target after.
constexpr size_t kBytesPerLink = 24;
constexpr size_t kBytesPerNode = 40;

}  // namespace

absl::Status EdgeTable::Add(rdf::TermId node,
                            std::vector<rdf::TermId>* neighbours) {
  if (!loaded_ && cost_ >= try_at_) SKG_RETURN_IF_ERROR(MaybeLoad());
  if (!loaded_) return Scan(node, neighbours);
  const auto found = numbers_.find(node);
  if (found == numbers_.end()) return absl::OkStatus();
  for (uint64_t i = first_[found->second]; i < first_[found->second + 1]; ++i) {
    SKG_RETURN_IF_ERROR(context_.Tick());
    neighbours->push_back(targets_[i]);
  }
  return absl::OkStatus();
}

absl::Status EdgeTable::Scan(rdf::TermId node,
                             std::vector<rdf::TermId>* neighbours) {
  SKG_RETURN_IF_ERROR(context_.Check());
  TriplePlaces places;
  places.predicate = predicate_;
  (forward_ ? places.subject : places.object) = node;
  SKG_ASSIGN_OR_RETURN(
      const TripleCursor cursor,
      OpenTriples(context_, graph_, places,
                  NaturalOrder(forward_, true, !forward_), counters_));
  cost_ += kRowsPerScan;
  if (cursor.rows == nullptr) return absl::OkStatus();
  for (;;) {
    SKG_ASSIGN_OR_RETURN(const bool more, cursor.rows->Next(batch_));
    if (!more) return absl::OkStatus();
    cost_ += batch_.size();
    const auto& column = forward_ ? batch_.object : batch_.subject;
    neighbours->insert(neighbours->end(), column.begin(), column.end());
  }
}

absl::Status EdgeTable::MaybeLoad() {
  storage::ScanPattern pattern;
  pattern.predicate = predicate_;
  pattern.scope = storage::GraphScope::kUnion;  // known without reading
  SKG_ASSIGN_OR_RETURN(
      const storage::Counts counts,
      context_.view.Count(pattern, context_.options.cancellation));
  // More than there are in one graph, at most.
  try_at_ = std::max(2 * cost_, counts.statements);
  const size_t bytes = counts.statements * (kBytesPerLink + kBytesPerNode);
  if (cost_ < counts.statements || bytes > context_.memory.free_bytes() / 2)
    return absl::OkStatus();
  return Load();
}

absl::Status EdgeTable::Load() {
  TriplePlaces places;
  places.predicate = predicate_;
  SKG_ASSIGN_OR_RETURN(const TripleCursor cursor,
                       OpenTriples(context_, graph_, places,
                                   storage::TermOrder::kPos, counters_));
  loaded_ = true;
  std::vector<std::pair<uint32_t, rdf::TermId>> links;
  storage::StatementBatch batch;
  while (cursor.rows != nullptr) {
    SKG_ASSIGN_OR_RETURN(const bool more, cursor.rows->Next(batch));
    if (!more) break;
    SKG_RETURN_IF_ERROR(charge_.Add(batch.size() * kBytesPerLink));
    for (size_t i = 0; i < batch.size(); ++i) {
      const rdf::TermId from = forward_ ? batch.subject[i] : batch.object[i];
      const rdf::TermId to = forward_ ? batch.object[i] : batch.subject[i];
      const auto [at, is_new] =
          numbers_.try_emplace(from, static_cast<uint32_t>(numbers_.size()));
      if (is_new) SKG_RETURN_IF_ERROR(charge_.Add(kBytesPerNode));
      links.emplace_back(at->second, to);
    }
  }
  // Counted, then laid into place.
  first_.assign(numbers_.size() + 2, 0);
  for (const auto& [from, to] : links) ++first_[from + 2];
  for (size_t i = 2; i < first_.size(); ++i) first_[i] += first_[i - 1];
  targets_.resize(links.size());
  for (const auto& [from, to] : links) {
    SKG_RETURN_IF_ERROR(context_.Tick());
    targets_[first_[from + 1]++] = to;
  }
  charge_.Release(links.size() * (kBytesPerLink - sizeof(rdf::TermId)));
  return absl::OkStatus();
}

}  // namespace skg::query::exec
