// OpenGraphs: the graphs that this process has in memory. A graph is there
// while somebody holds it, and a while longer; an idle one costs nothing.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "storage/graph_state.h"

namespace skg::storage {

// Two states of one graph would be two writers: the table gives out the one
// that is alive as long as anybody has it, kept here or not.
// Thread safety: all methods from any thread.
class OpenGraphs {
 public:
  using Loading = absl::StatusOr<std::shared_ptr<GraphState>>;

  // The state of "tenant/graph", else what `load` makes: one at a time, under
  // the table's lock. With `keep` it stays in memory when its holders let go,
  // until kKept others came after it or a sweep finds it unused.
  [[nodiscard]] Loading FindOrLoad(const std::string& name,
                                   const std::function<Loading()>& load,
                                   bool keep = true);
  // The name means another graph, or none, from now on.
  void Erase(const std::string& name);
  [[nodiscard]] bool Contains(const std::string& name);

  // All that are in memory. Those that nobody used since the last sweep give
  // back what they can read again, and are kept no longer. O(graphs in memory).
  [[nodiscard]] std::vector<std::shared_ptr<GraphState>> Sweep();
  [[nodiscard]] size_t size();

  static constexpr size_t kKept = 1024;

 private:
  std::mutex mutex_;
  absl::flat_hash_map<std::string, std::weak_ptr<GraphState>> graphs_;
  std::deque<std::shared_ptr<GraphState>> kept_;  // oldest first
};

}  // namespace skg::storage
