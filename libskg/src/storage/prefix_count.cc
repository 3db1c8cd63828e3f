#include "storage/prefix_count.h"

#include <algorithm>
#include <array>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "base/status.h"
#include "storage/pending_clears.h"
#include "storage/row_source.h"
#include "storage/run.h"
#include "storage/scan.h"

namespace skg::storage {

namespace {

constexpr uint64_t kCheckEvery = 4096;

struct Sums {
  int64_t statements = 0, triples = 0;
  ReadCounters counters;
};

RowKey FirstOf(const CountedRows& rows) {
  RowKey key;
  key.terms = rows.prefix.terms;
  if (rows.next) key.terms[rows.prefix.count] = rows.next->first.bits;
  key.commit = UINT64_MAX;
  return key;
}

RowKey LastOf(const CountedRows& rows) {
  RowKey key;
  key.terms.fill(UINT64_MAX);
  std::copy_n(rows.prefix.terms.begin(), rows.prefix.count, key.terms.begin());
  if (rows.next) key.terms[rows.prefix.count] = rows.next->last.bits;
  key.edge = UINT32_MAX;
  return key;
}

// Those of a block that a view at `commit` sees.
absl::Status AddBlock(const Run& run, IndexOrder order, const Fences& fences,
                      size_t number, const Snapshot& snapshot,
                      const CountedRows& rows, Sums& sums) {
  SKG_ASSIGN_OR_RETURN(const auto block,
                       run.Block(order, fences, number, snapshot.kv()));
  ++sums.counters.blocks_read;
  const BlockView& view = block->view();
  BlockView::Range range = view.All();
  const size_t place = rows.prefix.count;
  for (size_t i = 0; i < place && !range.empty(); ++i)
    range = view.Narrow(i, TermId{rows.prefix.terms[i]}, range);
  if (rows.next && !range.empty()) {
    range.begin = view.Narrow(place, rows.next->first, range).begin;
    range.end = view.Narrow(place, rows.next->last, range).end;
  }
  if (range.empty()) return absl::OkStatus();
  constexpr size_t kRoom = kBlockRows + BlockView::kSpareRoom;
  int64_t signs[kRoom], triple_signs[kRoom];
  uint64_t commits[kRoom], ends[kRoom];
  view.Signs(range, signs);
  view.TripleSigns(range, triple_signs);
  view.Commits(range, commits);
  view.Ends(range, ends);
  const uint64_t now = snapshot.commit();
  for (size_t i = 0; i < range.size(); ++i) {
    const uint64_t commit = commits[i] != 0 ? commits[i] : run.info().commit;
    if (commit > now || ends[i] <= now) continue;
    sums.statements += signs[i];
    sums.triples += triple_signs[i];
  }
  return absl::OkStatus();
}

absl::Status AddRun(const Run& run, IndexOrder order, const Snapshot& snapshot,
                    const CountedRows& rows, const Cancellation* cancellation,
                    Sums& sums) {
  if (const auto hash = FilterHashOf(order, rows.prefix)) {
    SKG_ASSIGN_OR_RETURN(const bool excluded,
                         run.Excludes(*hash, snapshot.kv()));
    if (excluded) return absl::OkStatus();
  }
  SKG_ASSIGN_OR_RETURN(const Fences* fences,
                       run.FencesOf(order, snapshot.kv()));
  if (fences->size() == 0) return absl::OkStatus();
  // Blocks first to last may hold such rows; those between them hold nothing
  // else.
  const size_t first = fences->Find(FirstOf(rows));
  const size_t last = fences->Find(LastOf(rows));
  const RunInfo& info = run.info();
  const bool whole = !info.history && info.max_commit <= snapshot.commit();
  if (whole && last > first + 1) {
    sums.counters.blocks_skipped += last - first - 1;
    const auto from = fences->Before(first + 1), to = fences->Before(last);
    sums.statements += to.statements_before - from.statements_before;
    sums.triples += to.triples_before - from.triples_before;
  }
  for (size_t block = first; block <= last; ++block) {
    if (whole && block > first) block = last;
    if (cancellation != nullptr) SKG_RETURN_IF_ERROR(cancellation->Check());
    SKG_RETURN_IF_ERROR(
        AddBlock(run, order, *fences, block, snapshot, rows, sums));
  }
  return absl::OkStatus();
}

// Less those that clears took which the run's rows do not have. What a view
// sees under a prefix of the orders that end with the named graph, a graph has
// of it under its own prefix of those that begin with it.
absl::Status AddClearedRun(const Run& run, const RunInfo& info,
                           ClearMarks clears, IndexOrder order,
                           const Snapshot& snapshot, const CountedRows& rows,
                           const Cancellation* cancellation, Sums& sums) {
  const TermPrefix& prefix = rows.prefix;
  if (EndOfRun(clears, info) != UINT64_MAX) return absl::OkStatus();
  const size_t place = GraphPlace(order);
  if (place < prefix.count) {
    if (LastClear(clears, TermId{prefix.terms[place]}) != 0)
      return absl::OkStatus();
    return AddRun(run, order, snapshot, rows, cancellation, sums);
  }
  // Without a prefix an order that begins with the graph has them all.
  const bool all_named =
      std::any_of(clears.begin(), clears.end(), [](const ClearMark& mark) {
        return mark.scope.scope == GraphScope::kNamed;
      });
  if (all_named && place != 0) return absl::OkStatus();
  const auto other = [order](bool named) {
    return static_cast<IndexOrder>(static_cast<size_t>(order) %
                                       kDefaultGraphOrders +
                                   (named ? kDefaultGraphOrders : 0));
  };
  Sums gone;
  if (all_named) {
    SKG_RETURN_IF_ERROR(
        AddRun(run, other(true), snapshot, CountedRows(), cancellation, gone));
  }
  absl::flat_hash_set<TermId> graphs;
  for (const ClearMark& mark : clears) {
    if (mark.scope.scope == GraphScope::kOne && !all_named)
      graphs.insert(mark.scope.graph);
    if (mark.scope.scope == GraphScope::kDefault && place == 0)
      graphs.insert(TermId());
  }
  for (const TermId graph : graphs) {
    CountedRows within{{}, rows.next};
    within.prefix.Add(graph);
    for (size_t i = 0; i < prefix.count; ++i)
      within.prefix.Add(TermId{prefix.terms[i]});
    SKG_RETURN_IF_ERROR(
        AddRun(run, other(false), snapshot, within, cancellation, gone));
  }
  SKG_RETURN_IF_ERROR(AddRun(run, order, snapshot, rows, cancellation, sums));
  sums.statements -= gone.statements;
  sums.triples -= gone.triples;
  sums.counters.blocks_read += gone.counters.blocks_read;
  sums.counters.blocks_skipped += gone.counters.blocks_skipped;
  return absl::OkStatus();
}

absl::Status AddEpoch(uint32_t epoch, IndexOrder order,
                      const Snapshot& snapshot, const CountedRows& counted,
                      const Cancellation* cancellation, Sums& sums) {
  const auto rows = MakeDeltaSource(
      snapshot.graph().kv, snapshot.kv(), snapshot.graph().description.number,
      epoch, order, counted.prefix, snapshot.manifest().clears);
  if (counted.next) rows->Seek(FirstOf(counted).terms);
  const std::array<uint64_t, 4> last = LastOf(counted).terms;
  for (uint64_t n = 1; rows->valid() && rows->key().terms <= last;
       rows->Next(), ++n) {
    if (n % kCheckEvery == 0 && cancellation != nullptr)
      SKG_RETURN_IF_ERROR(cancellation->Check());
    if (rows->key().commit > snapshot.commit()) continue;
    const RowValue value = rows->value();
    if (value.end <= snapshot.commit()) continue;
    sums.statements += value.sign;
    sums.triples += value.triple_sign;
  }
  return rows->status();
}

}  // namespace

absl::StatusOr<Counts> CountPrefix(const Snapshot& snapshot, IndexOrder order,
                                   const CountedRows& rows,
                                   const Cancellation* cancellation,
                                   ReadCounters* counters) {
  Sums sums;
  for (const Epoch& epoch : snapshot.manifest().epochs) {
    if (snapshot.head().delta_rows == 0) break;
    SKG_RETURN_IF_ERROR(
        AddEpoch(epoch.number, order, snapshot, rows, cancellation, sums));
  }
  const Manifest& manifest = snapshot.manifest();
  for (size_t i = 0; i < manifest.runs.size(); ++i) {
    const Run& run = *snapshot.runs()[i];
    const RunInfo& info = manifest.runs[i];
    if (info.min_commit > snapshot.commit() ||
        info.max_end <= snapshot.commit()) {
      continue;
    }
    const std::vector<ClearMark> clears =
        PendingClears(manifest, info, snapshot.commit());
    SKG_RETURN_IF_ERROR(
        clears.empty() ? AddRun(run, order, snapshot, rows, cancellation, sums)
                       : AddClearedRun(run, info, clears, order, snapshot, rows,
                                       cancellation, sums));
  }
  if (counters != nullptr) {
    counters->blocks_read += sums.counters.blocks_read;
    counters->blocks_skipped += sums.counters.blocks_skipped;
  }
  if (sums.statements < 0 || sums.triples < 0) {
    return absl::DataLossError("the signs under a key prefix sum below zero");
  }
  return Counts{static_cast<uint64_t>(sums.statements),
                static_cast<uint64_t>(sums.triples)};
}

absl::StatusOr<Counts> CountPattern(const Snapshot& snapshot,
                                    const ScanPattern& pattern, TermOrder order,
                                    const std::optional<TermRange>& next,
                                    const Cancellation* cancellation,
                                    ReadCounters* counters) {
  Counts counts;
  for (const OrderPrefix& part : PrefixesOf(pattern, order)) {
    SKG_ASSIGN_OR_RETURN(const Counts more,
                         CountPrefix(snapshot, part.order, {part.prefix, next},
                                     cancellation, counters));
    counts.statements += more.statements;
    counts.triples += more.triples;
  }
  return counts;
}

}  // namespace skg::storage
