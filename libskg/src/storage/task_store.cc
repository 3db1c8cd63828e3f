#include "storage/task_store.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/bytes.h"
#include "base/status.h"
#include "base/strings.h"
#include "skg_storage.pb.h"
#include "storage/keys.h"
#include "storage/rows.h"

namespace skg::storage {
namespace {

using tasks::TaskRecord;

absl::Status Damaged(uint64_t id, std::string_view what) {
  return absl::DataLossError(
      absl::StrCat("damaged row of task ", id, ": ", av(what)));
}

std::optional<absl::Time> TimeOf(bool there, int64_t micros) {
  if (!there) return std::nullopt;
  return absl::FromUnixMicros(micros);
}

absl::Status DecodeError(uint64_t id, const proto::TaskRow& row,
                         TaskState state, absl::Status* error) {
  constexpr uint32_t kLastCode = 16;
  const bool wanted = TaskEnded(state) && state != TaskState::kSucceeded;
  if (row.error_code() > kLastCode || (row.error_code() != 0) != wanted) {
    return Damaged(id, "state and error do not agree");
  }
  *error = absl::Status(static_cast<absl::StatusCode>(row.error_code()),
                        row.error_message());
  return absl::OkStatus();
}

}  // namespace

std::string EncodeTask(const TaskRecord& record) {
  const TaskInfo& info = record.info;
  proto::TaskRow row;
  row.set_pool(static_cast<uint32_t>(info.pool));
  row.set_state(static_cast<uint32_t>(info.state));
  row.set_kind(info.kind);
  row.set_title(info.title);
  row.set_created_unix_micros(absl::ToUnixMicros(info.created));
  if (info.started)
    row.set_started_unix_micros(absl::ToUnixMicros(*info.started));
  if (info.finished)
    row.set_finished_unix_micros(absl::ToUnixMicros(*info.finished));
  if (record.progress_time)
    row.set_progress_unix_micros(absl::ToUnixMicros(*record.progress_time));
  row.set_attempts(info.attempts);
  row.set_crashes(record.crashes);
  row.set_done(info.progress.done);
  row.set_total(info.progress.total);
  row.set_done_at_start(record.done_at_start);
  row.set_unit(info.progress.unit);
  row.set_result(info.result);
  row.set_error_code(static_cast<uint32_t>(info.error.code()));
  row.set_error_message(std::string(sv(info.error.message())));
  row.set_resumable(record.resumable);
  row.set_resume(record.resume);
  row.set_graph(info.graph);
  std::string out(1, kPlainFormat);
  row.AppendToString(&out);
  return out;
}

absl::StatusOr<TaskRecord> DecodeTask(uint64_t id, std::string_view bytes) {
  proto::TaskRow row;
  if (bytes.empty() || bytes.front() != kPlainFormat ||
      !row.ParseFromArray(bytes.data() + 1,
                          static_cast<int>(bytes.size() - 1))) {
    return Damaged(id, "not a task");
  }
  if (row.pool() < 1 || row.pool() > tasks::kTaskPools) {
    return Damaged(id, absl::StrCat("no pool ", row.pool()));
  }
  if (row.state() < static_cast<uint32_t>(TaskState::kQueued) ||
      row.state() > static_cast<uint32_t>(TaskState::kInterrupted)) {
    return Damaged(id, absl::StrCat("no state ", row.state()));
  }
  if (row.kind().empty()) return Damaged(id, "no kind");
  TaskRecord record;
  TaskInfo& info = record.info;
  info.id = id;
  info.pool = static_cast<TaskPool>(row.pool());
  info.state = static_cast<TaskState>(row.state());
  SKG_RETURN_IF_ERROR(DecodeError(id, row, info.state, &info.error));
  info.kind = row.kind();
  info.title = row.title();
  info.graph = row.graph();
  info.created = absl::FromUnixMicros(row.created_unix_micros());
  info.started =
      TimeOf(row.has_started_unix_micros(), row.started_unix_micros());
  info.finished =
      TimeOf(row.has_finished_unix_micros(), row.finished_unix_micros());
  record.progress_time =
      TimeOf(row.has_progress_unix_micros(), row.progress_unix_micros());
  info.attempts = row.attempts();
  record.crashes = row.crashes();
  info.progress.done = row.done();
  info.progress.total = row.total();
  info.progress.unit = row.unit();
  record.done_at_start = row.done_at_start();
  info.result = row.result();
  record.resumable = row.resumable();
  record.resume = row.resume();
  return record;
}

absl::StatusOr<uint64_t> KvTaskStore::NextId(const KvSnapshot* at) const {
  std::string value;
  SKG_ASSIGN_OR_RETURN(
      const bool found,
      kv_.Get(Family::kTasks, TaskKindKey(kNextTaskKind), &value, at));
  if (!found) return uint64_t{1};
  if (!value.empty() && value.front() == kPlainFormat) {
    ByteReader in(std::string_view(value).substr(1));
    const uint64_t next = in.Varint();
    if (in.ok() && in.empty() && next > 0) return next;
  }
  return absl::DataLossError("damaged row of the next task number");
}

absl::StatusOr<uint64_t> KvTaskStore::AllocateIds(uint32_t count) {
  const std::lock_guard lock(id_mutex_);
  SKG_ASSIGN_OR_RETURN(const uint64_t first, NextId());
  std::string value(1, kPlainFormat);
  AppendVarint(first + count, value);
  const auto batch = kv_.NewBatch();
  batch->Put(Family::kTasks, TaskKindKey(kNextTaskKind), value);
  SKG_RETURN_IF_ERROR(kv_.Write(*batch, WriteMode::kBuffered));
  return first;
}

absl::Status KvTaskStore::Save(const TaskRecord& record, bool durable) {
  const auto batch = kv_.NewBatch();
  batch->Put(Family::kTasks, TaskKey(record.info.id), EncodeTask(record));
  return kv_.Write(*batch, durable ? WriteMode::kSync : WriteMode::kBuffered);
}

absl::StatusOr<std::vector<TaskRecord>> KvTaskStore::LoadAll() const {
  const std::unique_ptr<KvSnapshot> at = kv_.NewSnapshot();
  SKG_ASSIGN_OR_RETURN(const uint64_t next, NextId(at.get()));
  const std::string prefix = TaskKindKey(kTaskKind);
  const auto rows = kv_.NewIterator(
      Family::kTasks,
      {.snapshot = at.get(), .lower = prefix, .upper = PrefixEnd(prefix)});
  std::vector<TaskRecord> records;
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    if (rows->key().size() != prefix.size() + sizeof(uint64_t)) {
      return absl::DataLossError("damaged key of a task");
    }
    const auto id = LoadBigEndian<uint64_t>(rows->key().data() + prefix.size());
    if (id == 0 || id >= next) {
      return Damaged(id, "its number was never given");
    }
    SKG_ASSIGN_OR_RETURN(TaskRecord record, DecodeTask(id, rows->value()));
    records.push_back(std::move(record));
  }
  SKG_RETURN_IF_ERROR(rows->status());
  return records;
}

absl::Status KvTaskStore::Erase(std::span<const uint64_t> ids) {
  const auto batch = kv_.NewBatch();
  for (const uint64_t id : ids) batch->Delete(Family::kTasks, TaskKey(id));
  return kv_.Write(*batch, WriteMode::kBuffered);
}

}  // namespace skg::storage
