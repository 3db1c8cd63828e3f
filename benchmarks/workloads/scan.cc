// All statements, and all of each predicate in turn, in term ids: the three
// columns of terms are decoded and summed by the caller. Warm, cold, and with
// a hundredth of the statements updated; beside a RocksDB iterator over the
// same keys.
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "harness/stopwatch.h"
#include "peers/rocksdb3cf/rocksdb3cf.h"
#include "workloads/dblp_store.h"
#include "workloads/workloads.h"

namespace skg::bench {
namespace {

using storage::StatementBatch;
using storage::TermId;
using Sum = RocksDb3Cf::Sum;

constexpr int kRuns = 7;                 // one fewer than are merged
constexpr uint64_t kUpdatedShare = 100;  // one in so many
constexpr double kWantedRate = 50e6;
constexpr double kWantedRateUpdated = 40e6;

void AddColumn(std::span<const TermId> column, uint64_t& sum) {
  for (const TermId id : column) sum += id.bits;
}

absl::Status SumScan(const storage::ReadView& view,
                     const storage::ScanPattern& pattern, Sum& sum) {
  SKG_ASSIGN_OR_RETURN(const auto cursor, view.Scan(pattern));
  StatementBatch batch;
  for (;;) {
    SKG_ASSIGN_OR_RETURN(const bool more, cursor->Next(batch));
    if (!more) return absl::OkStatus();
    sum.rows += batch.size();
    AddColumn(batch.subject, sum.terms);
    AddColumn(batch.predicate, sum.terms);
    AddColumn(batch.object, sum.terms);
  }
}

// What is scanned, and what comes of it.
struct Expected {
  std::vector<TermId> predicates;
  Sum sum;
};

enum class Range { kAll, kEachPredicate };

absl::Status SumRange(const storage::ReadView& view, Range range,
                      const Expected& expected, Sum& sum) {
  if (range == Range::kAll) return SumScan(view, {}, sum);
  for (const TermId predicate : expected.predicates) {
    SKG_RETURN_IF_ERROR(SumScan(view, {.predicate = predicate}, sum));
  }
  return absl::OkStatus();
}

template <typename Scan>
absl::StatusOr<Sample> TimeScan(const Expected& expected, const Scan& scan) {
  Sum sum;
  const Stopwatch watch;
  SKG_RETURN_IF_ERROR(scan(sum));
  const double seconds = watch.Seconds();
  const double cpu_seconds = watch.CpuSeconds();
  if (sum != expected.sum) {
    return absl::InternalError(
        absl::StrCat(sum.rows, " rows that sum to ", sum.terms, ", not ",
                     expected.sum.rows, " and ", expected.sum.terms));
  }
  Sample sample{.operations = static_cast<double>(sum.rows),
                .seconds = seconds,
                .cpu_seconds = cpu_seconds,
                .rows = sum.rows};
  sample.figures.emplace_back(
      "ns/row", cpu_seconds * 1e9 / static_cast<double>(sum.rows));
  return sample;
}

absl::StatusOr<Sample> RunWarm(const DblpStore& store, Range range,
                               const Expected& expected) {
  SKG_ASSIGN_OR_RETURN(const storage::ReadView view, store.graph().Latest());
  return TimeScan(
      expected, [&](Sum& sum) { return SumRange(view, range, expected, sum); });
}

// Opening the store is not timed; everything that the scan reads is.
absl::StatusOr<Sample> RunCold(const Options& options,
                               const std::string& directory, Range range,
                               const Expected& expected) {
  SKG_RETURN_IF_ERROR(DropPageCache(directory));
  SKG_ASSIGN_OR_RETURN(const DblpStore store,
                       DblpStore::Open(options, directory));
  return RunWarm(store, range, expected);
}

// Reads everything once through the cursor and asks the counts: the rest must
// agree with this, and the peer gets these keys.
absl::StatusOr<Expected> ReadAll(const DblpStore& store, RocksDb3Cf* peer) {
  SKG_ASSIGN_OR_RETURN(const storage::ReadView view, store.graph().Latest());
  SKG_ASSIGN_OR_RETURN(const auto cursor,
                       view.Scan({}, {.order = storage::TermOrder::kPos}));
  Expected expected;
  StatementBatch batch;
  std::vector<storage::StatementKey> keys;
  for (;;) {
    SKG_ASSIGN_OR_RETURN(const bool more, cursor->Next(batch));
    if (!more) break;
    keys.clear();
    for (size_t i = 0; i < batch.size(); ++i) {
      const storage::StatementKey key = batch.Row(i).key;
      if (expected.predicates.empty() ||
          expected.predicates.back() != key.predicate) {
        expected.predicates.push_back(key.predicate);
      }
      ++expected.sum.rows;
      expected.sum.terms +=
          key.subject.bits + key.predicate.bits + key.object.bits;
      keys.push_back(key);
    }
    if (peer != nullptr) SKG_RETURN_IF_ERROR(peer->Write(keys, /*sync=*/false));
  }
  if (peer != nullptr) SKG_RETURN_IF_ERROR(peer->Flush());
  SKG_ASSIGN_OR_RETURN(const storage::Counts counts, view.Count({}));
  if (counts.statements == expected.sum.rows) return expected;
  return absl::InternalError(absl::StrCat("a scan of ", expected.sum.rows,
                                          " rows where ", counts.statements,
                                          " are counted"));
}

// What the series share.
struct Stores {
  std::shared_ptr<const DblpDirectory> directory, parted;
  std::optional<ScratchDirectory> cold_copy, updated_copy;
  std::optional<DblpStore> warm, updated, runs;
  std::optional<RocksDb3Cf> peer;
  Expected expected, expected_of_runs;
  uint64_t updates = 0;
};

absl::StatusOr<std::shared_ptr<Stores>> MakeStores(const Options& options) {
  auto stores = std::make_shared<Stores>();
  SKG_ASSIGN_OR_RETURN(stores->directory,
                       DblpDirectory::Make(options, {.triples = options.triples,
                                                     .seed = options.seed}));
  SKG_ASSIGN_OR_RETURN(
      stores->parted,
      DblpDirectory::Make(
          options, {.triples = options.triples, .seed = options.seed}, kRuns));
  SKG_ASSIGN_OR_RETURN(ScratchDirectory updated, stores->directory->Copy());
  stores->updated_copy.emplace(std::move(updated));
  SKG_ASSIGN_OR_RETURN(ScratchDirectory cold, stores->directory->Copy());
  stores->cold_copy.emplace(std::move(cold));
  SKG_ASSIGN_OR_RETURN(DblpStore warm,
                       DblpStore::Open(options, stores->directory->path()));
  stores->warm.emplace(std::move(warm));
  if (options.peers) {
    SKG_ASSIGN_OR_RETURN(
        RocksDb3Cf peer,
        RocksDb3Cf::Open(options, RocksDb3Cf::WritePath::kPlain));
    stores->peer.emplace(std::move(peer));
  }
  SKG_ASSIGN_OR_RETURN(
      stores->expected,
      ReadAll(*stores->warm, stores->peer ? &*stores->peer : nullptr));
  SKG_ASSIGN_OR_RETURN(DblpStore runs,
                       DblpStore::Open(options, stores->parted->path()));
  stores->runs.emplace(std::move(runs));
  SKG_ASSIGN_OR_RETURN(stores->expected_of_runs,
                       ReadAll(*stores->runs, nullptr));
  SKG_ASSIGN_OR_RETURN(DblpStore changed,
                       DblpStore::Open(options, stores->updated_copy->store()));
  stores->updated.emplace(std::move(changed));
  SKG_ASSIGN_OR_RETURN(stores->updates,
                       UpdateEvenly(*stores->updated, kUpdatedShare));
  return stores;
}

}  // namespace

absl::StatusOr<Plan> PrepareScan(const Options& options) {
  SKG_ASSIGN_OR_RETURN(const std::shared_ptr<Stores> stores,
                       MakeStores(options));
  Plan plan;
  plan.facts = {
      {"data", DblpGraph({.triples = options.triples, .seed = options.seed})
                   .Describe()},
      {"store", "loaded, compacted, closed and opened again; 1 thread"},
      {"run", "all columns decoded, the three of terms summed by the caller"},
      {"cold", "the page cache is dropped, the store opened anew"},
      {"updated", absl::StrCat(stores->updates,
                               " statements, evenly scattered, lie anew in "
                               "the delta")}};
  const auto add = [&](const std::string& name, std::optional<double> wanted,
                       std::function<absl::StatusOr<Sample>()> run) {
    plan.series.push_back({.name = name,
                           .unit = "rows",
                           .run = std::move(run),
                           .wanted_rate = wanted});
  };
  for (const Range range : {Range::kAll, Range::kEachPredicate}) {
    const std::string name = range == Range::kAll ? "? ? ?" : "? p ?";
    add(name, kWantedRate,
        [=] { return RunWarm(*stores->warm, range, stores->expected); });
    add(name + ", updated", kWantedRateUpdated,
        [=] { return RunWarm(*stores->updated, range, stores->expected); });
    add(name + ", cold", std::nullopt, [=] {
      return RunCold(options, stores->cold_copy->store(), range,
                     stores->expected);
    });
    add(absl::StrCat(name, ", ", kRuns, " runs"), std::nullopt, [=] {
      return RunWarm(*stores->runs, range, stores->expected_of_runs);
    });
    plan.comparisons.push_back({name + ", updated", {name}, 0.8});
    if (!stores->peer) continue;
    const std::string peer = "rocksdb3cf " + name;
    add(peer, std::nullopt, [=] {
      return TimeScan(stores->expected, [&](Sum& sum) -> absl::Status {
        if (range == Range::kAll) return stores->peer->SumAll(sum);
        for (const TermId predicate : stores->expected.predicates) {
          SKG_RETURN_IF_ERROR(stores->peer->SumPredicate(predicate, sum));
        }
        return absl::OkStatus();
      });
    });
    plan.comparisons.push_back({name, {peer}, 9.0});
  }
  return plan;
}

}  // namespace skg::bench
