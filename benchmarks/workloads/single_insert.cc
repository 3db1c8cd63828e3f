// One statement a commit, by one and by many threads, against one batch of
// three puts a commit straight into RocksDB with its own group commit.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "harness/dataset.h"
#include "harness/threads.h"
#include "peers/rocksdb3cf/rocksdb3cf.h"
#include "workloads/store.h"
#include "workloads/workloads.h"

namespace skg::bench {
namespace {

using Clock = std::chrono::steady_clock;

// Enough for any disk; a run that uses them up ends there.
constexpr double kCommitsPerSecond = 200'000;
constexpr double kMostStatements = 1'000'000;

struct Timed {
  uint64_t commits = 0;
  ThreadTimes times;
};

// Every thread commits the next statement nobody has taken, until the time or
// the statements are over.
absl::StatusOr<Timed> CommitUntil(
    double seconds, int threads, uint64_t statements,
    const std::function<absl::Status(size_t)>& commit) {
  std::atomic<uint64_t> next{0};
  std::atomic<uint64_t> done{0};
  SKG_ASSIGN_OR_RETURN(
      const ThreadTimes times, TimeThreads(threads, [&](int) -> absl::Status {
        const auto end =
            Clock::now() + std::chrono::duration_cast<Clock::duration>(
                               std::chrono::duration<double>(seconds));
        uint64_t own = 0;
        while (Clock::now() < end) {
          const uint64_t statement =
              next.fetch_add(1, std::memory_order_relaxed);
          if (statement >= statements) break;
          SKG_RETURN_IF_ERROR(commit(statement));
          ++own;
        }
        done.fetch_add(own);
        return absl::OkStatus();
      }));
  return Timed{.commits = done, .times = times};
}

Sample MakeSample(const Timed& timed, uint64_t rows, uint64_t syncs) {
  const auto commits = static_cast<double>(timed.commits);
  return {.operations = commits,
          .seconds = timed.times.seconds,
          .cpu_seconds = timed.times.cpu_seconds,
          .rows = rows,
          .figures = {{"commits/fdatasync",
                       syncs == 0 ? 0 : commits / static_cast<double>(syncs)}}};
}

absl::StatusOr<Sample> RunOurs(const Options& options, const Dataset& dataset,
                               int threads, Durability durability,
                               bool statement_ids) {
  SKG_ASSIGN_OR_RETURN(FreshStore store,
                       FreshStore::Make(options, statement_ids));
  const CommitOptions settings = {.durability = durability};
  const Engine::WriteCounters before = store.engine().write_counters();
  SKG_ASSIGN_OR_RETURN(
      const Timed timed,
      CommitUntil(options.seconds, threads, dataset.statements.size(),
                  [&](size_t statement) {
                    return store.graph()
                        .Add(dataset.statements[statement], settings)
                        .status();
                  }));
  const Engine::WriteCounters after = store.engine().write_counters();
  if (after.commits - before.commits != timed.commits) {
    return absl::InternalError(
        absl::StrCat(timed.commits, " commits were acknowledged, but ",
                     after.commits - before.commits, " were made"));
  }
  SKG_ASSIGN_OR_RETURN(const uint64_t rows,
                       CountedRows(store.graph(), timed.commits));
  return MakeSample(timed, rows, after.wal_syncs - before.wal_syncs);
}

absl::StatusOr<Sample> RunPeer(const Options& options, const Dataset& dataset,
                               int threads, bool sync,
                               RocksDb3Cf::WritePath path) {
  SKG_ASSIGN_OR_RETURN(RocksDb3Cf peer, RocksDb3Cf::Open(options, path));
  const uint64_t before = peer.wal_syncs();
  SKG_ASSIGN_OR_RETURN(
      const Timed timed,
      CommitUntil(options.seconds, threads, dataset.triples.size(),
                  [&](size_t statement) {
                    return peer.Write({&dataset.triples[statement], 1}, sync);
                  }));
  const uint64_t syncs = peer.wal_syncs() - before;
  SKG_ASSIGN_OR_RETURN(const uint64_t rows, peer.CountedRows(timed.commits));
  return MakeSample(timed, rows, syncs);
}

}  // namespace

absl::StatusOr<Plan> PrepareSingleInsert(const Options& options) {
  const auto statements = static_cast<uint64_t>(std::clamp(
      kCommitsPerSecond * options.seconds, 10'000.0, kMostStatements));
  auto dataset = std::make_shared<const Dataset>(
      MakeDataset({.statements = statements, .seed = options.seed}));
  const std::vector<int> threads_list =
      options.threads.empty() ? std::vector<int>{1, 16} : options.threads;
  const std::vector<Durability> durabilities =
      options.durabilities.empty() ? std::vector<Durability>{Durability::kSync}
                                   : options.durabilities;
  Plan plan;
  plan.facts = {
      {"data", "from " + dataset->Describe()},
      {"commit", "1 statement; the peer: 1 batch of 3 puts"},
      {"run", absl::StrCat(options.seconds, " s into a fresh store")}};
  for (const Durability durability : durabilities) {
    for (const int threads : threads_list) {
      const bool sync = durability != Durability::kNone;
      const std::string suffix =
          absl::StrCat(" ", threads, threads == 1 ? " thread" : " threads");
      std::vector<std::string> peers;
      if (options.peers) {
        for (const RocksDb3Cf::WritePath path : RocksDb3Cf::kWritePaths) {
          peers.push_back(absl::StrCat("rocksdb3cf ",
                                       RocksDb3Cf::PathName(path), " ",
                                       sync ? "sync" : "none", suffix));
          plan.series.push_back(
              {.name = peers.back(), .unit = "commits", .run = [=] {
                 return RunPeer(options, *dataset, threads, sync, path);
               }});
        }
      }
      for (const bool ids : {false, true}) {
        const std::string name =
            absl::StrCat("skg ids=", ids ? "on" : "off", " ",
                         DurabilityName(durability), suffix);
        const bool goal = threads == 16 && durability == Durability::kSync;
        plan.series.push_back(
            {.name = name,
             .unit = "commits",
             .run =
                 [=] {
                   return RunOurs(options, *dataset, threads, durability, ids);
                 },
             .wanted_rate =
                 goal ? std::optional<double>(20'000) : std::nullopt});
        if (peers.empty()) continue;
        plan.comparisons.push_back(
            {name, peers, goal ? std::optional<double>(1.0) : std::nullopt});
      }
    }
  }
  return plan;
}

}  // namespace skg::bench
