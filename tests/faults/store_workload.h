// Writers of numbered commits to the graphs of a Store, and the comparison of
// what was acknowledged with what a reopened Store holds.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "storage/store.h"

namespace skg::test {

// What a graph's writers were told. Thread-safe.
class Acknowledgements {
 public:
  struct Entry {
    std::string tag;  // the commit's first subject
    size_t operations = 0;
    bool durable = false;  // must survive power loss
  };
  void Add(uint64_t commit, Entry entry);
  // Takes what is there by now for granted, and forgets what is gone.
  void Settle(uint64_t last_commit);
  [[nodiscard]] std::map<uint64_t, Entry> entries() const;

 private:
  mutable std::mutex mutex_;
  std::map<uint64_t, Entry> entries_;  // by commit
};

// How the commits of a graph ask for durability.
enum class GraphHabit : uint8_t { kSync, kGroup, kNone, kMixed };
inline constexpr int kHabits = 4;
[[nodiscard]] std::string GraphName(GraphHabit habit);

// Commits to the graph until one fails, or `stop`. `writer` must be new each
// time. Returns the failure.
absl::Status WriteUntilFailure(storage::GraphStore graph, GraphHabit habit,
                               const std::string& writer, uint64_t seed,
                               const std::atomic<bool>& stop,
                               Acknowledgements& told);

// Fails the test unless the graph holds a gapless prefix of its commits with
// all that was acknowledged as durable (with all that was acknowledged, if
// `all`), each of them whole. Then settles `told`.
void CheckPrefix(storage::Store& store, GraphHabit habit, bool all,
                 Acknowledgements& told);

// Fails the test for each problem that Check finds.
void CheckClean(const storage::Store& store);

}  // namespace skg::test
