// A TaskStore that keeps nothing: for a process that may not write, whose tasks
// are its own affair.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tasks/task_store.h"

namespace skg::tasks {

// Thread safety: all methods from any thread.
class TransientTaskStore final : public TaskStore {
 public:
  [[nodiscard]] absl::StatusOr<uint64_t> AllocateIds(uint32_t count) override {
    return next_.fetch_add(count);
  }
  [[nodiscard]] absl::Status Save(const TaskRecord&, bool) override {
    return absl::OkStatus();
  }
  [[nodiscard]] absl::StatusOr<std::vector<TaskRecord>> LoadAll()
      const override {
    return std::vector<TaskRecord>();
  }
  [[nodiscard]] absl::Status Erase(std::span<const uint64_t>) override {
    return absl::OkStatus();
  }

 private:
  std::atomic<uint64_t> next_{1};
};

}  // namespace skg::tasks
