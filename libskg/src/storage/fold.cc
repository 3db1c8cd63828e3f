#include "storage/fold.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <memory>
#include <tuple>
#include <utility>

#include "base/status.h"
#include "storage/commit_queue.h"
#include "storage/pending_clears.h"
#include "storage/row_source.h"
#include "storage/run.h"
#include "storage/version_merge.h"

namespace skg::storage {

namespace {

constexpr size_t kRecordBatchBytes = 1 << 20;
// How often a rewrite tells its progress and asks to write on.
constexpr uint64_t kPausedRows = 1 << 14;

using Sources = std::vector<std::unique_ptr<RowSource>>;

struct Rebuilt {
  RunInfo live, history;
  uint64_t forgotten = 0;  // rows that ended by the horizon
};

// Packs what `sources` gives for each order. On an error the rows that were
// written already are removed again.
class Rebuild {
 public:
  // `rows`: about how many there will be, `named` of them in named graphs (as
  // far as that is known). `progress` may be null.
  Rebuild(GraphState& graph, uint32_t first_run, uint64_t horizon,
          uint64_t rows, uint64_t named, const VersionMergeOptions& options,
          RewriteProgress* progress)
      : graph_(graph),
        horizon_(horizon),
        rows_(rows),
        named_(named),
        options_(options),
        progress_(progress),
        records_(graph.kv.NewBatch()),
        live_(graph.kv, graph.description.number, first_run, false,
              BlocksOf(rows)),
        history_(graph.kv, graph.description.number, first_run + 1, true,
                 BlocksOf(rows)),
        first_run_(first_run) {}

  absl::StatusOr<Rebuilt> Run(
      const std::function<Sources(IndexOrder)>& sources) {
    absl::StatusOr<Rebuilt> built = Build(sources);
    if (!built.ok()) {
      const auto batch = graph_.kv.NewBatch();
      DeleteRun(graph_.description.number, first_run_, *batch);
      DeleteRun(graph_.description.number, first_run_ + 1, *batch);
      // Where this fails the next open does it.
      (void)graph_.kv.Write(*batch, WriteMode::kBuffered);
    }
    return built;
  }

 private:
  // Beyond this, files of their own cost less than the write-ahead log and the
  // buffers; below, they would be many and small.
  static RunBuilder::Blocks BlocksOf(uint64_t rows) {
    constexpr uint64_t kLargeRows = 1 << 20;
    return rows >= kLargeRows ? RunBuilder::Blocks::kInSortedFiles
                              : RunBuilder::Blocks::kInBatches;
  }

  absl::StatusOr<Rebuilt> Build(
      const std::function<Sources(IndexOrder)>& sources) {
    if (progress_ != nullptr) progress_->BeginStep(Total());
    for (size_t i = 0; i < kOrderCount; ++i) {
      const auto order = static_cast<IndexOrder>(i);
      live_.BeginOrder(order);
      history_.BeginOrder(order);
      if (order == IndexOrder::kGspo) named_seen_ = 0;
      SKG_RETURN_IF_ERROR(MergeVersions(
          sources(order), order, options_,
          [&](const RunRow& row) {
            Count(row, order);
            return live_.Add(row);
          },
          [&](const RunRow& row) {
            Count(row, order);
            return row.value.end > horizon_ ? history_.Add(row)
                                            : Forget(row, order);
          }));
      SKG_RETURN_IF_ERROR(live_.FinishOrder());
      SKG_RETURN_IF_ERROR(history_.FinishOrder());
      Pause();
      if (order == IndexOrder::kGspo) {
        named_ = named_seen_;
        if (progress_ != nullptr) progress_->SetStepTotal(Total());
      }
    }
    if (progress_ != nullptr) progress_->EndStep();
    SKG_RETURN_IF_ERROR(DeleteRecords(0));
    Rebuilt built;
    built.forgotten = forgotten_;
    SKG_ASSIGN_OR_RETURN(built.live, live_.Finish());
    SKG_ASSIGN_OR_RETURN(built.history, history_.Finish());
    return built;
  }

  [[nodiscard]] uint64_t Total() const {
    return kDefaultGraphOrders * rows_ +
           (kOrderCount - kDefaultGraphOrders) * named_;
  }

  void Count(const RunRow& row, IndexOrder order) {
    if (order == IndexOrder::kGspo && row.key.graph.bound()) ++named_seen_;
    if (++uncounted_ == kPausedRows) Pause();
  }

  // Between two rows: others' writes may come first.
  void Pause() {
    const uint64_t bytes = live_.bytes() + history_.bytes();
    graph_.kv.AdmitBackgroundWrite(bytes - admitted_bytes_);
    admitted_bytes_ = bytes;
    if (progress_ != nullptr) progress_->Add(uncounted_);
    uncounted_ = 0;
  }

  // No view shows the row any more: its record may go even if the new runs are
  // never published.
  absl::Status Forget(const RunRow& row, IndexOrder order) {
    if (order != IndexOrder::kGspo) return absl::OkStatus();
    ++forgotten_;
    if (!row.value.has_record) return absl::OkStatus();
    records_->Delete(Family::kRecords,
                     RecordKey(graph_.description.number, row.key, row.commit));
    return DeleteRecords(kRecordBatchBytes);
  }

  absl::Status DeleteRecords(size_t limit) {
    if (records_->empty() || records_->size_bytes() < limit)
      return absl::OkStatus();
    SKG_RETURN_IF_ERROR(graph_.kv.Write(*records_, WriteMode::kBuffered));
    records_->Clear();
    return absl::OkStatus();
  }

  GraphState& graph_;
  const uint64_t horizon_;
  const uint64_t rows_;
  uint64_t named_;
  const VersionMergeOptions options_;
  RewriteProgress* const progress_;
  uint64_t named_seen_ = 0;  // in the first order
  uint64_t uncounted_ = 0;   // rows since the last pause
  uint64_t admitted_bytes_ = 0;
  const std::unique_ptr<KvBatch> records_;
  uint64_t forgotten_ = 0;
  RunBuilder live_, history_;
  const uint32_t first_run_;
};

// `snapshot`: what they were built of, with all its clears.
void AddRuns(const Rebuilt& built, const Snapshot& snapshot,
             Manifest& manifest) {
  for (RunInfo run : {built.live, built.history}) {
    run.clears_written = snapshot.commit();
    if (run.rows > 0) manifest.runs.push_back(run);
  }
  std::sort(manifest.runs.begin(), manifest.runs.end(),
            [](const RunInfo& a, const RunInfo& b) {
              return std::tie(a.min_commit, a.number) <
                     std::tie(b.min_commit, b.number);
            });
}

// Takes two run numbers: in the log before the first row that carries one.
absl::StatusOr<uint32_t> TakeRunNumbers(GraphState& graph, bool open_epoch) {
  uint32_t first = 0;
  SKG_RETURN_IF_ERROR(
      graph.queue().EditManifest([&](Manifest& manifest, Head&, KvBatch&) {
        first = manifest.next_run;
        manifest.next_run += 2;
        // The writer knows since when it takes rows.
        if (open_epoch)
          manifest.epochs.push_back({manifest.epochs.back().number + 1, 0});
        return absl::OkStatus();
      }));
  return first;
}

// A remove may be settled only where no row that is not merged with it stands
// between the rows that are: it would come to light again.
bool NoLiveRunWithin(const Manifest& manifest,
                     const std::vector<uint32_t>& except, uint64_t oldest,
                     uint64_t newest) {
  return std::none_of(
      manifest.runs.begin(), manifest.runs.end(), [&](const RunInfo& info) {
        return !info.history && info.min_commit <= newest &&
               info.max_commit >= oldest &&
               std::find(except.begin(), except.end(), info.number) ==
                   except.end();
      });
}

int TierOf(const RunInfo& run) {
  static_assert(kMergeFanIn == 8);
  return static_cast<int>(std::bit_width(run.rows) + 2) / 3;
}

// The first stretch of runs up to this tier, enough of which are of it.
std::vector<uint32_t> NeighboursOf(const std::vector<const RunInfo*>& runs,
                                   int tier) {
  std::vector<uint32_t> neighbours;
  size_t of_tier = 0;
  for (const RunInfo* info : runs) {
    if (TierOf(*info) > tier) {
      if (of_tier >= kMergeFanIn) break;
      neighbours.clear();
      of_tier = 0;
      continue;
    }
    neighbours.push_back(info->number);
    if (TierOf(*info) == tier) ++of_tier;
  }
  return of_tier >= kMergeFanIn ? neighbours : std::vector<uint32_t>();
}

}  // namespace

absl::Status FoldDelta(GraphState& graph, const Cancellation* cancellation,
                       RewriteProgress* progress) {
  SKG_ASSIGN_OR_RETURN(const auto before, graph.TakeSnapshot());
  if (before->head().delta_rows == 0) return absl::OkStatus();
  SKG_ASSIGN_OR_RETURN(const uint32_t first_run,
                       TakeRunNumbers(graph, /*open_epoch=*/true));
  SKG_ASSIGN_OR_RETURN(const auto snapshot, graph.TakeSnapshot());
  std::vector<Epoch> closed = snapshot->manifest().epochs;
  closed.pop_back();

  const uint64_t oldest = closed.front().since + 1;
  const VersionMergeOptions options{
      .settle_removes = NoLiveRunWithin(snapshot->manifest(), {}, oldest,
                                        snapshot->head().last_commit),
      .cancellation = cancellation};
  const uint32_t number = graph.description.number;
  SKG_ASSIGN_OR_RETURN(const History past,
                       ReadHistory(graph.kv, number, snapshot->kv()));
  Rebuild rebuild(graph, first_run, past.horizon, snapshot->head().delta_rows,
                  0, options, progress);
  SKG_ASSIGN_OR_RETURN(const Rebuilt built, rebuild.Run([&](IndexOrder order) {
    Sources sources;
    for (const Epoch& epoch : closed) {
      sources.push_back(MakeDeltaSource(graph.kv, snapshot->kv(), number,
                                        epoch.number, order, TermPrefix(),
                                        snapshot->manifest().clears));
    }
    return sources;
  }));
  const uint64_t folded_rows =
      built.live.rows + built.history.rows + built.forgotten;
  return graph.queue().EditManifest(
      [&](Manifest& manifest, Head& head, KvBatch& rows) {
        std::erase_if(manifest.epochs, [&](const Epoch& epoch) {
          return std::find(closed.begin(), closed.end(), epoch) != closed.end();
        });
        AddRuns(built, *snapshot, manifest);
        head.delta_rows -= folded_rows;
        DropWrittenClears(manifest, head.delta_rows);
        for (const Epoch& epoch : closed) {
          std::string prefix = GraphPrefix(number);
          AppendBigEndian(epoch.number, prefix);
          rows.DeleteRange(Family::kDelta, prefix, PrefixEnd(prefix));
        }
        return absl::OkStatus();
      });
}

absl::Status MergeRuns(GraphState& graph, const std::vector<uint32_t>& runs,
                       const Cancellation* cancellation,
                       RewriteProgress* progress) {
  SKG_ASSIGN_OR_RETURN(const uint32_t first_run,
                       TakeRunNumbers(graph, /*open_epoch=*/false));
  SKG_ASSIGN_OR_RETURN(const auto snapshot, graph.TakeSnapshot());
  const auto chosen = [&](const RunInfo& info) {
    return std::find(runs.begin(), runs.end(), info.number) != runs.end();
  };
  uint64_t oldest = UINT64_MAX, newest = 0, merged_rows = 0, named_rows = 0;
  for (const RunInfo& info : snapshot->manifest().runs) {
    if (!chosen(info)) continue;
    merged_rows += info.rows;
    named_rows += info.named_rows;
    if (info.history) continue;
    oldest = std::min(oldest, info.min_commit);
    newest = std::max(newest, info.max_commit);
  }
  const Manifest& manifest_now = snapshot->manifest();
  const bool alone = (snapshot->head().delta_rows == 0 ||
                      manifest_now.epochs.front().since >= newest) &&
                     NoLiveRunWithin(manifest_now, runs, oldest, newest);
  SKG_ASSIGN_OR_RETURN(
      const History past,
      ReadHistory(graph.kv, graph.description.number, snapshot->kv()));
  Rebuild rebuild(graph, first_run, past.horizon, merged_rows, named_rows,
                  {.settle_removes = alone, .cancellation = cancellation},
                  progress);
  SKG_ASSIGN_OR_RETURN(const Rebuilt built, rebuild.Run([&](IndexOrder order) {
    Sources sources;
    for (size_t i = 0; i < manifest_now.runs.size(); ++i) {
      if (!chosen(manifest_now.runs[i])) continue;
      sources.push_back(MakeRunSource(
          graph.kv, snapshot->kv(), snapshot->runs()[i], order, TermPrefix(),
          PendingClears(manifest_now, manifest_now.runs[i])));
    }
    return sources;
  }));
  return graph.queue().EditManifest(
      [&](Manifest& manifest, Head& head, KvBatch& rows) {
        for (const RunInfo& info : manifest.runs) {
          if (chosen(info))
            DeleteRun(graph.description.number, info.number, rows);
        }
        std::erase_if(manifest.runs, chosen);
        AddRuns(built, *snapshot, manifest);
        DropWrittenClears(manifest, head.delta_rows);
        return absl::OkStatus();
      });
}

std::vector<uint32_t> ChooseMerge(const Manifest& manifest) {
  for (const bool history : {false, true}) {
    std::vector<const RunInfo*> runs;
    int highest = 0;
    for (const RunInfo& info : manifest.runs) {
      if (info.history != history) continue;
      runs.push_back(&info);
      highest = std::max(highest, TierOf(info));
    }
    for (int tier = 0; tier <= highest; ++tier) {
      std::vector<uint32_t> neighbours = NeighboursOf(runs, tier);
      if (!neighbours.empty()) return neighbours;
    }
  }
  return {};
}

std::vector<uint32_t> ForgottenRuns(const Manifest& manifest,
                                    uint64_t horizon) {
  std::vector<uint32_t> runs;
  for (const RunInfo& info : manifest.runs) {
    if (info.history && info.max_end <= horizon) runs.push_back(info.number);
  }
  return runs;
}

}  // namespace skg::storage
