// What a run holds of single statements: filter, fences, one block.
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "storage/run.h"

namespace skg::storage {

namespace {

// Appends the rows of a block of order gspo that have these terms.
void CollectTriple(const BlockView& view, const std::array<uint64_t, 4>& terms,
                   uint64_t run_commit, std::vector<RunRow>* out) {
  // Each column narrows the range that the ones before it left.
  BlockView::Range range = view.All();
  for (size_t place = 0; place < 4 && !range.empty(); ++place)
    range = view.Narrow(place, TermId{terms[place]}, range);
  for (size_t i = range.begin; i < range.end; ++i) {
    out->push_back(view.Row(IndexOrder::kGspo, i));
    if (out->back().commit == 0) out->back().commit = run_commit;
  }
}

}  // namespace

absl::Status Run::Damaged(IndexOrder order, size_t block,
                          std::string_view what) const {
  return absl::DataLossError(absl::StrCat(
      "graph ", graph_, ", run ", info_.number, ", order ",
      static_cast<int>(order), ", block ", block, ": ", std::string(what)));
}

absl::StatusOr<std::shared_ptr<const OpenBlock>> Run::Block(
    IndexOrder order, const Fences& fences, size_t block,
    const KvSnapshot* snapshot) const {
  const BlockPlace place{graph_, info_.number, static_cast<uint32_t>(block),
                         order};
  if (cache_ != nullptr) {
    if (auto cached = cache_->Find(place)) return cached;
  }
  std::string bytes;
  SKG_ASSIGN_OR_RETURN(const bool found, kv_.Get(RunFamily(order),
                                                 BlockKey(graph_, info_.number,
                                                          fences.first(block)),
                                                 &bytes, ShownBy(snapshot)));
  if (!found) return Damaged(order, block, "it is missing");
  auto opened = OpenBlock::Make(std::move(bytes));
  if (!opened.ok()) return Damaged(order, block, sv(opened.status().message()));
  if (cache_ != nullptr) cache_->Insert(place, *opened);
  return opened;
}

std::optional<uint64_t> Run::FilterHash(const StatementKey& pattern) {
  const auto& [graph, subject, predicate, object, edge] = pattern;
  if (subject.bound() && predicate.bound() && object.bound())
    return TripleHash(pattern);
  if (subject.bound()) return TripleHash({graph, subject, TermId{}, TermId{}});
  if (object.bound()) return TripleHash({graph, TermId{}, TermId{}, object});
  return std::nullopt;
}

absl::StatusOr<bool> Run::Excludes(uint64_t hash,
                                   const KvSnapshot* snapshot) const {
  SKG_ASSIGN_OR_RETURN(const RunFilter* filter, Filter(snapshot));
  return !filter->MayHold(hash);
}

absl::Status Run::FindTriple(const StatementKey& triple,
                             const KvSnapshot* snapshot,
                             std::vector<RunRow>* rows) const {
  SKG_ASSIGN_OR_RETURN(const bool excluded,
                       Excludes(TripleHash(triple), snapshot));
  if (excluded) return absl::OkStatus();
  SKG_ASSIGN_OR_RETURN(const Fences* fences,
                       FencesOf(IndexOrder::kGspo, snapshot));
  RowKey from = ToRowKey(triple, IndexOrder::kGspo, UINT64_MAX);
  from.edge = 0;
  for (size_t i = fences->Find(from); i < fences->size(); ++i) {
    if (fences->first(i).terms > from.terms) break;
    SKG_ASSIGN_OR_RETURN(const auto block,
                         Block(IndexOrder::kGspo, *fences, i, snapshot));
    CollectTriple(block->view(), from.terms, info_.commit, rows);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Run::Version>> Run::FindVisible(
    const StatementKey& key, uint64_t hash, uint64_t commit,
    const KvSnapshot* snapshot) const {
  SKG_ASSIGN_OR_RETURN(const bool excluded, Excludes(hash, snapshot));
  if (excluded) return std::optional<Version>();
  SKG_ASSIGN_OR_RETURN(const Fences* fences,
                       FencesOf(IndexOrder::kGspo, snapshot));
  // The newest version up to that commit, or where it would stand.
  const RowKey from = ToRowKey(key, IndexOrder::kGspo, commit);
  for (size_t i = fences->Find(from); i < fences->size(); ++i) {
    const RowKey& first = fences->first(i);
    if (!first.Before(from) && !first.SameStatement(from)) break;
    SKG_ASSIGN_OR_RETURN(const auto block,
                         Block(IndexOrder::kGspo, *fences, i, snapshot));
    const BlockView& view = block->view();
    BlockView::Range range = view.All();
    for (size_t place = 0; place < 4 && !range.empty(); ++place) {
      range = view.Narrow(place, TermId{from.terms[place]}, range);
      if (place == 1 && !range.empty()) view.PrefetchRow(range.begin);
    }
    range = view.NarrowToEdge(key.edge, range);
    for (size_t at = range.begin; at < range.end; ++at) {
      BlockView::RowInfo row = view.Info(at);
      if (row.commit == 0) row.commit = info_.commit;
      if (row.commit > commit || row.end <= commit) continue;
      return Version{row.commit, row.operation, row.weight, row.has_record};
    }
  }
  return std::optional<Version>();
}

}  // namespace skg::storage
