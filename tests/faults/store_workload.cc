#include "faults/store_workload.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <set>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "support/test_support.h"

namespace skg::test {
namespace {

using rdf::TermId;
using storage::CommitRequest;
using storage::GraphStore;
using storage::StatementKey;
using storage::WriteOperation;

rdf::Term Name(const std::string& name) {
  return rdf::Term::Iri("urn:skg:" + name);
}

absl::StatusOr<TermId> Intern(const GraphStore& graph, const rdf::Term& term,
                              CommitRequest& request) {
  SKG_ASSIGN_OR_RETURN(const TermId known, graph.Lookup(term));
  if (known.bound()) return known;
  request.new_terms.push_back(term);
  return TermId::Make(rdf::TermTag::kArena, request.new_terms.size() - 1);
}

// One to four statements about the tag, half of them with text that the
// dictionary must learn; every third commit also removes what the writer's last
// one began with.
absl::Status FillRequest(const GraphStore& graph, const std::string& tag,
                         const std::string& last_tag, std::mt19937_64& random,
                         CommitRequest& request) {
  SKG_ASSIGN_OR_RETURN(const TermId subject, Intern(graph, Name(tag), request));
  SKG_ASSIGN_OR_RETURN(const TermId first,
                       Intern(graph, Name("first"), request));
  SKG_ASSIGN_OR_RETURN(const TermId zero, Intern(graph, Name("zero"), request));
  request.operations.push_back({.key = {TermId(), subject, first, zero}});
  for (uint64_t i = random() % 4; i > 0; --i) {
    WriteOperation operation;
    const std::string text(random() % 300,
                           static_cast<char>('a' + random() % 26));
    SKG_ASSIGN_OR_RETURN(const TermId predicate,
                         Intern(graph, Name(absl::StrCat("p", i)), request));
    SKG_ASSIGN_OR_RETURN(
        const TermId object,
        Intern(graph, rdf::Term::Literal(tag + text), request));
    TermId named;
    if (random() % 4 == 0) {
      SKG_ASSIGN_OR_RETURN(named, Intern(graph, Name("named"), request));
    }
    operation.key = {named, subject, predicate, object};
    operation.weight = 0.5f;
    if (random() % 2 == 0) {
      storage::Record record;
      record.metadata = R"({"tag":")" + tag + R"("})";
      request.records.push_back(record);
      operation.record = static_cast<uint32_t>(request.records.size());
    }
    request.operations.push_back(operation);
  }
  if (!last_tag.empty() && random() % 3 == 0) {
    SKG_ASSIGN_OR_RETURN(const TermId last,
                         Intern(graph, Name(last_tag), request));
    request.operations.push_back({.kind = WriteOperation::Kind::kRemoveTriple,
                                  .key = {TermId(), last, first, zero}});
  }
  return absl::OkStatus();
}

Durability Choose(GraphHabit habit, std::mt19937_64& random) {
  switch (habit) {
    case GraphHabit::kSync:
      return Durability::kSync;
    case GraphHabit::kGroup:
      return Durability::kGroup;
    case GraphHabit::kNone:
      return Durability::kNone;
    case GraphHabit::kMixed:
      break;
  }
  return static_cast<Durability>(random() % 3);
}

std::vector<storage::StatementRow> Rows(const storage::ReadView& view) {
  auto cursor = view.Scan({});
  REQUIRE_OK(cursor);
  std::vector<storage::StatementRow> rows;
  storage::StatementBatch batch;
  for (;;) {
    const auto more = (*cursor)->Next(batch);
    REQUIRE_OK(more);
    if (!*more) return rows;
    for (size_t i = 0; i < batch.size(); ++i) rows.push_back(batch.Row(i));
  }
}

}  // namespace

void Acknowledgements::Add(uint64_t commit, Entry entry) {
  const std::lock_guard lock(mutex_);
  entries_[commit] = std::move(entry);
}

void Acknowledgements::Settle(uint64_t last_commit) {
  const std::lock_guard lock(mutex_);
  entries_.erase(entries_.upper_bound(last_commit), entries_.end());
  for (auto& [commit, entry] : entries_) entry.durable = true;
}

std::map<uint64_t, Acknowledgements::Entry> Acknowledgements::entries() const {
  const std::lock_guard lock(mutex_);
  return entries_;
}

std::string GraphName(GraphHabit habit) {
  switch (habit) {
    case GraphHabit::kSync:
      return "sync";
    case GraphHabit::kGroup:
      return "group";
    case GraphHabit::kNone:
      return "none";
    case GraphHabit::kMixed:
      break;
  }
  return "mixed";
}

absl::Status WriteUntilFailure(GraphStore graph, GraphHabit habit,
                               const std::string& writer, uint64_t seed,
                               const std::atomic<bool>& stop,
                               Acknowledgements& told) {
  std::mt19937_64 random(seed);
  std::string last_tag;
  for (uint64_t number = 1; !stop; ++number) {
    const std::string tag = absl::StrCat(writer, "-", number);
    CommitRequest request;
    request.durability = Choose(habit, random);
    SKG_RETURN_IF_ERROR(FillRequest(graph, tag, last_tag, random, request));
    SKG_ASSIGN_OR_RETURN(const storage::CommitOutcome outcome,
                         graph.Commit(request));
    told.Add(outcome.result.commit, {tag, request.operations.size(),
                                     request.durability != Durability::kNone});
    last_tag = tag;
  }
  return absl::OkStatus();
}

void CheckPrefix(storage::Store& store, GraphHabit habit, bool all,
                 Acknowledgements& told) {
  INFO("graph " << GraphName(habit));
  const auto entries = told.entries();
  auto graph = store.OpenGraph("faults", GraphName(habit), nullptr);
  if (entries.empty() && !graph.ok()) return;  // not made yet
  REQUIRE_OK(graph);
  const auto view = graph->Latest();
  REQUIRE_OK(view);
  const uint64_t last_commit = graph->last_commit();
  for (const auto& [commit, entry] : entries) {
    INFO("commit " << commit << " of " << last_commit << ", " << entry.tag);
    if (entry.durable || all) CHECK(commit <= last_commit);
  }

  // The log tells what each commit did: replayed, it gives the statements.
  std::set<StatementKey> statements;
  for (uint64_t commit = 1; commit <= last_commit; ++commit) {
    INFO("commit " << commit << " of " << last_commit);
    const auto logged = graph->ReadLog(commit);
    REQUIRE_OK(logged);
    REQUIRE_FALSE(logged->changes.empty());
    for (const auto& change : logged->changes) {
      if (change.operation == storage::RowOperation::kRemove) {
        CHECK(statements.erase(change.key) == 1);
      } else {
        statements.insert(change.key);
      }
    }
    const auto entry = entries.find(commit);
    if (entry == entries.end()) continue;
    CHECK(logged->changes.size() == entry->second.operations);
    std::vector<rdf::Term> subject;
    const TermId id = logged->changes.front().key.subject;
    REQUIRE_OK(view->Decode({&id, 1}, &subject));
    CHECK(subject.front() == Name(entry->second.tag));
  }
  CHECK(graph->ReadLog(last_commit + 1).status().code() ==
        absl::StatusCode::kOutOfRange);
  std::set<StatementKey> present;
  for (const auto& row : Rows(*view)) present.insert(row.key);
  CHECK(present == statements);
  told.Settle(last_commit);
}

void CheckClean(const storage::Store& store) {
  const auto summary = store.Check(true);
  REQUIRE_OK(summary);
  for (const auto& problem : summary->problems) {
    FAIL_CHECK(problem.graph << ": " << problem.message);
  }
}

}  // namespace skg::test
