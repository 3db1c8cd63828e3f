// Single statements and short ranges of the DBLP-like graph: in term ids below
// the public API, and by names through it.
#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "harness/threads.h"
#include "rdf/name.h"
#include "skg/engine.h"
#include "workloads/dblp_store.h"
#include "workloads/workloads.h"

namespace skg::bench {
namespace {

using Clock = std::chrono::steady_clock;
using storage::StatementKey;

constexpr double kWantedPresent = 500e3;
constexpr double kWantedAbsent = 2e6;
constexpr uint64_t kQuestions = 200'000;
constexpr int kRuns = 7;  // one fewer than are merged

// An open store, and what it is asked, in an order that has nothing to do with
// that of the graph.
struct Asked {
  std::optional<DblpStore> store;
  std::vector<StatementKey> present, absent;
};

absl::StatusOr<std::vector<StatementKey>> Sampled(const storage::ReadView& view,
                                                  uint64_t seed) {
  SKG_ASSIGN_OR_RETURN(const storage::Counts counts, view.Count({}));
  const uint64_t every = std::max<uint64_t>(1, counts.statements / kQuestions);
  SKG_ASSIGN_OR_RETURN(const auto cursor, view.Scan({}));
  storage::StatementBatch batch;
  std::vector<StatementKey> keys;
  uint64_t passed = 0;
  for (;;) {
    SKG_ASSIGN_OR_RETURN(const bool more, cursor->Next(batch));
    if (!more) break;
    for (size_t i = 0; i < batch.size(); ++i) {
      if (passed++ % every == 0) keys.push_back(batch.Row(i).key);
    }
  }
  std::shuffle(keys.begin(), keys.end(), std::mt19937_64(seed));
  return keys;
}

// Three terms that are there, but not together.
absl::StatusOr<std::vector<StatementKey>> Absent(
    const storage::ReadView& view, const std::vector<StatementKey>& present) {
  std::vector<StatementKey> absent;
  for (size_t i = 0; i + 1 < present.size(); ++i) {
    StatementKey key = present[i];
    key.object = present[i + 1].object;
    SKG_ASSIGN_OR_RETURN(const auto found, view.Find(key));
    if (!found) absent.push_back(key);
  }
  return absent;
}

absl::StatusOr<std::vector<StatementPattern>> InNames(
    const storage::ReadView& view, const std::vector<StatementKey>& keys) {
  std::vector<storage::TermId> ids;
  for (const StatementKey& key : keys) {
    ids.insert(ids.end(), {key.subject, key.predicate, key.object});
  }
  std::vector<rdf::Term> terms;
  SKG_RETURN_IF_ERROR(view.Decode(ids, &terms));
  std::vector<StatementPattern> names;
  for (size_t i = 0; i < terms.size(); i += 3) {
    names.push_back({.subject = rdf::ToNTriples(terms[i]),
                     .predicate = rdf::ToNTriples(terms[i + 1]),
                     .object = rdf::ToNTriples(terms[i + 2])});
  }
  return names;
}

// Asks `ask(i)` for the number of rows, i below `count` and round again, until
// the time is over. `rows`: how many each answer has; unset: at least one.
template <typename Ask>
absl::StatusOr<Sample> AskUntil(const Options& options, size_t count,
                                std::optional<uint64_t> rows, const Ask& ask) {
  constexpr uint64_t kLookAtClock = 64;
  if (count == 0)
    return absl::InvalidArgumentError("no question; give more --triples");
  uint64_t asked = 0, found = 0;
  SKG_ASSIGN_OR_RETURN(
      const ThreadTimes times, TimeThreads(1, [&](int) -> absl::Status {
        const auto end =
            Clock::now() + std::chrono::duration_cast<Clock::duration>(
                               std::chrono::duration<double>(options.seconds));
        for (size_t next = 0; asked % kLookAtClock != 0 || Clock::now() < end;
             ++asked) {
          SKG_ASSIGN_OR_RETURN(const uint64_t answers, ask(next));
          if (rows ? answers != *rows : answers == 0) {
            return absl::InternalError(
                absl::StrCat(answers, " rows for question ", next));
          }
          found += answers;
          if (++next == count) next = 0;
        }
        return absl::OkStatus();
      }));
  Sample sample{.operations = static_cast<double>(asked),
                .seconds = times.seconds,
                .cpu_seconds = times.cpu_seconds,
                .rows = rows == 0 ? asked : found};
  sample.figures.emplace_back(
      "rows/call", static_cast<double>(found) / static_cast<double>(asked));
  return sample;
}

absl::StatusOr<Sample> RunFind(const Options& options, const Asked& asked,
                               bool present) {
  SKG_ASSIGN_OR_RETURN(const storage::ReadView view,
                       asked.store->graph().Latest());
  const std::vector<StatementKey>& keys =
      present ? asked.present : asked.absent;
  const uint64_t rows = present ? 1 : 0;
  return AskUntil(options, keys.size(), rows,
                  [&](size_t i) -> absl::StatusOr<uint64_t> {
                    SKG_ASSIGN_OR_RETURN(const auto row, view.Find(keys[i]));
                    return row && row->key == keys[i] ? 1 : 0;
                  });
}

absl::StatusOr<Sample> RunRange(
    const Options& options, const Asked& asked,
    storage::ScanPattern (*pattern)(const StatementKey&)) {
  SKG_ASSIGN_OR_RETURN(const storage::ReadView view,
                       asked.store->graph().Latest());
  const std::vector<StatementKey>& keys = asked.present;
  storage::StatementBatch batch;
  return AskUntil(
      options, keys.size(), std::nullopt,
      [&](size_t i) -> absl::StatusOr<uint64_t> {
        SKG_ASSIGN_OR_RETURN(const auto cursor, view.Scan(pattern(keys[i])));
        uint64_t rows = 0;
        for (;;) {
          SKG_ASSIGN_OR_RETURN(const bool more, cursor->Next(batch));
          if (!more) return rows;
          rows += batch.size();
        }
      });
}

absl::StatusOr<Sample> RunMatch(const Options& options, const Graph& graph,
                                const std::vector<StatementPattern>& patterns,
                                std::optional<uint64_t> rows) {
  SKG_ASSIGN_OR_RETURN(const ReadView view, graph.Latest());
  const MatchOptions match = {.order_by = OrderField::kKey,
                              .include_identity = false};
  std::vector<Statement> batch;
  return AskUntil(options, patterns.size(), rows,
                  [&](size_t i) -> absl::StatusOr<uint64_t> {
                    SKG_ASSIGN_OR_RETURN(StatementCursor cursor,
                                         view.Match(patterns[i], match));
                    uint64_t answers = 0;
                    for (;;) {
                      SKG_ASSIGN_OR_RETURN(const bool more, cursor.Next(batch));
                      if (!more) return answers;
                      answers += batch.size();
                    }
                  });
}

// What the series share; destroyed last to first.
struct Stores {
  std::shared_ptr<const DblpDirectory> directory, parted;
  std::optional<ScratchDirectory> updated_copy, named_copy;
  Asked compact, updated, runs;
  std::unique_ptr<Engine> engine;
  std::optional<Graph> named;
  std::vector<StatementPattern> present_names, absent_names;
};

absl::Status OpenStore(const Options& options, const std::string& path,
                       Asked& asked) {
  SKG_ASSIGN_OR_RETURN(DblpStore opened, DblpStore::Open(options, path));
  asked.store.emplace(std::move(opened));
  SKG_ASSIGN_OR_RETURN(const storage::ReadView view,
                       asked.store->graph().Latest());
  SKG_ASSIGN_OR_RETURN(asked.present, Sampled(view, options.seed));
  SKG_ASSIGN_OR_RETURN(asked.absent, Absent(view, asked.present));
  return absl::OkStatus();
}

absl::Status OpenNamed(const Options& options, Stores& stores) {
  SKG_ASSIGN_OR_RETURN(stores.engine, Engine::Open(stores.named_copy->store(),
                                                   {.memory_budget_bytes =
                                                        options.memory_bytes}));
  SKG_ASSIGN_OR_RETURN(Graph graph, stores.engine->OpenGraph(DblpGraphName()));
  stores.named.emplace(std::move(graph));
  SKG_ASSIGN_OR_RETURN(const storage::ReadView view,
                       stores.compact.store->graph().Latest());
  SKG_ASSIGN_OR_RETURN(stores.present_names,
                       InNames(view, stores.compact.present));
  SKG_ASSIGN_OR_RETURN(stores.absent_names,
                       InNames(view, stores.compact.absent));
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<Stores>> MakeStores(const Options& options) {
  const DblpShape shape = {.triples = options.triples, .seed = options.seed};
  auto stores = std::make_shared<Stores>();
  SKG_ASSIGN_OR_RETURN(stores->directory, DblpDirectory::Make(options, shape));
  SKG_ASSIGN_OR_RETURN(stores->parted,
                       DblpDirectory::Make(options, shape, kRuns));
  SKG_ASSIGN_OR_RETURN(ScratchDirectory updated, stores->directory->Copy());
  stores->updated_copy.emplace(std::move(updated));
  SKG_ASSIGN_OR_RETURN(ScratchDirectory named, stores->directory->Copy());
  stores->named_copy.emplace(std::move(named));
  SKG_RETURN_IF_ERROR(
      OpenStore(options, stores->directory->path(), stores->compact));
  SKG_RETURN_IF_ERROR(
      OpenStore(options, stores->updated_copy->store(), stores->updated));
  SKG_RETURN_IF_ERROR(OpenStore(options, stores->parted->path(), stores->runs));
  SKG_RETURN_IF_ERROR(UpdateEvenly(*stores->updated.store, 100).status());
  SKG_RETURN_IF_ERROR(OpenNamed(options, *stores));
  return stores;
}

storage::ScanPattern SubjectPredicate(const StatementKey& key) {
  return {.subject = key.subject, .predicate = key.predicate};
}
storage::ScanPattern Subject(const StatementKey& key) {
  return {.subject = key.subject};
}

}  // namespace

absl::StatusOr<Plan> PrepareLookup(const Options& options) {
  SKG_ASSIGN_OR_RETURN(const std::shared_ptr<Stores> stores,
                       MakeStores(options));
  Plan plan;
  plan.facts = {
      {"data", DblpGraph({.triples = options.triples, .seed = options.seed})
                   .Describe()},
      {"store",
       absl::StrCat("compacted; \"updated\": 1% of it lies anew in the delta; "
                    "\"runs\": in ",
                    kRuns, " runs; caches are warm; 1 thread")},
      {"run",
       absl::StrCat(options.seconds, " s of ", stores->compact.present.size(),
                    " questions in random order")}};
  const auto add = [&](const std::string& name, std::optional<double> wanted,
                       std::function<absl::StatusOr<Sample>()> run) {
    plan.series.push_back({.name = name,
                           .unit = "calls",
                           .run = std::move(run),
                           .wanted_rate = wanted});
  };
  struct Variant {
    const char* suffix;
    const Asked* asked;
    bool wanted;
  };
  for (const Variant& variant : {Variant{"", &stores->compact, true},
                                 Variant{", updated", &stores->updated, false},
                                 Variant{", runs", &stores->runs, false}}) {
    const std::string suffix = variant.suffix;
    // The stores live as long as the series.
    const auto asked = std::shared_ptr<const Asked>(stores, variant.asked);
    const auto wanted = [&](double rate) {
      return variant.wanted ? std::optional<double>(rate) : std::nullopt;
    };
    add("Find s p o" + suffix, wanted(kWantedPresent),
        [=] { return RunFind(options, *asked, true); });
    add("Find s p o, absent" + suffix, wanted(kWantedAbsent),
        [=] { return RunFind(options, *asked, false); });
    add("Scan s p ?" + suffix, std::nullopt,
        [=] { return RunRange(options, *asked, &SubjectPredicate); });
    add("Scan s ? ?" + suffix, std::nullopt,
        [=] { return RunRange(options, *asked, &Subject); });
  }
  add("Match s p o, by names", std::nullopt, [=] {
    return RunMatch(options, *stores->named, stores->present_names, 1);
  });
  add("Match s p o, absent, by names", std::nullopt, [=] {
    return RunMatch(options, *stores->named, stores->absent_names, 0);
  });
  return plan;
}

}  // namespace skg::bench
