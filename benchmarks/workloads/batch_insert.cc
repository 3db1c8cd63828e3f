// Commits of a thousand statements, against three puts a statement straight
// into RocksDB.
#include <algorithm>
#include <memory>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "harness/dataset.h"
#include "harness/stopwatch.h"
#include "peers/rocksdb3cf/rocksdb3cf.h"
#include "workloads/store.h"
#include "workloads/workloads.h"

namespace skg::bench {
namespace {

enum class Api { kAddBatch, kTransaction };

struct Setting {
  Durability durability = Durability::kSync;
  bool statement_ids = false;
  Api api = Api::kAddBatch;
};

std::string SeriesName(const Setting& setting) {
  return absl::StrCat(
      "skg ", setting.api == Api::kAddBatch ? "AddBatch" : "Transaction",
      " ids=", setting.statement_ids ? "on" : "off", " ",
      DurabilityName(setting.durability));
}

absl::Status Insert(Graph& graph, std::span<const NewStatement> statements,
                    const Setting& setting) {
  const CommitOptions commit = {.durability = setting.durability};
  if (setting.api == Api::kAddBatch) {
    return graph.AddBatch(statements, commit).status();
  }
  SKG_ASSIGN_OR_RETURN(Transaction transaction, graph.Begin());
  for (const NewStatement& statement : statements) {
    SKG_RETURN_IF_ERROR(transaction.Add(statement));
  }
  return graph.Apply(std::move(transaction), commit).status();
}

absl::StatusOr<Sample> RunOurs(const Options& options, const Dataset& dataset,
                               const Setting& setting) {
  SKG_ASSIGN_OR_RETURN(FreshStore store,
                       FreshStore::Make(options, setting.statement_ids));
  const Engine::WriteCounters before = store.engine().write_counters();
  const std::span<const NewStatement> all = dataset.statements;
  const Stopwatch watch;
  for (size_t at = 0; at < all.size(); at += options.statements_per_commit) {
    const size_t size =
        std::min<size_t>(options.statements_per_commit, all.size() - at);
    SKG_RETURN_IF_ERROR(Insert(store.graph(), all.subspan(at, size), setting));
  }
  const double seconds = watch.Seconds();
  const double cpu_seconds = watch.CpuSeconds();
  const Engine::WriteCounters after = store.engine().write_counters();
  SKG_ASSIGN_OR_RETURN(const uint64_t rows,
                       CountedRows(store.graph(), all.size()));
  return Sample{
      .operations = static_cast<double>(all.size()),
      .seconds = seconds,
      .cpu_seconds = cpu_seconds,
      .rows = rows,
      .figures = {
          {"commits", static_cast<double>(after.commits - before.commits)},
          {"fdatasyncs",
           static_cast<double>(after.wal_syncs - before.wal_syncs)}}};
}

absl::StatusOr<Sample> RunPeer(const Options& options, const Dataset& dataset,
                               RocksDb3Cf::WritePath path, bool sync) {
  SKG_ASSIGN_OR_RETURN(RocksDb3Cf peer, RocksDb3Cf::Open(options, path));
  const std::span<const TripleNumbers> all = dataset.triples;
  const Stopwatch watch;
  for (size_t at = 0; at < all.size(); at += options.statements_per_commit) {
    const size_t size =
        std::min<size_t>(options.statements_per_commit, all.size() - at);
    SKG_RETURN_IF_ERROR(peer.Write(all.subspan(at, size), sync));
  }
  const double seconds = watch.Seconds();
  const double cpu_seconds = watch.CpuSeconds();
  const auto syncs = static_cast<double>(peer.wal_syncs());
  SKG_ASSIGN_OR_RETURN(const uint64_t rows, peer.CountedRows(all.size()));
  return Sample{.operations = static_cast<double>(all.size()),
                .seconds = seconds,
                .cpu_seconds = cpu_seconds,
                .rows = rows,
                .figures = {{"commits", static_cast<double>(peer.batches())},
                            {"fdatasyncs", syncs}}};
}

}  // namespace

absl::StatusOr<Plan> PrepareBatchInsert(const Options& options) {
  auto dataset = std::make_shared<const Dataset>(
      MakeDataset({.statements = options.statements, .seed = options.seed}));
  std::vector<Durability> durabilities = options.durabilities;
  if (durabilities.empty()) {
    durabilities = {Durability::kSync, Durability::kNone};
  }

  Plan plan;
  plan.facts = {{"data", dataset->Describe()},
                {"commit", absl::StrCat(options.statements_per_commit,
                                        " statements; 1 thread")},
                {"store", "fresh for every run; closing is not timed"}};
  for (const Durability durability : durabilities) {
    // A shared fsync is an fsync where nobody else writes.
    const bool sync = durability != Durability::kNone;
    std::vector<std::string> peers;
    if (options.peers) {
      for (const RocksDb3Cf::WritePath path : RocksDb3Cf::kWritePaths) {
        peers.push_back(absl::StrCat("rocksdb3cf ", RocksDb3Cf::PathName(path),
                                     " ", sync ? "sync" : "none"));
        const bool there = std::any_of(
            plan.series.begin(), plan.series.end(),
            [&](const Series& s) { return s.name == peers.back(); });
        if (there) continue;
        plan.series.push_back(
            {.name = peers.back(), .unit = "statements", .run = [=] {
               return RunPeer(options, *dataset, path, sync);
             }});
      }
    }
    for (const Setting& setting :
         {Setting{durability, false, Api::kAddBatch},
          Setting{durability, true, Api::kAddBatch},
          Setting{durability, false, Api::kTransaction}}) {
      plan.series.push_back(
          {.name = SeriesName(setting), .unit = "statements", .run = [=] {
             return RunOurs(options, *dataset, setting);
           }});
      if (!peers.empty()) {
        plan.comparisons.push_back({SeriesName(setting), peers, 0.5});
      }
    }
  }
  return plan;
}

}  // namespace skg::bench
