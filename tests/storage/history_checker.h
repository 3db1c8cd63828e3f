// Whether what transactions read and wrote can be explained by running them one
// after the other. Knows nothing of the store.
//
// A history is over few keys. Each write puts a value that no other write puts,
// or removes the key; so a value that is read tells who wrote it. A range that
// is read, or counted, is a read of each of its keys, present or absent: that
// is how phantoms are seen.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace skg::test {

using Key = int;
using Value = int;
using State = std::map<Key, Value>;

struct Step {
  enum class Kind { kRead, kCount, kWrite } kind = Kind::kRead;
  // Of kRead and kCount: what was asked for. Of kWrite: one key.
  std::vector<Key> keys;
  State found;                 // of kRead: what was there
  size_t count = 0;            // of kCount
  std::optional<Value> value;  // of kWrite; unset: removed
};

struct HistoryTransaction {
  uint64_t snapshot = 0;  // the last commit its view showed
  uint64_t commit = 0;    // 0: it was refused
  std::vector<Step> steps;
};

using History = std::vector<HistoryTransaction>;

// Each gives what is wrong, empty: nothing is.

// Every committed transaction read what the committed ones before it left, and
// every refused one what those up to its snapshot left.
[[nodiscard]] std::string CheckCommitOrder(const History& history);
// The graph of who must come before whom has no cycle (Adya's: a write before
// the next write of the key; a write before the reads of it; a read before the
// next write of the key).
[[nodiscard]] std::string CheckDependencies(const History& history);
// Some order of the committed transactions gives what they read and `last`.
// At most eight of them.
[[nodiscard]] std::string CheckEveryOrder(const History& history,
                                          const State& last);

}  // namespace skg::test
