#include "storage/pending_clears.h"

#include <algorithm>

#include "base/status.h"
#include "storage/commit_queue.h"
#include "storage/fold.h"
#include "storage/run.h"

namespace skg::storage {

namespace {

// So many clears are worth rewriting runs, however few rows they took.
constexpr size_t kManyClears = 32;
// Else one row in so many that are read for nothing is.
constexpr uint64_t kWastedShare = 8;

bool Pending(const ClearMark& mark, const RunInfo& run) {
  return run.clears_written < mark.commit && run.max_commit < mark.commit &&
         run.max_end > mark.commit;
}

bool PendingInDelta(const ClearMark& mark, const Manifest& manifest,
                    uint64_t delta_rows) {
  return delta_rows > 0 && manifest.epochs.front().since < mark.commit;
}

// Whether the run has rows of one graph.
absl::StatusOr<bool> HoldsGraph(const Run& run, TermId graph,
                                const KvSnapshot* snapshot) {
  SKG_ASSIGN_OR_RETURN(const Fences* fences,
                       run.FencesOf(IndexOrder::kGspo, snapshot));
  if (fences->size() == 0) return false;
  RowKey from;
  from.terms[0] = graph.bits;
  from.commit = UINT64_MAX;
  const size_t block = fences->Find(from);
  if (block + 1 < fences->size() &&
      fences->first(block + 1).terms[0] == graph.bits) {
    return true;
  }
  SKG_ASSIGN_OR_RETURN(const auto opened,
                       run.Block(IndexOrder::kGspo, *fences, block, snapshot));
  const BlockView& view = opened->view();
  return !view.Narrow(0, graph, view.All()).empty();
}

absl::StatusOr<bool> HoldsCleared(const Run& run, const RunInfo& info,
                                  ClearMarks pending,
                                  const KvSnapshot* snapshot) {
  for (const ClearMark& mark : pending) {
    bool holds = true;
    if (mark.scope.scope == GraphScope::kNamed) {
      holds = info.named_rows > 0;
    } else if (mark.scope.scope == GraphScope::kDefault) {
      holds = info.named_rows < info.rows;
    } else if (mark.scope.scope == GraphScope::kOne) {
      SKG_ASSIGN_OR_RETURN(holds, HoldsGraph(run, mark.scope.graph, snapshot));
    }
    if (holds) return true;
  }
  return false;
}

// Without rewriting: runs that clears took whole, and those that hold nothing
// of what clears took. Gives the runs that must be rewritten.
absl::StatusOr<std::vector<uint32_t>> WriteWithoutRows(GraphState& graph) {
  SKG_ASSIGN_OR_RETURN(const auto snapshot, graph.TakeSnapshot());
  const Manifest& now = snapshot->manifest();
  std::vector<uint32_t> untouched, rewritten;
  for (size_t i = 0; i < now.runs.size(); ++i) {
    std::vector<ClearMark> pending = PendingClears(now, now.runs[i]);
    if (pending.empty()) continue;
    // A clear that takes all of the run needs no row; one before it may.
    const uint64_t end = EndOfRun(pending, now.runs[i]);
    std::erase_if(pending,
                  [end](const ClearMark& mark) { return mark.commit >= end; });
    SKG_ASSIGN_OR_RETURN(const bool holds,
                         HoldsCleared(*snapshot->runs()[i], now.runs[i],
                                      pending, snapshot->kv()));
    (holds ? rewritten : untouched).push_back(now.runs[i].number);
  }
  SKG_RETURN_IF_ERROR(
      graph.queue().EditManifest([&](Manifest& manifest, Head& head, KvBatch&) {
        EndClearedRuns(manifest);
        for (RunInfo& info : manifest.runs) {
          if (std::find(untouched.begin(), untouched.end(), info.number) !=
              untouched.end()) {
            info.clears_written = snapshot->commit();
          }
        }
        DropWrittenClears(manifest, head.delta_rows);
        return absl::OkStatus();
      }));
  return rewritten;
}

}  // namespace

std::vector<ClearMark> PendingClears(const Manifest& manifest,
                                     const RunInfo& run, uint64_t upto) {
  std::vector<ClearMark> pending;
  for (const ClearMark& mark : manifest.clears) {
    if (mark.commit <= upto && Pending(mark, run)) pending.push_back(mark);
  }
  return pending;
}

uint64_t EndOfRun(ClearMarks pending, const RunInfo& run) {
  for (const ClearMark& mark : pending) {
    const GraphScope scope = mark.scope.scope;
    if (scope == GraphScope::kUnion ||
        (scope == GraphScope::kDefault && run.named_rows == 0) ||
        (scope == GraphScope::kNamed && run.named_rows == run.rows)) {
      return mark.commit;
    }
  }
  return UINT64_MAX;
}

void EndClearedRuns(Manifest& manifest) {
  for (RunInfo& run : manifest.runs) {
    const uint64_t end = EndOfRun(PendingClears(manifest, run), run);
    if (end == UINT64_MAX) continue;
    run.max_end = std::min(run.max_end, end);
    run.history = true;
  }
}

void DropWrittenClears(Manifest& manifest, uint64_t delta_rows) {
  std::erase_if(manifest.clears, [&](const ClearMark& mark) {
    return !PendingInDelta(mark, manifest, delta_rows) &&
           std::none_of(manifest.runs.begin(), manifest.runs.end(),
                        [&](const RunInfo& run) { return Pending(mark, run); });
  });
  if (!manifest.clears.empty()) return;
  for (RunInfo& run : manifest.runs) run.clears_written = 0;
}

bool WantsClearsWritten(const Manifest& manifest, uint64_t delta_rows) {
  if (manifest.clears.empty()) return false;
  if (manifest.clears.size() >= kManyClears) return true;
  uint64_t rows = 0, wasted = 0;
  for (const ClearMark& mark : manifest.clears) wasted += mark.statements;
  if (PendingInDelta(manifest.clears.back(), manifest, delta_rows))
    rows += delta_rows;
  for (const RunInfo& run : manifest.runs) {
    if (Pending(manifest.clears.back(), run)) rows += run.rows;
  }
  return wasted * kWastedShare >= rows;
}

absl::Status WriteClears(GraphState& graph, const Cancellation* cancellation) {
  SKG_ASSIGN_OR_RETURN(const auto snapshot, graph.TakeSnapshot());
  const Manifest& before = snapshot->manifest();
  if (before.clears.empty()) return absl::OkStatus();
  if (PendingInDelta(before.clears.back(), before,
                     snapshot->head().delta_rows)) {
    SKG_RETURN_IF_ERROR(FoldDelta(graph, cancellation));
  }
  SKG_ASSIGN_OR_RETURN(const std::vector<uint32_t> runs,
                       WriteWithoutRows(graph));
  for (const uint32_t run : runs)
    SKG_RETURN_IF_ERROR(MergeRuns(graph, {run}, cancellation));
  return absl::OkStatus();
}

}  // namespace skg::storage
