#include "storage/graph_state.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status.h"
#include "storage/commit_queue.h"
#include "storage/keys.h"

namespace skg::storage {

namespace {

constexpr size_t kMaxKeptTimes = 1 << 16;

// The last commit that has a log entry; 0: none.
absl::StatusOr<uint64_t> LastLogged(const KvStore& kv, uint32_t graph) {
  const std::string prefix = LogKindPrefix(graph, kLogEntryKind);
  const auto rows = kv.NewIterator(
      Family::kLog,
      {.snapshot = nullptr, .lower = prefix, .upper = PrefixEnd(prefix)});
  rows->SeekToLast();
  if (!rows->Valid()) {
    SKG_RETURN_IF_ERROR(rows->status());
    return uint64_t{0};
  }
  return LoadBigEndian<uint64_t>(rows->key().data() + prefix.size());
}

}  // namespace

GraphState::GraphState(GraphDescription graph, KvStore& store,
                       Dictionary& terms, GroupSync& sync, size_t run_rows,
                       Maintenance* maintenance)
    : description(std::move(graph)),
      kv(store),
      dictionary(terms),
      maintenance_(maintenance),
      queue_(std::make_unique<CommitQueue>(*this, sync, run_rows)) {}

GraphState::~GraphState() = default;

absl::Status GraphState::Load() {
  SKG_ASSIGN_OR_RETURN(const auto snapshot, TakeSnapshot());
  SKG_ASSIGN_OR_RETURN(const uint64_t logged,
                       LastLogged(kv, description.number));
  const uint64_t commit = snapshot->head().last_commit;
  if (logged != commit) {
    return absl::DataLossError(
        absl::StrCat("graph \"", description.tenant, "/", description.name,
                     "\": its head is at commit ", commit,
                     " but its log ends at ", logged, "; restore a backup"));
  }
  published_.store(commit, std::memory_order_release);
  return RemoveOrphanRuns(kv, description.number, snapshot->manifest());
}

absl::StatusOr<std::shared_ptr<const Snapshot>> GraphState::TakeSnapshot() {
  std::unique_ptr<KvSnapshot> at = kv.NewSnapshot();
  const std::string prefix = GraphPrefix(description.number);
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
  Manifest known{0, {}, {}, 0};
  {
    const std::lock_guard lock(mutex_);
    if (manifest_.number == head.manifest) known = manifest_;
  }
  if (known.number != 0) {
    auto runs = RunsOf(known);
    return std::make_shared<const Snapshot>(shared_from_this(), std::move(at),
                                            head, std::move(known),
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
    const std::lock_guard lock(mutex_);
    manifest_ = manifest;
  }
  auto runs = RunsOf(manifest);
  return std::make_shared<const Snapshot>(shared_from_this(), std::move(at),
                                          head, std::move(manifest),
                                          std::move(runs));
}

std::vector<std::shared_ptr<const Run>> GraphState::RunsOf(
    const Manifest& manifest) {
  std::vector<std::shared_ptr<const Run>> runs;
  runs.reserve(manifest.runs.size());
  const std::lock_guard lock(mutex_);
  for (const RunInfo& info : manifest.runs) {
    std::weak_ptr<const Run>& kept = runs_[info.number];
    std::shared_ptr<const Run> run = kept.lock();
    if (run == nullptr) {
      run = std::make_shared<const Run>(description.number, info, kv);
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
  {
    const std::lock_guard lock(mutex_);
    if (latest_ != nullptr && latest_->head().last_commit >= published())
      return latest_;
  }
  SKG_ASSIGN_OR_RETURN(std::shared_ptr<const Snapshot> fresh, TakeSnapshot());
  // The replaced snapshot is released outside the lock: it may be the last
  // reference, and releasing takes the store's lock.
  std::shared_ptr<const Snapshot> replaced = fresh;
  const std::lock_guard lock(mutex_);
  if (latest_ == nullptr ||
      latest_->head().last_commit < fresh->head().last_commit) {
    replaced.swap(latest_);
  }
  return fresh;
}

void GraphState::Publish(uint64_t commit) {
  published_.store(commit, std::memory_order_release);
  std::shared_ptr<const Snapshot> stale;
  const std::lock_guard lock(mutex_);
  // An idle graph must not pin old versions: the next reader makes a new one.
  stale.swap(latest_);
  if (waiting_ > 0) advanced_.notify_all();
}

void GraphState::Adopt(const std::shared_ptr<const Run>& run) {
  const std::lock_guard lock(mutex_);
  runs_[run->info().number] = run;
}

bool GraphState::WaitForCommit(uint64_t commit, absl::Time deadline) {
  std::unique_lock lock(mutex_);
  ++waiting_;
  while (published() <= commit && !dropped()) {
    const absl::Duration left = deadline - absl::Now();
    if (left <= absl::ZeroDuration()) break;
    advanced_.wait_for(
        lock, absl::ToChronoNanoseconds(std::min(left, absl::Seconds(3600))));
  }
  --waiting_;
  return published() > commit && !dropped();
}

void GraphState::ForgetLatest() {
  std::shared_ptr<const Snapshot> latest;
  const std::lock_guard lock(mutex_);
  latest.swap(latest_);
}

void GraphState::MarkDropped() {
  std::shared_ptr<const Snapshot> stale;
  const std::lock_guard lock(mutex_);
  dropped_.store(true, std::memory_order_release);
  stale.swap(latest_);
  advanced_.notify_all();
}

absl::Status GraphState::DroppedStatus() const {
  return absl::NotFoundError(absl::StrCat("graph \"", description.tenant, "/",
                                          description.name, "\" was dropped"));
}

absl::StatusOr<absl::Time> GraphState::TimeOfCommit(uint64_t commit) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto it = commit_times_.find(commit); it != commit_times_.end())
      return it->second;
  }
  std::string chunk;
  SKG_ASSIGN_OR_RETURN(
      const bool found,
      kv.Get(Family::kLog, LogKey(description.number, commit, 0), &chunk));
  if (!found) {
    return absl::OutOfRangeError(
        absl::StrCat("commit ", commit, " is not in the log of graph \"",
                     description.tenant, "/", description.name, "\""));
  }
  SKG_ASSIGN_OR_RETURN(const LogHeader header, DecodeLogHeader(chunk));
  const std::lock_guard lock(mutex_);
  if (commit_times_.size() >= kMaxKeptTimes) commit_times_.clear();
  commit_times_[commit] = header.time;
  return header.time;
}

absl::StatusOr<LogEntry> GraphState::ReadLog(uint64_t commit) const {
  LogEntry entry;
  entry.commit = commit;
  const std::string first = LogKey(description.number, commit, 0);
  std::string end = LogKindPrefix(description.number, kLogEntryKind);
  AppendBigEndian(commit + 1, end);
  const auto rows = kv.NewIterator(
      Family::kLog, {.snapshot = nullptr, .lower = first, .upper = end});
  uint64_t expected = 0;
  uint32_t chunk = 0;
  for (rows->SeekToFirst(); rows->Valid(); rows->Next(), ++chunk) {
    if (rows->key() != LogKey(description.number, commit, chunk)) break;
    if (chunk == 0) {
      SKG_ASSIGN_OR_RETURN(const LogHeader header,
                           DecodeLogHeader(rows->value()));
      entry.time = header.time;
      expected = header.change_count;
    }
    SKG_RETURN_IF_ERROR(
        DecodeLogChunk(rows->value(), chunk == 0, &entry.changes));
  }
  SKG_RETURN_IF_ERROR(rows->status());
  if (chunk == 0) {
    if (dropped()) return DroppedStatus();
    return absl::OutOfRangeError(
        absl::StrCat("the log of graph \"", description.tenant, "/",
                     description.name, "\" does not hold commit ", commit));
  }
  if (entry.changes.size() != expected) {
    return absl::DataLossError(absl::StrCat(
        "log of graph ", description.number, ", commit ", commit, ": ",
        entry.changes.size(), " changes instead of ", expected));
  }
  return entry;
}

}  // namespace skg::storage
