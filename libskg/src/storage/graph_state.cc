#include "storage/graph_state.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status.h"
#include "storage/catalog.h"
#include "storage/commit_queue.h"
#include "storage/keys.h"
#include "storage/log_expansion.h"
#include "storage/run_records.h"

namespace skg::storage {

GraphState::GraphState(GraphDescription graph, KvStore& store,
                       Dictionary& terms, BlockCache& cache, GroupSync& sync,
                       size_t run_rows, Maintenance* maintenance,
                       HoldCheck* holds, QuotaCheck* quota,
                       RunMemory* run_memory, CommitMemory* commit_memory,
                       CommitParticipant* participant)
    : description(std::move(graph)),
      kv(store),
      dictionary(terms),
      blocks(cache),
      holds_(holds),
      quota_(quota),
      run_memory_(run_memory),
      commit_memory_(commit_memory),
      participant_(participant),
      log_(description, kv),
      maintenance_(maintenance),
      queue_(std::make_unique<CommitQueue>(*this, sync, run_rows)) {}

GraphState::~GraphState() = default;

absl::Status GraphState::Load() {
  SKG_ASSIGN_OR_RETURN(const auto snapshot, TakeSnapshot());
  SKG_ASSIGN_OR_RETURN(const uint64_t logged, log_.Load(snapshot->kv()));
  const uint64_t commit = snapshot->head().last_commit;
  if (logged != commit) {
    return absl::DataLossError(absl::StrCat(Name(), ": its head is at commit ",
                                            commit, " but its log ends at ",
                                            logged, "; restore a backup"));
  }
  published_.store(commit, std::memory_order_release);
  // Of a store that another process writes, a run may be about to be published.
  if (kv.read_only()) return absl::OkStatus();
  // Before the first run number is taken there is no row of any run.
  if (snapshot->manifest().next_run == Manifest{}.next_run)
    return absl::OkStatus();
  SKG_RETURN_IF_ERROR(RemoveOrphanRecords(*snapshot));
  return RemoveOrphanRuns(kv, description.number, snapshot->manifest());
}

absl::StatusOr<std::shared_ptr<const Snapshot>> GraphState::TakeSnapshot() {
  return MakeSnapshot(shared_from_this());
}

absl::StatusOr<std::shared_ptr<const Snapshot>> GraphState::MakeSnapshot(
    std::shared_ptr<GraphState> self) {
  std::unique_ptr<KvSnapshot> at = kv.NewSnapshot();
  if (kv.read_only()) {
    // A newer program may have become the writer.
    SKG_RETURN_IF_ERROR(CheckFormat(kv, at.get()));
    SKG_ASSIGN_OR_RETURN(const bool listed,
                         IsListed(kv, description.number, at.get()));
    if (!listed) MarkDropped();
    if (dropped()) return DroppedStatus();
  }
  std::string value;
  SKG_ASSIGN_OR_RETURN(
      bool found,
      kv.Get(Family::kStats, HeadKey(description.number), &value, at.get()));
  if (!found) {
    if (dropped()) return DroppedStatus();
    return absl::DataLossError(
        absl::StrCat("graph ", description.number, " has no head row"));
  }
  SKG_ASSIGN_OR_RETURN(const Head head, DecodeHead(value));
  std::optional<Manifest> known;
  {
    const std::lock_guard lock(mutex_);
    if (manifest_ != nullptr && manifest_->number == head.manifest)
      known = *manifest_;
  }
  if (known) {
    auto runs = RunsOf(*known);
    return std::make_shared<const Snapshot>(std::move(self), std::move(at),
                                            head, *std::move(known),
                                            std::move(runs));
  }
  SKG_ASSIGN_OR_RETURN(
      found, kv.Get(Family::kManifest, ManifestKey(description.number), &value,
                    at.get()));
  if (!found) {
    return absl::DataLossError(
        absl::StrCat("graph ", description.number, " has no manifest row"));
  }
  SKG_ASSIGN_OR_RETURN(Manifest manifest, DecodeManifest(value));
  if (manifest.number != head.manifest) {
    return absl::DataLossError(absl::StrCat("graph ", description.number,
                                            ": head and manifest disagree"));
  }
  {
    auto read = std::make_unique<const Manifest>(manifest);
    const std::lock_guard lock(mutex_);
    manifest_ = std::move(read);
  }
  auto runs = RunsOf(manifest);
  return std::make_shared<const Snapshot>(std::move(self), std::move(at), head,
                                          std::move(manifest), std::move(runs));
}

std::vector<std::shared_ptr<const Run>> GraphState::RunsOf(
    const Manifest& manifest) {
  std::vector<std::shared_ptr<const Run>> runs;
  runs.reserve(manifest.runs.size());
  const std::lock_guard lock(mutex_);
  for (const RunInfo& info : manifest.runs) {
    std::weak_ptr<const Run>& kept = runs_[info.number];
    std::shared_ptr<const Run> run = kept.lock();
    // A clear may have made it a run of the past.
    if (run == nullptr || run->info().max_end != info.max_end) {
      run = std::make_shared<const Run>(description.number, info, kv, &blocks);
      run->ChargeTo(run_memory_);
      kept = run;
    }
    runs.push_back(std::move(run));
  }
  if (manifest.number > live_runs_of_) {
    live_runs_of_ = manifest.number;
    live_runs_ = runs;
    absl::erase_if(runs_,
                   [](const auto& entry) { return entry.second.expired(); });
  }
  return runs;
}

absl::StatusOr<std::shared_ptr<const Snapshot>> GraphState::Latest() {
  if (dropped()) return DroppedStatus();
  if (kv.read_only()) return Follow();
  MarkUsed();
  // Who is given the shared snapshot holds the state with it.
  struct Held {
    std::shared_ptr<GraphState> graph;
    std::shared_ptr<const Snapshot> snapshot;
  };
  const auto hold = [this](std::shared_ptr<const Snapshot> snapshot) {
    auto held = std::make_shared<Held>(shared_from_this(), std::move(snapshot));
    const Snapshot* at = held->snapshot.get();
    return std::shared_ptr<const Snapshot>(std::move(held), at);
  };
  uint64_t publications = 0;
  {
    const std::lock_guard lock(mutex_);
    if (latest_ != nullptr && latest_->head().last_commit >= published())
      return hold(latest_);
    publications = publications_;
  }
  SKG_ASSIGN_OR_RETURN(
      std::shared_ptr<const Snapshot> fresh,
      MakeSnapshot(std::shared_ptr<GraphState>(std::shared_ptr<void>(), this)));
  // The replaced snapshot is released outside the lock: it may be the last
  // reference, and releasing takes the store's lock.
  std::shared_ptr<const Snapshot> replaced = fresh;
  const std::lock_guard lock(mutex_);
  // Not what a fold or merge replaced meanwhile, which has the same commit: it
  // would be shown, and its runs kept, until the next one.
  if (publications == publications_ &&
      (latest_ == nullptr ||
       latest_->head().last_commit < fresh->head().last_commit)) {
    replaced.swap(latest_);
  }
  return hold(std::move(fresh));
}

absl::StatusOr<std::shared_ptr<const Snapshot>> GraphState::Follow() {
  SKG_ASSIGN_OR_RETURN(std::shared_ptr<const Snapshot> fresh, TakeSnapshot());
  const uint64_t commit = fresh->commit();
  uint64_t known = published();
  while (known < commit && !published_.compare_exchange_weak(known, commit)) {
  }
  return fresh;
}

// The writer's process cannot be waited for.
bool GraphState::PollForCommit(uint64_t commit, absl::Time deadline) {
  constexpr absl::Duration kPoll = absl::Milliseconds(20);
  for (;;) {
    const absl::Status followed = Follow().status();
    if (!followed.ok()) return false;  // the next view tells why
    if (published() > commit) return true;
    const absl::Duration left = deadline - absl::Now();
    if (left <= absl::ZeroDuration()) return false;
    absl::SleepFor(std::min(left, kPoll));
  }
}

uint64_t GraphState::FirstLogged() const {
  // What was trimmed since is known to the writer alone. Where the log cannot
  // be read, what was known stays true: it began there or later.
  if (kv.read_only()) log_.Load(nullptr).status().IgnoreError();
  return log_.first();
}

void GraphState::Publish(uint64_t commit) {
  published_.store(commit, std::memory_order_release);
  std::shared_ptr<const Snapshot> stale;
  const std::lock_guard lock(mutex_);
  // An idle graph must not pin old versions: the next reader makes a new one.
  stale.swap(latest_);
  ++publications_;
  if (waiting_ > 0) advanced_->notify_all();
}

void GraphState::Adopt(const std::shared_ptr<const Run>& run) {
  run->ChargeTo(run_memory_);
  const std::lock_guard lock(mutex_);
  runs_[run->info().number] = run;
}

bool GraphState::WaitForCommit(uint64_t commit, absl::Time deadline) {
  if (kv.read_only()) return PollForCommit(commit, deadline);
  std::unique_lock lock(mutex_);
  if (advanced_ == nullptr)
    advanced_ = std::make_unique<std::condition_variable>();
  ++waiting_;
  while (published() <= commit && !dropped()) {
    const absl::Duration left = deadline - absl::Now();
    if (left <= absl::ZeroDuration()) break;
    advanced_->wait_for(
        lock, absl::ToChronoNanoseconds(std::min(left, absl::Seconds(3600))));
  }
  --waiting_;
  return published() > commit && !dropped();
}

void GraphState::ReleaseMemory() {
  queue_->ReleaseMemory();
  log_.ReleaseMemory();
  std::shared_ptr<const Snapshot> latest;
  std::vector<std::shared_ptr<const Run>> runs;
  std::unique_ptr<const Manifest> manifest;
  const std::lock_guard lock(mutex_);
  latest.swap(latest_);
  runs.swap(live_runs_);
  live_runs_of_ = 0;
  std::swap(manifest, manifest_);
  absl::erase_if(runs_,
                 [](const auto& entry) { return entry.second.expired(); });
  if (runs_.empty()) runs_ = {};
}

void GraphState::ReleaseUnusedRuns() {
  // The writer holds runs, too.
  queue_->ReleaseMemory();
  std::shared_ptr<const Snapshot> latest;
  std::vector<std::shared_ptr<const Run>> released;
  const std::lock_guard lock(mutex_);
  for (std::shared_ptr<const Run>& run : live_runs_) {
    std::shared_ptr<const Run> rest = run->WithoutUnused();
    if (rest == nullptr) continue;
    runs_[run->info().number] = rest;
    released.push_back(std::exchange(run, std::move(rest)));
  }
  if (!released.empty()) latest.swap(latest_);
}

void GraphState::MarkDropped() {
  std::shared_ptr<const Snapshot> stale;
  const std::lock_guard lock(mutex_);
  dropped_.store(true, std::memory_order_release);
  stale.swap(latest_);
  if (advanced_ != nullptr) advanced_->notify_all();
}

std::string GraphState::Name() const {
  return absl::StrCat("graph \"", description.tenant, "/", description.name,
                      "\"");
}

absl::Status GraphState::DroppedStatus() const {
  return absl::NotFoundError(absl::StrCat(Name(), " was dropped"));
}

absl::StatusOr<absl::Time> GraphState::TimeOfCommit(uint64_t commit,
                                                    const KvSnapshot* at) {
  return log_.TimeOf(commit, at);
}

absl::StatusOr<LogHeader> GraphState::ReadLog(uint64_t commit,
                                              LogExpansion expansion,
                                              const ChangeVisitor& visit) {
  const bool expand = expansion == LogExpansion::kFull;
  bool found_entry = false;
  uint64_t cleared = 0;
  // What a commit cleared went before its changes.
  const auto begin = [&](const LogHeader& header) -> absl::Status {
    found_entry = true;
    if (!expand || header.clears.empty()) return absl::OkStatus();
    SKG_ASSIGN_OR_RETURN(auto before, SnapshotAt(commit - 1));
    SKG_ASSIGN_OR_RETURN(cleared,
                         VisitCleared(std::move(before), header.clears, visit));
    return cleared == header.cleared
               ? absl::OkStatus()
               : MissingChanges(commit, cleared, header.cleared);
  };
  absl::StatusOr<LogHeader> header = log_.Read(commit, visit, nullptr, begin);
  if (absl::IsOutOfRange(header.status()) && dropped()) return DroppedStatus();
  if (absl::IsOutOfRange(header.status()) && kv.read_only() && !found_entry) {
    SKG_RETURN_IF_ERROR(log_.Load(nullptr).status());  // for the message
    header = log_.Read(commit, visit, nullptr, begin);
  }
  if (!header.ok() || !header->by_reference || !expand) return header;
  SKG_ASSIGN_OR_RETURN(const auto snapshot, TakeSnapshot());
  SKG_ASSIGN_OR_RETURN(const uint64_t found,
                       VisitRowsOfCommit(*snapshot, commit, visit));
  const uint64_t expected = header->change_count - header->cleared;
  if (found != expected) return MissingChanges(commit, found, expected);
  return header;
}

// Of changes that no chunk of the log has.
absl::Status GraphState::MissingChanges(uint64_t commit, uint64_t found,
                                        uint64_t expected) const {
  SKG_ASSIGN_OR_RETURN(const History history, ReadHistory());
  if (commit < history.horizon) {
    return absl::OutOfRangeError(
        absl::StrCat("the changes of commit ", commit, " of ", Name(),
                     " went with its history, which is kept from commit ",
                     history.horizon, " on"));
  }
  return absl::DataLossError(absl::StrCat(Name(), " has ", found,
                                          " rows of commit ", commit,
                                          " instead of ", expected));
}

absl::StatusOr<std::shared_ptr<const Snapshot>> GraphState::SnapshotAt(
    uint64_t commit) {
  SKG_ASSIGN_OR_RETURN(std::shared_ptr<const Snapshot> present, Latest());
  const uint64_t last = present->commit();
  if (commit == last) return present;
  if (commit > last) {
    return absl::OutOfRangeError(absl::StrCat(Name(), " has no commit ", commit,
                                              " yet; its last one is ", last));
  }
  // The newest horizon: it only moves forward, so it is no earlier than the one
  // that the snapshot's rows were kept by.
  SKG_ASSIGN_OR_RETURN(const History history,
                       storage::ReadHistory(kv, description.number, nullptr));
  if (commit < history.horizon) {
    return absl::OutOfRangeError(absl::StrCat(
        "the history of ", Name(), " is kept from commit ", history.horizon,
        " on; commit ", commit, " lies before that"));
  }
  int64_t micros = 0;  // as an empty graph's head
  if (commit > 0) {
    SKG_ASSIGN_OR_RETURN(const absl::Time time,
                         TimeOfCommit(commit, present->kv()));
    micros = absl::ToUnixMicros(time);
  }
  return std::make_shared<const Snapshot>(std::move(present), commit, micros);
}

absl::StatusOr<uint64_t> GraphState::CommitAt(absl::Time time) {
  SKG_ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> present, Latest());
  const uint64_t last = present->commit();
  if (last == 0 || time >= absl::FromUnixMicros(present->time_micros()))
    return last;
  SKG_ASSIGN_OR_RETURN(const History history,
                       storage::ReadHistory(kv, description.number, nullptr));
  const uint64_t first = std::max<uint64_t>(history.horizon, 1);
  SKG_ASSIGN_OR_RETURN(const uint64_t commit,
                       log_.LastUpTo(time, first, last, present->kv()));
  if (commit >= first) return commit;
  SKG_ASSIGN_OR_RETURN(const absl::Time begin,
                       TimeOfCommit(first, present->kv()));
  return absl::OutOfRangeError(absl::StrCat(
      history.horizon > 1 ? "the history of " : "the first commit of ", Name(),
      history.horizon > 1 ? " is kept from " : " was at ",
      absl::FormatTime(begin, absl::UTCTimeZone()),
      history.horizon > 1 ? absl::StrCat(" (commit ", first, ") on") : "", "; ",
      absl::FormatTime(time, absl::UTCTimeZone()), " lies before that"));
}

absl::StatusOr<History> GraphState::ReadHistory() const {
  if (dropped()) return DroppedStatus();
  return storage::ReadHistory(kv, description.number, nullptr);
}

absl::Status GraphState::WriteHistory(const History& history) {
  const auto batch = kv.NewBatch();
  batch->Put(Family::kLog, HistoryKey(description.number),
             EncodeHistory(history));
  return kv.Write(*batch, WriteMode::kSync);
}

absl::Status GraphState::MoveHorizon(History history, uint64_t commit) {
  if (holds_ != nullptr) {
    SKG_ASSIGN_OR_RETURN(const absl::Time before, TimeOfCommit(commit));
    if (const absl::Status hold = holds_->MayForget(description, before);
        !hold.ok()) {
      return absl::FailedPreconditionError(
          absl::StrCat("the history of ", Name(), " before commit ", commit,
                       " is held: ", hold.message()));
    }
  }
  history.horizon = commit;
  return WriteHistory(history);
}

absl::Status GraphState::SetHorizon(uint64_t commit) {
  const std::lock_guard lock(log_.past());
  SKG_ASSIGN_OR_RETURN(const History history, ReadHistory());
  if (commit == history.horizon) return absl::OkStatus();
  if (commit < history.horizon) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the history of ", Name(), " is kept from commit ", history.horizon,
        " on; that can only move forward, not back to ", commit));
  }
  if (commit > published()) {
    return absl::OutOfRangeError(absl::StrCat(Name(), " has no commit ", commit,
                                              " yet; its last one is ",
                                              published()));
  }
  return MoveHorizon(history, commit);
}

absl::Status GraphState::SetHistoryKept(
    std::optional<absl::Duration> kept_for) {
  if (kept_for && *kept_for < absl::ZeroDuration()) {
    return absl::InvalidArgumentError(
        absl::StrCat("history cannot be kept for ",
                     absl::FormatDuration(*kept_for), "; give zero or more"));
  }
  const std::lock_guard lock(log_.past());
  SKG_ASSIGN_OR_RETURN(History history, ReadHistory());
  history.kept_for = kept_for;
  upkeep_due_ = INT64_MIN;
  return WriteHistory(history);
}

absl::Status GraphState::AdvanceHorizon(absl::Duration kept_for,
                                        absl::Time now) {
  const std::lock_guard lock(log_.past());
  SKG_ASSIGN_OR_RETURN(const History history, ReadHistory());
  const absl::Duration kept = history.kept_for.value_or(kept_for);
  const uint64_t last = published();
  if (kept == absl::InfiniteDuration() || last == 0) return absl::OkStatus();
  const uint64_t low = std::max<uint64_t>(history.horizon, 1);
  SKG_ASSIGN_OR_RETURN(const uint64_t commit,
                       log_.LastUpTo(now - kept, low, last));
  if (commit <= history.horizon) return absl::OkStatus();
  const absl::Status moved = MoveHorizon(history, commit);
  return absl::IsFailedPrecondition(moved) ? absl::OkStatus() : moved;
}

}  // namespace skg::storage
