// TaskStore: what the runner needs to remember tasks.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tasks/task.h"

namespace skg::tasks {

// Thread safety: all methods from any thread.
class TaskStore {
 public:
  virtual ~TaskStore() = default;

  // The first of `count` consecutive numbers from 1 on. A number under which
  // something was saved durably is never given again, whatever happens.
  [[nodiscard]] virtual absl::StatusOr<uint64_t> AllocateIds(
      uint32_t count) = 0;

  // Puts the record in the place of an earlier one of its id, whole or not at
  // all. `durable`: on stable storage when it returns; else soon.
  [[nodiscard]] virtual absl::Status Save(const TaskRecord& record,
                                          bool durable) = 0;

  // All records, by id. Errors: kDataLoss (a damaged one; the message says
  // which).
  [[nodiscard]] virtual absl::StatusOr<std::vector<TaskRecord>> LoadAll()
      const = 0;

  // Forgets records; those that are not there do not matter.
  [[nodiscard]] virtual absl::Status Erase(std::span<const uint64_t> ids) = 0;
};

}  // namespace skg::tasks
