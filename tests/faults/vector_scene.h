// A vector index over a store whose key-value store fails on demand, and the
// map of what commits that were acknowledged have left in it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/memory_budget.h"
#include "skg/vector_index.h"
#include "storage/store.h"
#include "support/fault_kv.h"
#include "support/test_support.h"
#include "vector/vector_index.h"

namespace skg::test {

class VectorScene {
 public:
  static constexpr uint32_t kDimension = 4;
  using State = std::map<uint64_t, std::vector<float>>;  // by node

  VectorScene(VectorIndexKind kind, FaultPlan plan,
              MemoryBudget* memory = nullptr);
  // Another process begins with what the store below has.
  void Reopen(FaultPlan plan = {});

  // Each of these is one call of the program, which may fail.
  [[nodiscard]] absl::Status Create();
  // As the engine does it.
  [[nodiscard]] absl::Status Drop();
  // Other vectors for nodes [begin, end).
  [[nodiscard]] absl::Status Put(uint64_t begin, uint64_t end);
  [[nodiscard]] absl::Status Remove(uint64_t begin, uint64_t end);
  [[nodiscard]] absl::Status Seal();
  // So that all that came before is forgotten.
  [[nodiscard]] absl::Status ForgetPast();
  [[nodiscard]] absl::Status Rebuild();
  [[nodiscard]] absl::Status Search();

  // Fails the test where the index has something else than the map, or is there
  // and should not be.
  void Check();
  // Segments' files that are there; how many the index has.
  [[nodiscard]] std::vector<std::filesystem::path> Files() const;
  void CheckNoOtherFiles();
  void LoseFiles();

  [[nodiscard]] std::string directory() const { return files_ / "segments"; }
  storage::GraphStore& graph() { return *graph_; }
  vector::VectorIndex& index() { return *index_; }
  [[nodiscard]] bool fired() const { return faults_->fired(); }
  void WaitForMaintenance() { store_->WaitForMaintenance(); }

 private:
  [[nodiscard]] absl::Status Find();
  [[nodiscard]] absl::Status Commit(const State& changes);

  const VectorIndexKind kind_;
  MemoryBudget* const memory_;
  TemporaryDirectory files_;
  std::mt19937_64 random_;
  std::shared_ptr<storage::KvStore> below_;
  FaultKv* faults_ = nullptr;
  std::unique_ptr<storage::Store> store_;
  std::optional<storage::GraphStore> graph_;
  std::unique_ptr<vector::VectorIndex> index_;
  std::optional<State> state_;  // unset: there is no index
};

}  // namespace skg::test
