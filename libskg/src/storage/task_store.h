// Tasks at rest: rows of family `tasks`.
#pragma once

#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/kv.h"
#include "tasks/task_store.h"

namespace skg::storage {

[[nodiscard]] std::string EncodeTask(const tasks::TaskRecord& record);
// kDataLoss where the bytes are those of no task.
[[nodiscard]] absl::StatusOr<tasks::TaskRecord> DecodeTask(
    uint64_t id, std::string_view bytes);

// The store must outlive it. Thread-safe.
class KvTaskStore final : public tasks::TaskStore {
 public:
  explicit KvTaskStore(KvStore& kv) : kv_(kv) {}

  // Not synced: rows saved durably later make it so before themselves.
  [[nodiscard]] absl::StatusOr<uint64_t> AllocateIds(uint32_t count) override;
  [[nodiscard]] absl::Status Save(const tasks::TaskRecord& record,
                                  bool durable) override;
  // Errors: kDataLoss (a malformed row; a row whose number was never given).
  [[nodiscard]] absl::StatusOr<std::vector<tasks::TaskRecord>> LoadAll()
      const override;
  [[nodiscard]] absl::Status Erase(std::span<const uint64_t> ids) override;

 private:
  [[nodiscard]] absl::StatusOr<uint64_t> NextId(
      const KvSnapshot* at = nullptr) const;

  KvStore& kv_;
  std::mutex id_mutex_;  // one reads and writes the next id at a time
};

}  // namespace skg::storage
