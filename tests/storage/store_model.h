// The model of a store: a map of statements, and random commits that go to
// both.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <tuple>

#include "storage/overlay.h"
#include "storage/store_fixture.h"

namespace skg::storage::test {

struct Stored {
  float weight = 1.0f;
  uint64_t version = 0;
  uint64_t created = 0;
  std::string metadata;
};
using Model = std::map<StatementKey, Stored>;

struct Run {
  explicit Run(uint64_t stream) : random(skg::test::Random(stream)) {}

  size_t Below(size_t n) {
    return std::uniform_int_distribution<size_t>(0, n - 1)(random);
  }
  rdf::Term Resource(const char* kind, size_t n) {
    return Name(std::string(kind) + std::to_string(Below(n)));
  }
  rdf::Term Object() {
    switch (Below(4)) {
      case 0:
        return rdf::Term::Literal(std::to_string(Below(20)),
                                  std::string(rdf::iri::kXsdInteger));
      case 1:
        return rdf::Term::Literal("a somewhat longer text " +
                                  std::to_string(Below(10)));
      case 2:
        return rdf::Term::Triple(Resource("s", 3), Resource("p", 2),
                                 Resource("o", 3));
      default:
        return Resource("o", 12);
    }
  }
  std::mt19937_64 random;
};

// Adds what became of one operation.
inline void Count(Outcome outcome, CommitResult& result) {
  switch (outcome) {
    case Outcome::kInserted:
      ++result.inserted;
      break;
    case Outcome::kReplaced:
      ++result.replaced;
      break;
    case Outcome::kDuplicate:
      ++result.duplicates;
      break;
    case Outcome::kRemoved:
      ++result.removed;
      break;
    case Outcome::kAbsent:
      ++result.absent;
      break;
  }
}

// Applies one operation to the model as the architecture page words it.
inline Outcome Apply(Model& model, const WriteOperation& operation,
                     const StatementKey& key, const std::string& metadata,
                     uint64_t commit) {
  switch (operation.kind) {
    case WriteOperation::Kind::kRemove:
      return model.erase(key) > 0 ? Outcome::kRemoved : Outcome::kAbsent;
    case WriteOperation::Kind::kRemoveTriple: {
      const size_t before = model.size();
      std::erase_if(model, [&](const auto& entry) {
        StatementKey triple = entry.first;
        triple.edge = key.edge;
        return triple == key;
      });
      return model.size() < before ? Outcome::kRemoved : Outcome::kAbsent;
    }
    case WriteOperation::Kind::kAdd:
    case WriteOperation::Kind::kAddIfAbsent:
      break;
  }
  const auto it = model.find(key);
  if (it == model.end()) {
    model[key] = {operation.weight, commit, commit, metadata};
    return Outcome::kInserted;
  }
  if (operation.kind == WriteOperation::Kind::kAddIfAbsent ||
      (it->second.weight == operation.weight &&
       it->second.metadata == metadata)) {
    return Outcome::kDuplicate;
  }
  it->second = {operation.weight, commit, it->second.created, metadata};
  return Outcome::kReplaced;
}

inline void Compare(const ReadView& view, const Model& model) {
  std::map<StatementKey, StatementRow> rows;
  for (const StatementRow& row : AllRows(view)) rows[row.key] = row;
  REQUIRE(rows.size() == model.size());
  std::set<std::tuple<TermId, TermId, TermId, TermId>> triples;
  for (const auto& [key, stored] : model) {
    REQUIRE(rows.count(key) == 1);
    const StatementRow& row = rows[key];
    REQUIRE(row.weight == stored.weight);
    REQUIRE(row.commit == stored.version);
    auto record = view.ReadRecord(row);
    REQUIRE_OK(record);
    REQUIRE(record->metadata == stored.metadata);
    triples.insert({key.graph, key.subject, key.predicate, key.object});
  }
  auto counts = view.Count({});
  REQUIRE_OK(counts);
  REQUIRE(counts->statements == model.size());
  REQUIRE(counts->triples == triples.size());
}

// Counts of what a pattern has in a range of the first place that it leaves
// free, in each order that it leads.
inline void CompareRanges(Run& run, const ReadView& view, const Model& model,
                          const ScanPattern& pattern) {
  const auto any = [&] {
    auto pick = model.begin();
    std::advance(pick, static_cast<ptrdiff_t>(run.Below(model.size())));
    return pick->first;
  };
  for (const TermOrder order :
       {TermOrder::kSpo, TermOrder::kPos, TermOrder::kOsp}) {
    const auto bound =
        InSequence(order, pattern.subject, pattern.predicate, pattern.object);
    const auto free = static_cast<size_t>(
        std::find(bound.begin(), bound.end(), TermId{}) - bound.begin());
    if (free == bound.size() ||
        std::any_of(bound.begin() + static_cast<ptrdiff_t>(free), bound.end(),
                    [](TermId id) { return id.bound(); })) {
      continue;
    }
    const auto at = [&](const StatementKey& key) {
      return InSequence(order, key.subject, key.predicate, key.object)[free];
    };
    TermRange range{at(any()), at(any())};
    if (run.Below(2) == 0 && range.last < range.first)
      std::swap(range.first, range.last);
    if (run.Below(3) == 0) --range.last.bits;
    size_t statements = 0;
    std::set<std::tuple<TermId, TermId, TermId, TermId>> triples;
    for (const auto& [key, stored] : model) {
      if (!pattern.Matches(key) || at(key) < range.first ||
          at(key) > range.last) {
        continue;
      }
      ++statements;
      triples.insert({key.graph, key.subject, key.predicate, key.object});
    }
    const auto counts = view.CountRange(pattern, order, range);
    REQUIRE_OK(counts);
    CHECK(counts->statements == statements);
    CHECK(counts->triples == triples.size());
  }
}

// Every pattern made of the terms of a random statement, in every order.
inline void ComparePatterns(Run& run, const ReadView& view,
                            const Model& model) {
  if (model.empty()) return;
  auto pick = model.begin();
  std::advance(pick, static_cast<ptrdiff_t>(run.Below(model.size())));
  for (unsigned mask = 0; mask < 8; ++mask) {
    for (const GraphScope scope : {GraphScope::kUnion, GraphScope::kDefault,
                                   GraphScope::kNamed, GraphScope::kOne}) {
      ScanPattern pattern;
      pattern.scope = scope;
      pattern.graph = pick->first.graph;
      if (scope == GraphScope::kOne && !pattern.graph.bound()) continue;
      if ((mask & 1) != 0) pattern.subject = pick->first.subject;
      if ((mask & 2) != 0) pattern.predicate = pick->first.predicate;
      if ((mask & 4) != 0) pattern.object = pick->first.object;
      std::set<StatementKey> expected;
      std::set<std::tuple<TermId, TermId, TermId, TermId>> triples;
      for (const auto& [key, stored] : model) {
        if (!pattern.Matches(key)) continue;
        expected.insert(key);
        triples.insert({key.graph, key.subject, key.predicate, key.object});
      }
      auto counts = view.Count(pattern);
      REQUIRE_OK(counts);
      CHECK(counts->statements == expected.size());
      CHECK(counts->triples == triples.size());
      CompareRanges(run, view, model, pattern);
      for (const auto order :
           {std::optional<TermOrder>(), std::optional(TermOrder::kSpo),
            std::optional(TermOrder::kPos), std::optional(TermOrder::kOsp)}) {
        ScanOptions options;
        options.order = order;
        const std::vector<StatementRow> rows = AllRows(view, pattern, options);
        std::set<StatementKey> got;
        for (const StatementRow& row : rows) got.insert(row.key);
        REQUIRE(got == expected);
        REQUIRE(rows.size() == expected.size());
        if (!order) continue;
        REQUIRE(std::is_sorted(
            rows.begin(), rows.end(), [&](const auto& a, const auto& b) {
              return InOrder(a.key, *order) < InOrder(b.key, *order);
            }));
      }
    }
  }
}

// One commit of a few random operations, to the graph and to the model.
inline void RandomCommit(Run& run, GraphStore& graph, Model& model) {
  RequestBuilder builder(graph);
  std::vector<std::string> metadata;
  const size_t operations = 1 + run.Below(12);
  for (size_t j = 0; j < operations; ++j) {
    const rdf::Term named = Name("g" + std::to_string(run.Below(3)));
    const bool in_named = run.Below(3) == 0;
    WriteOperation& operation = builder.Add(
        run.Resource("s", 8), run.Resource("p", 3), run.Object(),
        run.Below(2) == 0 ? 1.0f : 0.5f, in_named ? &named : nullptr,
        run.Below(5) == 0 ? static_cast<uint32_t>(run.Below(3)) : 0);
    operation.kind =
        static_cast<WriteOperation::Kind>(run.Below(2) == 0 ? 0 : run.Below(4));
    metadata.emplace_back();
    if (operation.kind < WriteOperation::Kind::kRemove && run.Below(3) == 0) {
      metadata.back() = R"({"n":)" + std::to_string(run.Below(2)) + "}";
      Record record;
      record.metadata = metadata.back();
      builder.request().records.push_back(record);
      operation.record =
          static_cast<uint32_t>(builder.request().records.size());
    }
  }
  const uint64_t commit = graph.last_commit() + 1;
  const CommitOutcome outcome = builder.Commit();
  REQUIRE(outcome.result.commit == commit);

  const Model before = model;
  for (size_t j = 0; j < operations; ++j) {
    const WriteOperation& operation = builder.request().operations[j];
    StatementKey key = operation.key;
    bool known = true;
    for (TermId* id : {&key.graph, &key.subject, &key.predicate, &key.object}) {
      if (!id->in_arena()) continue;
      auto now = graph.Lookup(builder.request().new_terms[id->payload()]);
      REQUIRE_OK(now);
      known = known && now->bound();
      *id = *now;
    }
    const Outcome expected =
        known ? Apply(model, operation, key, metadata[j], commit)
              : Outcome::kAbsent;
    INFO("commit " << commit << " operation " << j);
    REQUIRE(outcome.outcomes[j] == expected);
  }
  // What ends as it began is not rewritten.
  for (auto& [key, stored] : model) {
    const auto it = before.find(key);
    if (it == before.end()) stored.created = stored.version = commit;
  }
}

}  // namespace skg::storage::test
