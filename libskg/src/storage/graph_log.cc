#include "storage/graph_log.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/bytes.h"
#include "base/status.h"
#include "storage/keys.h"
#include "storage/store.h"

namespace skg::storage {

namespace {

constexpr size_t kMaxKeptTimes = 1 << 16;
// Commits that one batch of a trim drops at most.
constexpr uint64_t kTrimBatch = 4096;

uint64_t ChunkOf(uint64_t commit) {
  return commit / kCommitTimesPerChunk * kCommitTimesPerChunk;
}
// There is no commit 0: the first chunk begins at commit 1.
uint64_t FirstOfChunk(uint64_t chunk) { return std::max<uint64_t>(chunk, 1); }

}  // namespace

std::string EncodeCommitTimes(const std::vector<int64_t>& micros) {
  std::string out(1, kPlainFormat);
  AppendVarint(micros.size(), out);
  int64_t last = 0;
  for (const int64_t time : micros) {
    AppendVarint(static_cast<uint64_t>(time - last), out);
    last = time;
  }
  return out;
}

absl::StatusOr<std::vector<int64_t>> DecodeCommitTimes(std::string_view bytes) {
  const auto damaged = absl::DataLossError("damaged row of commit times");
  if (bytes.empty() || bytes.front() != kPlainFormat) return damaged;
  ByteReader in(bytes.substr(1));
  const uint64_t count = in.Varint();
  if (count == 0 || count > kCommitTimesPerChunk) return damaged;
  std::vector<int64_t> micros;
  micros.reserve(count);
  uint64_t last = 0;
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t step = in.Varint();
    if (!in.ok() || (i > 0 && step == 0) ||
        step > static_cast<uint64_t>(INT64_MAX) - last) {
      return damaged;
    }
    last += step;
    micros.push_back(static_cast<int64_t>(last));
  }
  if (!in.empty()) return damaged;
  return micros;
}

LogHold::LogHold(std::shared_ptr<Holds> holds, uint64_t after)
    : holds_(std::move(holds)), after_(after) {
  const std::lock_guard lock(holds_->mutex);
  holds_->after.insert(after_);
}

LogHold::~LogHold() {
  const std::lock_guard lock(holds_->mutex);
  holds_->after.erase(holds_->after.find(after_));
}

void LogHold::Advance(uint64_t commit) {
  const std::lock_guard lock(holds_->mutex);
  holds_->after.erase(holds_->after.find(after_));
  after_ = std::max(after_, commit);
  holds_->after.insert(after_);
}

std::string GraphLog::Name() const {
  return absl::StrCat("graph \"", graph_.tenant, "/", graph_.name, "\"");
}

absl::StatusOr<uint64_t> GraphLog::Load(const KvSnapshot* at) const {
  const std::string prefix = LogKindPrefix(graph_.number, kLogEntryKind);
  const auto rows = kv_.NewIterator(
      Family::kLog,
      {.snapshot = at, .lower = prefix, .upper = PrefixEnd(prefix)});
  const auto commit = [&] {
    return LoadBigEndian<uint64_t>(rows->key().data() + prefix.size());
  };
  rows->SeekToFirst();
  if (!rows->Valid()) {
    SKG_RETURN_IF_ERROR(rows->status());
    return uint64_t{0};
  }
  first_.store(commit(), std::memory_order_release);
  rows->SeekToLast();
  if (!rows->Valid()) {
    SKG_RETURN_IF_ERROR(rows->status());
    return uint64_t{0};
  }
  return commit();
}

absl::StatusOr<LogHeader> GraphLog::Read(uint64_t commit,
                                         const ChangeVisitor& visit,
                                         const KvSnapshot* at,
                                         const HeaderVisitor& begin) const {
  const std::string lower = LogKey(graph_.number, commit, 0);
  std::string upper = LogKindPrefix(graph_.number, kLogEntryKind);
  AppendBigEndian(commit + 1, upper);
  const auto rows = kv_.NewIterator(
      Family::kLog, {.snapshot = at, .lower = lower, .upper = upper});
  LogHeader header;
  uint64_t found = 0;
  uint32_t chunk = 0;
  std::vector<LoggedChange> changes;
  for (rows->SeekToFirst(); rows->Valid(); rows->Next(), ++chunk) {
    if (rows->key() != LogKey(graph_.number, commit, chunk)) break;
    if (chunk == 0) {
      SKG_ASSIGN_OR_RETURN(header, DecodeLogHeader(rows->value()));
      if (begin != nullptr) SKG_RETURN_IF_ERROR(begin(header));
      if (header.by_reference) return header;
    }
    changes.clear();
    SKG_RETURN_IF_ERROR(DecodeLogChunk(rows->value(), chunk == 0, &changes));
    found += changes.size();
    if (!changes.empty()) SKG_RETURN_IF_ERROR(visit(changes));
  }
  SKG_RETURN_IF_ERROR(rows->status());
  if (chunk == 0) {
    return absl::OutOfRangeError(
        absl::StrCat("the log of ", Name(), " does not hold commit ", commit,
                     "; its first one is commit ", first()));
  }
  if (found != header.listed()) {
    return absl::DataLossError(
        absl::StrCat("log of graph ", graph_.number, ", commit ", commit, ": ",
                     found, " changes instead of ", header.listed()));
  }
  return header;
}

absl::StatusOr<int64_t> GraphLog::LoggedMicros(uint64_t commit, bool* found,
                                               const KvSnapshot* at) const {
  std::string chunk;
  SKG_ASSIGN_OR_RETURN(
      *found,
      kv_.Get(Family::kLog, LogKey(graph_.number, commit, 0), &chunk, at));
  if (!*found) return 0;
  SKG_ASSIGN_OR_RETURN(const LogHeader header, DecodeLogHeader(chunk));
  return absl::ToUnixMicros(header.time);
}

// Empty: there is no such row.
absl::StatusOr<std::vector<int64_t>> GraphLog::TimesFrom(
    uint64_t chunk, const KvSnapshot* at) const {
  std::string value;
  SKG_ASSIGN_OR_RETURN(
      const bool found,
      kv_.Get(Family::kLog, CommitTimesKey(graph_.number, chunk), &value, at));
  if (!found) return std::vector<int64_t>();
  return DecodeCommitTimes(value);
}

absl::StatusOr<absl::Time> GraphLog::TimeOf(uint64_t commit,
                                            const KvSnapshot* at) {
  {
    const std::lock_guard lock(mutex_);
    if (times_ != nullptr) {
      if (const auto it = times_->find(commit); it != times_->end())
        return it->second;
    }
  }
  // A trim writes the time in the batch that drops the entry: who looks in the
  // log first and then in the table finds one of them.
  bool logged = false;
  SKG_ASSIGN_OR_RETURN(int64_t micros, LoggedMicros(commit, &logged, at));
  if (!logged) {
    const uint64_t first = FirstOfChunk(ChunkOf(commit));
    SKG_ASSIGN_OR_RETURN(const std::vector<int64_t> times,
                         TimesFrom(ChunkOf(commit), at));
    if (commit < first || commit - first >= times.size()) {
      return absl::OutOfRangeError(
          absl::StrCat(Name(), " has no commit ", commit));
    }
    micros = times[commit - first];
  }
  const absl::Time time = absl::FromUnixMicros(micros);
  const std::lock_guard lock(mutex_);
  if (times_ == nullptr || times_->size() >= kMaxKeptTimes)
    times_ = std::make_unique<Times>();
  (*times_)[commit] = time;
  return time;
}

absl::StatusOr<uint64_t> GraphLog::LastUpTo(absl::Time time, uint64_t low,
                                            uint64_t high,
                                            const KvSnapshot* at) {
  // Everything before `low` is early enough, everything from `end` on is not.
  uint64_t end = high + 1;
  while (low < end) {
    const uint64_t middle = low + (end - low) / 2;
    SKG_ASSIGN_OR_RETURN(const absl::Time found, TimeOf(middle, at));
    if (found <= time) {
      low = middle + 1;
    } else {
      end = middle;
    }
  }
  return low - 1;
}

void GraphLog::ReleaseMemory() {
  const std::lock_guard lock(mutex_);
  times_.reset();
}

std::unique_ptr<LogHold> GraphLog::Hold(uint64_t after) {
  const std::lock_guard lock(mutex_);
  if (holds_ == nullptr) holds_ = std::make_shared<LogHold::Holds>();
  return std::unique_ptr<LogHold>(new LogHold(holds_, after));
}

absl::Status GraphLog::Trim(uint64_t through, uint64_t last) {
  const std::lock_guard lock(past_);
  if (last == 0) return absl::OkStatus();
  through = std::min(through, last - 1);
  while (first() <= through) {
    SKG_RETURN_IF_ERROR(TrimSome(std::min(through, first() + kTrimBatch - 1)));
  }
  return absl::OkStatus();
}

// The entries from first() to `through`: their times join the table in the
// batch that drops them.
absl::Status GraphLog::TrimSome(uint64_t through) {
  const auto batch = kv_.NewBatch();
  const uint64_t begin = first();
  for (uint64_t commit = begin; commit <= through;) {
    const uint64_t chunk = ChunkOf(commit);
    std::vector<int64_t> times;
    if (commit != FirstOfChunk(chunk)) {
      SKG_ASSIGN_OR_RETURN(times, TimesFrom(chunk, nullptr));
    }
    if (times.size() != commit - FirstOfChunk(chunk)) {
      return absl::DataLossError(
          absl::StrCat("the table of commit times of ", Name(),
                       " does not end where its log begins, at commit ", commit,
                       "; restore a backup"));
    }
    const uint64_t end = std::min(through + 1, chunk + kCommitTimesPerChunk);
    for (; commit < end; ++commit) {
      bool logged = false;
      SKG_ASSIGN_OR_RETURN(const int64_t micros,
                           LoggedMicros(commit, &logged, nullptr));
      if (!logged) {
        return absl::DataLossError(absl::StrCat("the log of ", Name(),
                                                " misses commit ", commit,
                                                "; restore a backup"));
      }
      times.push_back(micros);
    }
    batch->Put(Family::kLog, CommitTimesKey(graph_.number, chunk),
               EncodeCommitTimes(times));
  }
  batch->DeleteRange(Family::kLog, LogKey(graph_.number, begin, 0),
                     LogKey(graph_.number, through + 1, 0));
  SKG_RETURN_IF_ERROR(kv_.Write(*batch, WriteMode::kBuffered));
  first_.store(through + 1, std::memory_order_release);
  return absl::OkStatus();
}

// The last commit that the caps do not let stay; 0: all may.
uint64_t GraphLog::BeyondCap(const LogRetention& retention,
                             uint64_t last) const {
  uint64_t beyond = 0;
  if (retention.max_commits > 0 && last > retention.max_commits)
    beyond = last - retention.max_commits;
  if (retention.max_bytes == 0) return beyond;
  const std::string end = LogKey(graph_.number, last + 1, 0);
  const auto bytes_from = [&](uint64_t commit) {
    return kv_.ApproximateBytes(Family::kLog, LogKey(graph_.number, commit, 0),
                                end);
  };
  uint64_t low = std::max(first(), beyond + 1);  // may have to go
  if (bytes_from(low) <= retention.max_bytes) return beyond;
  uint64_t high = last;  // may stay
  while (low < high) {
    const uint64_t middle = low + (high - low) / 2;
    if (bytes_from(middle) <= retention.max_bytes) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return high - 1;
}

absl::Status GraphLog::Trim(const LogRetention& retention, absl::Time now,
                            uint64_t last) {
  if (last == 0) return absl::OkStatus();
  uint64_t through = 0;
  if (retention.kept_for != absl::InfiniteDuration()) {
    SKG_ASSIGN_OR_RETURN(through,
                         LastUpTo(now - retention.kept_for, first(), last));
  }
  std::shared_ptr<LogHold::Holds> holds;
  {
    const std::lock_guard lock(mutex_);
    holds = holds_;
  }
  if (holds != nullptr) {
    const std::lock_guard lock(holds->mutex);
    if (!holds->after.empty())
      through = std::min(through, *holds->after.begin());
  }
  return Trim(std::max(through, BeyondCap(retention, last)), last);
}

}  // namespace skg::storage
