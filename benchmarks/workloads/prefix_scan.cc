// All statements of a predicate, one predicate after the other: through the
// public API with its terms decoded, and below it in ids.
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "harness/dataset.h"
#include "harness/stopwatch.h"
#include "peers/rocksdb3cf/rocksdb3cf.h"
#include "rdf/term.h"
#include "storage/rocksdb_kv.h"
#include "storage/store.h"
#include "workloads/loaded_store.h"
#include "workloads/workloads.h"

namespace skg::bench {
namespace {

// Statements of each predicate, by its number.
std::vector<uint64_t> ByPredicate(const Dataset& dataset) {
  std::vector<uint64_t> counts(dataset.shape.predicates);
  for (const TripleNumbers& triple : dataset.triples) {
    ++counts[triple.predicate];
  }
  return counts;
}

absl::Status Check(uint32_t predicate, uint64_t rows, uint64_t expected) {
  if (rows == expected) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("predicate ", predicate, " has ",
                                          rows, " statements, not ", expected));
}

// Times `scan(predicate)`, which gives its number of rows, over all of them.
template <typename Scan>
absl::StatusOr<Sample> ScanAll(const std::vector<uint64_t>& counts,
                               const Scan& scan) {
  const Stopwatch watch;
  uint64_t rows = 0;
  for (uint32_t predicate = 0; predicate < counts.size(); ++predicate) {
    SKG_ASSIGN_OR_RETURN(const uint64_t found, scan(predicate));
    SKG_RETURN_IF_ERROR(Check(predicate, found, counts[predicate]));
    rows += found;
  }
  return Sample{.operations = static_cast<double>(rows),
                .seconds = watch.Seconds(),
                .cpu_seconds = watch.CpuSeconds(),
                .rows = rows};
}

absl::StatusOr<Sample> RunMatch(const LoadedStore& store,
                                const std::vector<uint64_t>& counts,
                                const MatchOptions& match) {
  SKG_ASSIGN_OR_RETURN(const ReadView view, store.graph().Latest());
  std::vector<Statement> batch;
  return ScanAll(counts, [&](uint32_t predicate) -> absl::StatusOr<uint64_t> {
    SKG_ASSIGN_OR_RETURN(
        StatementCursor cursor,
        view.Match({.predicate = PredicateName(predicate)}, match));
    uint64_t rows = 0;
    for (;;) {
      SKG_ASSIGN_OR_RETURN(const bool more, cursor.Next(batch));
      if (!more) return rows;
      rows += batch.size();
    }
  });
}

// The same data opened below the public API.
class RawStore {
 public:
  static absl::StatusOr<std::shared_ptr<RawStore>> Make(
      const Options& options, const Dataset& dataset) {
    SKG_ASSIGN_OR_RETURN(ScratchDirectory directory,
                         MakeLoadedDirectory(options, dataset));
    SKG_ASSIGN_OR_RETURN(
        auto kv,
        storage::OpenRocksDb(directory.store(),
                             {.memory_bytes = options.memory_bytes / 2}));
    SKG_ASSIGN_OR_RETURN(
        auto store,
        storage::Store::Open(std::move(kv),
                             {.memory_bytes = options.memory_bytes / 4}));
    SKG_ASSIGN_OR_RETURN(
        storage::GraphStore graph,
        store->OpenGraph(kLoadedTenant, kLoadedGraph, nullptr));
    return std::shared_ptr<RawStore>(
        new RawStore(std::move(directory), std::move(store), std::move(graph)));
  }

  [[nodiscard]] absl::StatusOr<Sample> Run(
      const std::vector<uint64_t>& counts) const {
    SKG_ASSIGN_OR_RETURN(const storage::ReadView view, graph_.Latest());
    storage::StatementBatch batch;
    return ScanAll(counts, [&](uint32_t predicate) -> absl::StatusOr<uint64_t> {
      SKG_ASSIGN_OR_RETURN(
          const rdf::TermId id,
          view.Lookup(rdf::Term::Iri("urn:skg:" + PredicateName(predicate))));
      SKG_ASSIGN_OR_RETURN(const auto cursor, view.Scan({.predicate = id}));
      uint64_t rows = 0;
      for (;;) {
        SKG_ASSIGN_OR_RETURN(const bool more, cursor->Next(batch));
        if (!more) return rows;
        rows += batch.size();
      }
    });
  }

 private:
  RawStore(ScratchDirectory directory, std::unique_ptr<storage::Store> store,
           storage::GraphStore graph)
      : directory_(std::move(directory)),
        store_(std::move(store)),
        graph_(std::move(graph)) {}

  ScratchDirectory directory_;
  std::unique_ptr<storage::Store> store_;
  storage::GraphStore graph_;
};

absl::StatusOr<std::shared_ptr<RocksDb3Cf>> MakeLoadedPeer(
    const Options& options, const Dataset& dataset) {
  SKG_ASSIGN_OR_RETURN(
      RocksDb3Cf peer,
      RocksDb3Cf::Open(options, RocksDb3Cf::WritePath::kPlain));
  SKG_RETURN_IF_ERROR(peer.Write(dataset.triples, /*sync=*/false));
  SKG_RETURN_IF_ERROR(peer.Flush());
  return std::make_shared<RocksDb3Cf>(std::move(peer));
}

}  // namespace

absl::StatusOr<Plan> PreparePrefixScan(const Options& options) {
  const Dataset dataset =
      MakeDataset({.statements = options.statements, .seed = options.seed});
  const auto counts =
      std::make_shared<const std::vector<uint64_t>>(ByPredicate(dataset));
  SKG_ASSIGN_OR_RETURN(const std::shared_ptr<LoadedStore> store,
                       LoadedStore::Make(options, dataset));
  SKG_ASSIGN_OR_RETURN(const std::shared_ptr<RawStore> raw,
                       RawStore::Make(options, dataset));

  Plan plan;
  plan.facts = {
      {"data", dataset.Describe()},
      {"store", "loaded, closed and opened again; caches are warm; 1 thread"},
      {"run", "all predicates, one scan each"}};
  const auto add = [&](const std::string& name,
                       std::function<absl::StatusOr<Sample>()> run) {
    plan.series.push_back(
        {.name = name, .unit = "rows", .run = std::move(run)});
  };
  const MatchOptions plain = {.order_by = OrderField::kKey,
                              .include_identity = false};
  const MatchOptions identity = {.order_by = OrderField::kKey};
  add("Match ? p ?", [=] { return RunMatch(*store, *counts, plain); });
  add("Match ? p ?, with identity",
      [=] { return RunMatch(*store, *counts, identity); });
  add("Match ? p ?, by commit, with identity",
      [=] { return RunMatch(*store, *counts, {}); });
  add("storage Scan ? p ?", [=] { return raw->Run(*counts); });
  if (options.peers) {
    SKG_ASSIGN_OR_RETURN(const std::shared_ptr<RocksDb3Cf> peer,
                         MakeLoadedPeer(options, dataset));
    add("rocksdb3cf iterator", [=] {
      return ScanAll(*counts, [&](uint32_t predicate) {
        return peer->ScanPredicate(predicate);
      });
    });
    plan.comparisons.push_back({"storage Scan ? p ?", {"rocksdb3cf iterator"}});
  }
  return plan;
}

}  // namespace skg::bench
