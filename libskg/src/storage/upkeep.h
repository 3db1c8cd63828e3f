// Upkeep: the store's own thread. It deletes the rows of dropped graphs, cuts
// logs and histories to what is to be kept, and lets go of idle memory.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/catalog.h"
#include "storage/kv.h"
#include "storage/open_graphs.h"
#include "storage/store.h"

namespace skg::storage {

// One thing after the other: a graph is not cut while its rows are deleted.
// Thread safety: all methods from any thread, but Start and Stop once each.
class Upkeep {
 public:
  using Load = std::function<OpenGraphs::Loading(const GraphDescription&)>;

  // All must outlive it. `load` makes the state of a graph that is not open.
  Upkeep(KvStore& kv, const Catalog& catalog, OpenGraphs& graphs,
         RunMemory& run_memory, std::shared_ptr<const StoreOptions> options,
         Load load);
  ~Upkeep();
  Upkeep(const Upkeep&) = delete;
  Upkeep& operator=(const Upkeep&) = delete;

  void Start();
  // What is left is done at the next open.
  void Stop();

  // The graph's name is gone and its queue closed: its rows go now. `state`:
  // null where it was dropped before this open.
  void Remove(uint32_t graph, std::shared_ptr<GraphState> state);
  // Returns once the rows of all dropped graphs are deleted and their place is
  // given back.
  void WaitForRemovals();

 private:
  struct Dropped {
    uint32_t number;
    std::shared_ptr<GraphState> state;
  };

  void Run();
  [[nodiscard]] std::vector<Dropped> TakeDropped();
  void RemoveDropped();
  void CutPasts();
  void TrimRuns();
  void VisitClosed(absl::Time now);
  void ForgetPast(const std::shared_ptr<GraphState>& graph, absl::Time now);
  [[nodiscard]] static absl::Status AskForMerge(GraphState& graph);
  [[nodiscard]] absl::StatusOr<absl::Time> NextDue(GraphState& graph,
                                                   uint64_t last) const;
  void Log(std::string_view line) const;

  KvStore& kv_;
  const Catalog& catalog_;
  OpenGraphs& graphs_;
  RunMemory& run_memory_;
  const std::shared_ptr<const StoreOptions> options_;
  const Load load_;
  uint32_t next_visited_ = 0;  // the closed graph whose turn it is

  std::mutex mutex_;
  std::vector<Dropped> dropped_;
  bool removing_ = false;
  bool runs_over_ = false;  // and nobody has looked at it yet
  bool stop_ = false;
  std::atomic<bool> stop_reclaiming_{false};
  std::condition_variable work_, idle_;
  std::thread thread_;
};

}  // namespace skg::storage
