#include "faults/fault_script.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <utility>

#include "absl/time/clock.h"
#include "base/status.h"
#include "faults/store_workload.h"
#include "storage/bulk_load.h"
#include "storage/load_block_builder.h"
#include "storage/statement_id.h"
#include "support/test_support.h"

namespace skg::test {
namespace {

using rdf::TermId;
using storage::CommitRequest;
using storage::GraphStore;
using storage::StatementKey;
using storage::Store;

struct Triple {
  std::string subject, predicate, object;
};

rdf::Term Name(const std::string& name) {
  return rdf::Term::Iri("urn:skg:" + name);
}

absl::StatusOr<GraphStore> Open(Store& store, const std::string& graph,
                                bool create) {
  const Store::CreateOptions options;
  return store.OpenGraph("faults", graph, create ? &options : nullptr);
}

absl::StatusOr<TermId> Intern(const GraphStore& graph, const rdf::Term& term,
                              CommitRequest& request) {
  SKG_ASSIGN_OR_RETURN(const TermId known, graph.Lookup(term));
  if (known.bound()) return known;
  request.new_terms.push_back(term);
  return TermId::Make(rdf::TermTag::kArena, request.new_terms.size() - 1);
}

absl::Status Change(Store& store, const std::string& graph_name,
                    storage::WriteOperation::Kind kind,
                    const std::vector<Triple>& triples, CommitRequest request) {
  SKG_ASSIGN_OR_RETURN(GraphStore graph, Open(store, graph_name, false));
  for (const Triple& triple : triples) {
    storage::WriteOperation operation;
    operation.kind = kind;
    SKG_ASSIGN_OR_RETURN(operation.key.subject,
                         Intern(graph, Name(triple.subject), request));
    SKG_ASSIGN_OR_RETURN(operation.key.predicate,
                         Intern(graph, Name(triple.predicate), request));
    SKG_ASSIGN_OR_RETURN(
        operation.key.object,
        Intern(graph, rdf::Term::Literal(triple.object), request));
    if (!request.records.empty()) operation.record = 1;
    request.operations.push_back(operation);
  }
  return graph.Commit(request).status();
}

// Reads before it changes anything and after that. With a record it replaces
// what is there.
absl::Status Transact(Store& store, const std::string& graph_name,
                      const std::vector<Triple>& triples,
                      const storage::Record* record = nullptr) {
  SKG_ASSIGN_OR_RETURN(GraphStore graph, Open(store, graph_name, false));
  SKG_ASSIGN_OR_RETURN(storage::Transaction transaction, graph.Begin());
  SKG_RETURN_IF_ERROR(transaction.view().Count({}).status());
  for (const Triple& triple : triples) {
    StatementKey key;
    SKG_ASSIGN_OR_RETURN(key.subject, transaction.Intern(Name(triple.subject)));
    SKG_ASSIGN_OR_RETURN(key.predicate,
                         transaction.Intern(Name(triple.predicate)));
    SKG_ASSIGN_OR_RETURN(key.object,
                         transaction.Intern(rdf::Term::Literal(triple.object)));
    SKG_RETURN_IF_ERROR(transaction.Add(key, 1.0f, record, false));
  }
  SKG_RETURN_IF_ERROR(transaction.view().Count({}).status());
  return graph.Commit(transaction, {}).status();
}

// How many of the triples are there.
size_t CountPresent(Store& store, const std::string& graph_name,
                    const std::vector<Triple>& triples) {
  auto graph = Open(store, graph_name, false);
  if (graph.status().code() == absl::StatusCode::kNotFound) return 0;
  REQUIRE_OK(graph);
  const auto view = graph->Latest();
  REQUIRE_OK(view);
  size_t present = 0;
  for (const Triple& triple : triples) {
    const auto subject = view->Lookup(Name(triple.subject));
    const auto predicate = view->Lookup(Name(triple.predicate));
    const auto object = view->Lookup(rdf::Term::Literal(triple.object));
    REQUIRE_OK(subject);
    REQUIRE_OK(predicate);
    REQUIRE_OK(object);
    if (!subject->bound() || !predicate->bound() || !object->bound()) continue;
    const auto row = view->Find({TermId(), *subject, *predicate, *object});
    REQUIRE_OK(row);
    if (row->has_value()) ++present;
  }
  return present;
}

// 1 as it must be: the times of all commits are there, whether their log
// entries are or not, and what lies before the horizon is refused.
size_t CheckPast(Store& store, const std::string& graph_name) {
  auto graph = Open(store, graph_name, false);
  if (graph.status().code() == absl::StatusCode::kNotFound) return 0;
  REQUIRE_OK(graph);
  const auto view = graph->Latest();
  REQUIRE_OK(view);
  for (uint64_t commit = 1; commit <= view->commit(); ++commit)
    REQUIRE_OK(view->TimeOfCommit(commit));
  const auto history = graph->ReadHistory();
  REQUIRE_OK(history);
  for (uint64_t commit = 0; commit <= view->commit(); ++commit)
    CHECK(graph->AsOf(commit).ok() == (commit >= history->horizon));
  return 1;
}

Step Creation(const std::string& graph) {
  return {"create " + graph,
          [=](Store& s) { return Open(s, graph, true).status(); }, 1,
          [=](Store& s) {
            return Open(s, graph, false).ok() ? size_t{1} : size_t{0};
          }};
}

Step Addition(const std::string& name, const std::string& graph,
              const std::vector<Triple>& triples, CommitRequest request = {}) {
  return {name,
          [=](Store& s) {
            return Change(s, graph, storage::WriteOperation::Kind::kAdd,
                          triples, request);
          },
          triples.size(),
          [=](Store& s) { return CountPresent(s, graph, triples); }};
}

// Triples and one that names a record, as a load brings them.
absl::Status LoadTriples(Store& store, const std::string& graph_name,
                         const std::vector<Triple>& triples) {
  SKG_ASSIGN_OR_RETURN(const GraphStore graph, Open(store, graph_name, false));
  storage::BulkLoad load(graph, {});
  storage::LoadBlockBuilder builder;
  builder.block().records.push_back({.metadata = R"({"k":3})"});
  for (const Triple& triple : triples) {
    const rdf::Term subject = Name(triple.subject);
    const rdf::Term predicate = Name(triple.predicate);
    const rdf::Term object = rdf::Term::Literal(triple.object);
    storage::LoadBlock::Full full;
    full.key.subject = builder.IdOf(subject);
    full.key.predicate = builder.IdOf(predicate);
    full.key.object = builder.IdOf(object);
    full.record = builder.block().full.empty() ? 1 : 0;
    full.id = storage::StatementUuid(graph.description().uuid, subject,
                                     predicate, object, nullptr, 0);
    builder.block().full.push_back(full);
  }
  SKG_RETURN_IF_ERROR(load.Add(builder.block()));
  return load.Finish().status();
}

Step Load(const std::string& name, const std::string& graph,
          const std::vector<Triple>& triples) {
  return {name, [=](Store& s) { return LoadTriples(s, graph, triples); },
          triples.size(),
          [=](Store& s) { return CountPresent(s, graph, triples); }};
}

// Rows of a run and of the delta that go with one clear, and come back in part:
// with the next commit, or with the one that clears.
Step AddAndClear(const std::string& graph_name, bool at_once) {
  std::vector<Triple> many;
  for (int i = 0; i < 9; ++i)
    many.push_back({"s" + std::to_string(i), "p", "value"});
  const std::vector<Triple> few = {{"t", "p", "value"}};
  using Kind = storage::WriteOperation::Kind;
  return {at_once ? "clear and add at once" : "add and clear",
          [=](Store& s) {
            for (const auto& added : {many, few}) {
              SKG_RETURN_IF_ERROR(Change(s, graph_name, Kind::kAdd, added, {}));
            }
            SKG_ASSIGN_OR_RETURN(GraphStore graph, Open(s, graph_name, false));
            CommitRequest clear;
            clear.clears = {storage::ClearScope{}};
            if (at_once)
              return Change(s, graph_name, Kind::kAdd, few, std::move(clear));
            SKG_RETURN_IF_ERROR(graph.Commit(clear).status());
            return Change(s, graph_name, Kind::kAdd, few, {});
          },
          many.size(),
          [=](Store& s) {
            const size_t present = CountPresent(s, graph_name, many);
            CHECK((present == 0 || present == many.size()));
            if (CountPresent(s, graph_name, few) == 0) return size_t{0};
            return many.size() - present;
          }};
}

// Commits that each become a run of their own; the background merges them.
Step ManyRuns(const std::string& graph) {
  constexpr int kRuns = 10, kRows = 9;
  std::vector<std::vector<Triple>> batches(kRuns);
  for (int run = 0; run < kRuns; ++run) {
    for (int row = 0; row < kRows; ++row) {
      // Some of them again and again.
      batches[run].push_back(
          {"s" + std::to_string(row), "p",
           "value " + std::to_string(row % 3 == 0 ? row : run * 100 + row)});
    }
  }
  return {"many runs",
          [=](Store& s) {
            for (const auto& batch : batches) {
              SKG_RETURN_IF_ERROR(Change(
                  s, graph, storage::WriteOperation::Kind::kAdd, batch, {}));
            }
            s.WaitForMaintenance();
            return absl::OkStatus();
          },
          // Each commit is whole, not all of them together.
          1,
          [=](Store& s) {
            size_t whole = 0;
            for (const auto& batch : batches) {
              std::vector<Triple> own;
              for (size_t row = 0; row < batch.size(); ++row) {
                if (row % 3 != 0) own.push_back(batch[row]);
              }
              const size_t present = CountPresent(s, graph, own);
              CHECK((present == 0 || present == own.size()));
              whole += present == own.size() ? 1 : 0;
            }
            return whole == batches.size() ? size_t{1} : size_t{0};
          }};
}

}  // namespace

std::vector<Step> Script() {
  using Kind = storage::WriteOperation::Kind;
  const std::vector<Triple> first = {
      {"a", "p", std::string(500, 'x')}, {"a", "p", "1"}, {"b", "q", "2"}};
  const std::vector<Triple> removed = {{"c", "p", "3"},
                                       {"c", "q", "a text of its own"}};
  const std::vector<Triple> large = {
      {"o", "p", "15"}, {"o", "q", "16"}, {"o", "p", std::string(400, 'o')}};
  CommitRequest grouped, recorded, replacing, keyed;
  grouped.durability = Durability::kGroup;
  recorded.records.push_back({.metadata = R"({"k":1})", .source = "test"});
  replacing.records.push_back({.metadata = R"({"k":2})", .source = "test"});
  keyed.idempotency_key = "key";
  keyed.request_hash = std::string(16, 'h');
  std::vector<Step> steps = {
      Creation("main"),
      Addition("add", "main", first),
      Addition("add by group", "main",
               {{"d", "p", "a longer text"}, {"e", "p", "5"}}, grouped),
      Addition("add with records", "main", {{"f", "q", "6"}, {"g", "q", "7"}},
               recorded),
      Addition("replace records", "main", {{"f", "q", "6"}, {"g", "q", "7"}},
               replacing),
      Addition("add with a key", "main", {{"h", "q", "8"}}, keyed),
      {"put a setting", [](Store& s) { return s.PutSetting("name", "value"); },
       1,
       [](Store& s) {
         return s.GetSetting("name").ok() ? size_t{1} : size_t{0};
       }},
      {"transaction",
       [](Store& s) {
         return Transact(s, "main", {{"i", "p", "9"}});
       },
       1,
       [](Store& s) {
         return CountPresent(s, "main", {{"i", "p", "9"}});
       }},
      {"large transaction",
       [=](Store& s) {
         const storage::Record record{.metadata = R"({"k":4})"};
         return Transact(s, "main", large, &record);
       },
       large.size(), [=](Store& s) { return CountPresent(s, "main", large); }},
      {"add and remove",
       [=](Store& s) {
         SKG_RETURN_IF_ERROR(Change(s, "main", Kind::kAdd, removed, {}));
         return Change(s, "main", Kind::kRemoveTriple, removed, {});
       },
       removed.size(),
       [=](Store& s) {
         return removed.size() - CountPresent(s, "main", removed);
       }},
      {"compact",
       [](Store& s) {
         SKG_ASSIGN_OR_RETURN(const GraphStore graph, Open(s, "main", false));
         return s.Compact(graph);
       },
       1, [](Store&) { return size_t{1}; }},
      Addition("add after a fold", "main",
               {{"j", "p", "10"}, {"j", "q", "11"}}),
      // In the run already.
      Addition("add again after a fold", "main", first),
      Load("load", "main",
           {{"k", "p", std::string(600, 'k')},
            {"l", "q", "13"},
            {"m", "q", "a text that a load brings"}}),
      {"compact again",
       [](Store& s) {
         SKG_ASSIGN_OR_RETURN(const GraphStore graph, Open(s, "main", false));
         return s.Compact(graph);
       },
       1, [](Store&) { return size_t{1}; }},
      {"forget changes",
       [](Store& s) -> absl::Status {
         SKG_ASSIGN_OR_RETURN(GraphStore graph, Open(s, "main", false));
         SKG_RETURN_IF_ERROR(graph.TrimLog(2));
         return graph.TrimLog(graph.last_commit());
       },
       1, [](Store& s) { return CheckPast(s, "main"); }},
      {"forget states",
       [](Store& s) -> absl::Status {
         SKG_ASSIGN_OR_RETURN(GraphStore graph, Open(s, "main", false));
         SKG_ASSIGN_OR_RETURN(const storage::History history,
                              graph.ReadHistory());
         return graph.SetHorizon(
             std::max(history.horizon, graph.last_commit() / 2));
       },
       1, [](Store& s) { return CheckPast(s, "main"); }},
      {"compact what is forgotten",
       [](Store& s) {
         SKG_ASSIGN_OR_RETURN(const GraphStore graph, Open(s, "main", false));
         return s.Compact(graph);
       },
       1, [](Store& s) { return CheckPast(s, "main"); }},
      {"forget what is old",
       [](Store& s) -> absl::Status {
         SKG_ASSIGN_OR_RETURN(GraphStore graph, Open(s, "main", false));
         SKG_RETURN_IF_ERROR(graph.SetHistoryKept(absl::Hours(1)));
         // In two days: all but the last commit is old by then.
         return graph.ForgetPast(absl::Now() + absl::Hours(48));
       },
       1, [](Store& s) { return CheckPast(s, "main"); }},
      Creation("runs"),
      ManyRuns("runs"),
      {"compact many runs",
       [](Store& s) {
         SKG_ASSIGN_OR_RETURN(const GraphStore graph, Open(s, "runs", false));
         return s.Compact(graph);
       },
       1, [](Store&) { return size_t{1}; }},
      Creation("cleared"),
      AddAndClear("cleared", /*at_once=*/false),
      {"compact what is cleared",
       [](Store& s) {
         SKG_ASSIGN_OR_RETURN(const GraphStore graph,
                              Open(s, "cleared", false));
         return s.Compact(graph);
       },
       1, [](Store&) { return size_t{1}; }},
      Creation("replaced"),
      AddAndClear("replaced", /*at_once=*/true),
      {"compact what is replaced",
       [](Store& s) {
         SKG_ASSIGN_OR_RETURN(const GraphStore graph,
                              Open(s, "replaced", false));
         return s.Compact(graph);
       },
       1, [](Store&) { return size_t{1}; }},
      Creation("other"),
      Addition("add to another", "other", first, grouped),
      Load("load another", "other", {{"n", "p", "14"}, {"c", "p", "3"}}),
      {"create and drop",
       [](Store& s) {
         SKG_RETURN_IF_ERROR(Open(s, "third", true).status());
         SKG_RETURN_IF_ERROR(
             Change(s, "third", Kind::kAdd, {{"a", "b", "c"}}, {}));
         return s.DropGraph("faults", "third");
       },
       1,
       [](Store& s) {
         return Open(s, "third", false).ok() ? size_t{0} : size_t{1};
       }},
  };
  return steps;
}

void CompareWithResults(Store& store, const std::vector<Step>& steps,
                        const Results& results) {
  for (size_t i = 0; i < steps.size(); ++i) {
    if (!results[i].has_value()) continue;
    INFO(steps[i].name << ": " << *results[i]);
    const size_t seen = steps[i].seen(store);
    CHECK((seen == 0 || seen == steps[i].whole));
    if (results[i]->ok()) CHECK(seen == steps[i].whole);
  }
  CheckClean(store);
}

storage::StoreOptions ScriptOptions() {
  return {.fold_rows = 12,
          .run_rows = 8,
          .log_retention = {.kept_for = absl::Hours(24)},
          .spill = {.changes = 2, .batch_record_bytes = 1}};
}

}  // namespace skg::test
