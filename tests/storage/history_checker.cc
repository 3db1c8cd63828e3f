#include "storage/history_checker.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <set>

namespace skg::test {
namespace {

// Runs a transaction on a state; false where it reads something else than it
// says.
bool Replay(const HistoryTransaction& transaction, State& state) {
  for (const Step& step : transaction.steps) {
    if (step.kind == Step::Kind::kWrite) {
      if (step.value) {
        state[step.keys.front()] = *step.value;
      } else {
        state.erase(step.keys.front());
      }
      continue;
    }
    State there;
    for (const Key key : step.keys) {
      if (const auto it = state.find(key); it != state.end()) there.insert(*it);
    }
    if (step.kind == Step::Kind::kRead ? there != step.found
                                       : there.size() != step.count) {
      return false;
    }
  }
  return true;
}

std::vector<const HistoryTransaction*> Committed(const History& history) {
  std::vector<const HistoryTransaction*> committed;
  for (const HistoryTransaction& transaction : history) {
    if (transaction.commit != 0) committed.push_back(&transaction);
  }
  std::sort(committed.begin(), committed.end(),
            [](const auto* a, const auto* b) { return a->commit < b->commit; });
  return committed;
}

std::string Name(const HistoryTransaction& transaction) {
  return "commit " + std::to_string(transaction.commit) + " (snapshot " +
         std::to_string(transaction.snapshot) + ")";
}

// What a transaction leaves of a key, if it writes it at all.
struct Writer {
  const HistoryTransaction* transaction;
  std::optional<Value> value;
};
using Writers = std::map<Key, std::vector<Writer>>;  // in commit order

Writers WritersOf(const std::vector<const HistoryTransaction*>& committed) {
  Writers writers;
  for (const HistoryTransaction* transaction : committed) {
    std::map<Key, std::optional<Value>> left;
    for (const Step& step : transaction->steps) {
      if (step.kind == Step::Kind::kWrite) left[step.keys.front()] = step.value;
    }
    for (const auto& [key, value] : left) {
      std::vector<Writer>& of_key = writers[key];
      // Removing what is absent writes nothing that anybody could have missed.
      const bool absent = of_key.empty() || !of_key.back().value;
      if (value || !absent) of_key.push_back({transaction, value});
    }
  }
  return writers;
}

class Dependencies {
 public:
  explicit Dependencies(const History& history)
      : committed_(Committed(history)), writers_(WritersOf(committed_)) {}

  std::string Check() {
    for (const auto& [key, writers] : writers_) {
      for (size_t i = 1; i < writers.size(); ++i)
        Add(writers[i - 1].transaction, writers[i].transaction);
    }
    for (const HistoryTransaction* transaction : committed_) {
      if (std::string problem = AddReads(*transaction); !problem.empty())
        return problem;
    }
    return FindCycle();
  }

 private:
  using Node = const HistoryTransaction*;

  void Add(Node before, Node after) {
    if (before != after) after_[before].insert(after);
  }

  std::string AddReads(const HistoryTransaction& reader) {
    std::set<Key> own;
    for (const Step& step : reader.steps) {
      for (const Key key : step.keys) {
        if (step.kind == Step::Kind::kWrite) {
          own.insert(key);
        } else if (!own.contains(key)) {
          std::optional<Value> seen;
          const auto it = step.found.find(key);
          if (it != step.found.end()) seen = it->second;
          if (!AddRead(reader, key, seen, step.kind == Step::Kind::kRead))
            return Name(reader) + " read of key " + std::to_string(key) +
                   " what nobody had left there";
        }
      }
    }
    return {};
  }

  // A count, and an absence, do not tell whose they are: the snapshot does.
  bool AddRead(const HistoryTransaction& reader, Key key,
               std::optional<Value> seen, bool told) {
    const std::vector<Writer>& writers = writers_[key];
    size_t next = 0;  // the first writer after the one that was read
    if (told && seen) {
      while (next < writers.size() && writers[next].value != seen) ++next;
      if (next++ == writers.size()) return false;
    } else {
      while (next < writers.size() &&
             writers[next].transaction->commit <= reader.snapshot) {
        ++next;
      }
      if (told && next > 0 && writers[next - 1].value) return false;
    }
    if (next > 0) Add(writers[next - 1].transaction, &reader);
    if (next < writers.size()) Add(&reader, writers[next].transaction);
    // Its own write may be the next one: then the one after it counts.
    if (next < writers.size() && writers[next].transaction == &reader &&
        next + 1 < writers.size()) {
      Add(&reader, writers[next + 1].transaction);
    }
    return true;
  }

  std::string FindCycle() {
    std::map<Node, int> state;  // 1: on the path, 2: done
    std::string cycle;
    const std::function<bool(Node)> visit = [&](Node node) {
      state[node] = 1;
      for (const Node next : after_[node]) {
        if (state[next] == 1 || (state[next] == 0 && visit(next))) {
          cycle = Name(*node) + " -> " + cycle;
          return true;
        }
      }
      state[node] = 2;
      return false;
    };
    for (const Node node : committed_) {
      if (state[node] == 0 && visit(node)) return "a cycle: " + cycle + "...";
    }
    return {};
  }

  const std::vector<Node> committed_;
  Writers writers_;
  std::map<Node, std::set<Node>> after_;
};

}  // namespace

std::string CheckCommitOrder(const History& history) {
  std::vector<const HistoryTransaction*> refused;
  for (const HistoryTransaction& transaction : history) {
    if (transaction.commit == 0) refused.push_back(&transaction);
  }
  std::sort(refused.begin(), refused.end(), [](const auto* a, const auto* b) {
    return a->snapshot < b->snapshot;
  });
  const auto committed = Committed(history);
  State state;
  size_t next = 0;
  const auto check_refused = [&](uint64_t before) -> std::string {
    for (; next < refused.size() && refused[next]->snapshot < before; ++next) {
      State copy = state;
      if (!Replay(*refused[next], copy))
        return "a refused transaction read no state: " + Name(*refused[next]);
    }
    return {};
  };
  for (const HistoryTransaction* transaction : committed) {
    if (std::string problem = check_refused(transaction->commit);
        !problem.empty()) {
      return problem;
    }
    if (!Replay(*transaction, state))
      return Name(*transaction) + " read what was not there before it";
  }
  return check_refused(UINT64_MAX);
}

std::string CheckDependencies(const History& history) {
  return Dependencies(history).Check();
}

std::string CheckEveryOrder(const History& history, const State& last) {
  std::vector<const HistoryTransaction*> committed = Committed(history);
  if (committed.size() > 8) return "too many transactions for every order";
  std::sort(committed.begin(), committed.end());
  do {
    State state;
    if (std::all_of(committed.begin(), committed.end(),
                    [&](const auto* each) { return Replay(*each, state); }) &&
        state == last) {
      return {};
    }
  } while (std::next_permutation(committed.begin(), committed.end()));
  return "no order explains what the transactions read and left";
}

}  // namespace skg::test
