#include "storage/open_graphs.h"

#include <utility>

#include "absl/container/flat_hash_set.h"
#include "base/status.h"

namespace skg::storage {

OpenGraphs::Loading OpenGraphs::FindOrLoad(const std::string& name,
                                           const std::function<Loading()>& load,
                                           bool keep) {
  std::shared_ptr<GraphState> pushed_out;  // ends after the lock
  const std::lock_guard lock(mutex_);
  if (const auto it = graphs_.find(name); it != graphs_.end()) {
    if (std::shared_ptr<GraphState> state = it->second.lock()) return state;
  }
  SKG_ASSIGN_OR_RETURN(std::shared_ptr<GraphState> state, load());
  graphs_[name] = state;
  if (!keep) return state;
  kept_.push_back(state);
  if (kept_.size() > kKept) {
    pushed_out = std::move(kept_.front());
    kept_.pop_front();
  }
  return state;
}

void OpenGraphs::Erase(const std::string& name) {
  std::vector<std::shared_ptr<GraphState>> ended;
  const std::lock_guard lock(mutex_);
  const auto it = graphs_.find(name);
  if (it == graphs_.end()) return;
  const std::shared_ptr<GraphState> state = it->second.lock();
  std::erase_if(kept_, [&](auto& kept) {
    if (kept != state) return false;
    ended.push_back(std::move(kept));
    return true;
  });
  graphs_.erase(it);
}

bool OpenGraphs::Contains(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto it = graphs_.find(name);
  return it != graphs_.end() && !it->second.expired();
}

std::vector<std::shared_ptr<GraphState>> OpenGraphs::Sweep() {
  std::vector<std::shared_ptr<GraphState>> open, idle;
  {
    const std::lock_guard lock(mutex_);
    absl::flat_hash_set<const GraphState*> unused;
    absl::erase_if(graphs_, [&](auto& entry) {
      std::shared_ptr<GraphState> state = entry.second.lock();
      if (state == nullptr) return true;
      if (!state->TakeUsed()) {
        unused.insert(state.get());
        idle.push_back(state);
      }
      open.push_back(std::move(state));
      return false;
    });
    // A table that once was large is not kept large.
    if (graphs_.empty()) graphs_ = {};
    std::erase_if(
        kept_, [&](const auto& kept) { return unused.contains(kept.get()); });
  }
  for (const auto& state : idle) state->ReleaseMemory();
  return open;
}

size_t OpenGraphs::size() {
  const std::lock_guard lock(mutex_);
  return graphs_.size();
}

}  // namespace skg::storage
