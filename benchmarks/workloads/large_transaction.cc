// One transaction of many changes, most of them new statements, some of them
// changes of its own and of what is stored; and how much memory it takes.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "harness/stopwatch.h"
#include "workloads/store.h"
#include "workloads/workloads.h"

namespace skg::bench {
namespace {

constexpr uint64_t kStoredOneIn = 20;  // of the statements, before it begins

// Anonymous resident memory of this process; 0: it is not told.
double AnonymousMiB() {
  std::ifstream status("/proc/self/status");
  double kib = 0;
  for (std::string word; status >> word;) {
    if (word == "RssAnon:") status >> kib;
  }
  return kib / 1024;
}

// The greatest of it while this lives.
class MemoryPeak {
 public:
  MemoryPeak() : thread_([this] { Watch(); }) {}
  ~MemoryPeak() { End(); }
  MemoryPeak(const MemoryPeak&) = delete;
  MemoryPeak& operator=(const MemoryPeak&) = delete;
  double End() {
    done_ = true;
    if (thread_.joinable()) thread_.join();
    return peak_;
  }

 private:
  void Watch() {
    while (!done_) {
      peak_ = std::max(peak_, AnonymousMiB());
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
  std::atomic<bool> done_{false};
  double peak_ = 0;
  std::thread thread_;
};

NewStatement StatementOf(uint64_t number) {
  NewStatement statement;
  statement.subject = absl::StrCat("entity/", number / 4);
  statement.predicate = absl::StrCat("property/", number % 20);
  statement.object = number % 3 == 0
                         ? absl::StrCat("entity/", number * 7919 % (number + 1))
                         : absl::StrCat("\"value number ", number, "\"");
  return statement;
}

// Of ten changes eight bring a statement, one adds again (if absent) what
// another one brings, one removes what another one brought.
absl::StatusOr<uint64_t> MakeChanges(Transaction& transaction,
                                     uint64_t changes) {
  uint64_t brought = 0, removed = 0;
  for (uint64_t i = 0; i < changes; ++i) {
    if (i % 10 < 8) {
      SKG_RETURN_IF_ERROR(transaction.Add(StatementOf(brought++)));
    } else if (i % 10 == 8) {
      SKG_RETURN_IF_ERROR(transaction.AddIfAbsent(StatementOf(brought / 2)));
    } else {
      const NewStatement gone = StatementOf(brought - 1);
      SKG_RETURN_IF_ERROR(
          transaction.Remove(gone.subject, gone.predicate, gone.object));
      ++removed;
    }
  }
  return brought - removed;
}

absl::Status Store(Graph& graph, uint64_t changes) {
  std::vector<NewStatement> stored;
  for (uint64_t i = 0; i < changes * 8 / 10; i += kStoredOneIn) {
    stored.push_back(StatementOf(i));
    stored.back().weight = 0.5f;  // so that the transaction replaces it
    if (stored.size() < 2'000) continue;
    SKG_RETURN_IF_ERROR(graph.AddBatch(stored).status());
    stored.clear();
  }
  return graph.AddBatch(stored).status();
}

absl::StatusOr<Sample> RunTransaction(const Options& options, bool reads) {
  SKG_ASSIGN_OR_RETURN(FreshStore store, FreshStore::Make(options, false));
  SKG_RETURN_IF_ERROR(Store(store.graph(), options.statements));
  const double before = AnonymousMiB();
  MemoryPeak peak;
  const Stopwatch watch;
  SKG_ASSIGN_OR_RETURN(Transaction transaction, store.graph().Begin());
  SKG_ASSIGN_OR_RETURN(const uint64_t expected,
                       MakeChanges(transaction, options.statements));
  const double changed = watch.Seconds();
  if (reads) {
    SKG_ASSIGN_OR_RETURN(const uint64_t seen, transaction.Count());
    if (seen != expected)
      return absl::InternalError(absl::StrCat("it sees ", seen, " statements"));
  }
  const double read = watch.Seconds();
  SKG_RETURN_IF_ERROR(store.graph().Apply(std::move(transaction)).status());
  const double seconds = watch.Seconds();
  const double cpu_seconds = watch.CpuSeconds();
  const double most = peak.End();
  SKG_ASSIGN_OR_RETURN(const uint64_t rows,
                       CountedRows(store.graph(), expected));
  return Sample{.operations = static_cast<double>(options.statements),
                .seconds = seconds,
                .cpu_seconds = cpu_seconds,
                .rows = rows,
                .figures = {{"changing s", changed},
                            {"reading s", read - changed},
                            {"commit s", seconds - read},
                            {"MiB before", before},
                            {"MiB at most", most}}};
}

}  // namespace

absl::StatusOr<Plan> PrepareLargeTransaction(const Options& options) {
  Plan plan;
  plan.facts = {
      {"data", absl::StrCat(options.statements,
                            " changes in one transaction: 8 of 10 add, one in ",
                            kStoredOneIn, " of these replaces what is stored")},
      {"memory",
       absl::StrCat("a budget of ", options.memory_bytes >> 20,
                    " MiB; anonymous resident memory of the process")},
      {"store", "fresh for every run; closing is not timed"}};
  for (const bool reads : {false, true}) {
    plan.series.push_back(
        {.name = reads ? "skg Transaction, counted before its commit"
                       : "skg Transaction",
         .unit = "changes",
         .run = [=] { return RunTransaction(options, reads); }});
  }
  return plan;
}

}  // namespace skg::bench
