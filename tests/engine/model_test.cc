// Random histories against a naive model: a map from statements to weights.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/open_graph.h"

namespace skg::test {
namespace {

struct Key {
  std::string graph, subject, predicate, object;
  uint32_t edge = 0;
  friend auto operator<=>(const Key&, const Key&) = default;
};
struct Value {
  float weight = 1.0f;
  std::string metadata = "{}";
  friend bool operator==(const Value&, const Value&) = default;
};
using Model = std::map<Key, Value>;

Key KeyOf(const NewStatement& s) {
  return {s.graph, s.subject, s.predicate, s.object, s.edge};
}

NewStatement StatementOf(const Key& key, const Value& value) {
  NewStatement statement =
      Triple(key.subject, key.predicate, key.object, value.weight);
  statement.graph = key.graph;
  statement.edge = key.edge;
  if (value.metadata != "{}") statement.metadata = value.metadata;
  return statement;
}

// Few terms, so that statements meet again and again.
class Generator {
 public:
  explicit Generator(std::mt19937_64 random) : random_(random) {}

  uint64_t Below(uint64_t bound) { return random_() % bound; }

  NewStatement Statement() {
    return StatementOf(
        {Graph(), Subject(), Predicate(), Object(),
         Below(8) == 0 ? static_cast<uint32_t>(Below(3)) : 0},
        {static_cast<float>(Below(5)) / 4.0f,
         Below(4) == 0 ? "{\"n\":" + std::to_string(Below(2)) + "}" : "{}"});
  }
  std::string Graph() {
    return Below(4) == 0 ? "g" + std::to_string(Below(3)) : "";
  }
  std::string Subject() { return "s" + std::to_string(Below(12)); }
  std::string Predicate() { return "p" + std::to_string(Below(4)); }
  std::string Object() {
    const std::string n = std::to_string(Below(6));
    switch (Below(4)) {
      case 0:
        return "s" + n;
      case 1:
        return "\"text " + n + "\"@en";
      case 2:
        return "\"" + n + "\"^^<http://www.w3.org/2001/XMLSchema#integer>";
      default:
        return "\"" + n + ".50\"^^<http://www.w3.org/2001/XMLSchema#decimal>";
    }
  }
  StatementPattern Pattern() {
    StatementPattern pattern;
    if (Below(2) == 0) pattern.subject = Subject();
    if (Below(2) == 0) pattern.predicate = Predicate();
    if (Below(2) == 0) pattern.object = Object();
    if (Below(3) == 0) pattern.graph = Graph();
    if (Below(3) == 0) {
      pattern.weight_min = static_cast<float>(Below(3)) / 4.0f;
      pattern.weight_max =
          pattern.weight_min + static_cast<float>(Below(3)) / 4.0f;
    }
    return pattern;
  }

 private:
  std::mt19937_64 random_;
};

// One write in the model; returns what becomes of it.
Outcome Apply(Model& model, const NewStatement& statement, bool if_absent) {
  const Value value{statement.weight,
                    statement.metadata.empty() ? "{}" : statement.metadata};
  const auto [at, inserted] = model.try_emplace(KeyOf(statement), value);
  if (inserted) return Outcome::kInserted;
  if (if_absent || at->second == value) return Outcome::kDuplicate;
  at->second = value;
  return Outcome::kReplaced;
}

size_t RemoveTriple(Model& model, const Key& triple) {
  return std::erase_if(model, [&triple](const auto& entry) {
    const Key& key = entry.first;
    return std::tie(key.graph, key.subject, key.predicate, key.object) ==
           std::tie(triple.graph, triple.subject, triple.predicate,
                    triple.object);
  });
}

bool MatchesPattern(const StatementPattern& pattern, const Key& key,
                    const Value& value) {
  return (!pattern.subject || *pattern.subject == key.subject) &&
         (!pattern.predicate || *pattern.predicate == key.predicate) &&
         (!pattern.object || *pattern.object == key.object) &&
         (!pattern.graph || *pattern.graph == key.graph) &&
         value.weight >= pattern.weight_min &&
         value.weight <= pattern.weight_max;
}

template <typename Source>
void CheckPattern(Source& source, const Model& model,
                  const StatementPattern& pattern, OrderField order) {
  MatchOptions options;
  options.order_by = order;
  options.include_metadata = true;
  const std::vector<Statement> found = Matches(source, pattern, options);
  std::set<std::tuple<std::string, std::string, std::string>> triples;
  size_t expected = 0;
  for (const auto& [key, value] : model) {
    if (!MatchesPattern(pattern, key, value)) continue;
    triples.emplace(key.subject, key.predicate, key.object);
    ++expected;
  }
  if (!pattern.graph) expected = triples.size();
  REQUIRE(found.size() == expected);
  REQUIRE(MustCount(source, pattern) == expected);
  std::set<std::vector<std::string>> distinct;
  for (const Statement& s : found) {
    const auto stored =
        model.find({s.graph, s.subject, s.predicate, s.object, s.edge});
    REQUIRE(stored != model.end());
    REQUIRE(MatchesPattern(pattern, stored->first, stored->second));
    REQUIRE(s.weight == stored->second.weight);
    REQUIRE(s.metadata == stored->second.metadata);
    distinct.insert({s.subject, s.predicate, s.object,
                     pattern.graph ? std::to_string(s.edge) : ""});
  }
  REQUIRE(distinct.size() == found.size());
}

void CheckStats(const ReadView& view, const Model& model) {
  std::set<std::string> subjects, predicates, objects;
  std::set<Key> triples;
  for (const auto& [key, value] : model) {
    subjects.insert(key.subject);
    predicates.insert(key.predicate);
    objects.insert(key.object);
    Key triple = key;
    triple.edge = 0;
    triples.insert(triple);
  }
  auto stats = view.Stats();
  REQUIRE_OK(stats);
  CHECK(stats->statements == model.size());
  CHECK(stats->triples == triples.size());
  CHECK(stats->subjects == subjects.size());
  CHECK(stats->predicates == predicates.size());
  CHECK(stats->objects == objects.size());
}

OrderField AnyOrder(Generator& generate) {
  constexpr OrderField kOrders[] = {OrderField::kKey, OrderField::kCommit,
                                    OrderField::kWeight, OrderField::kSubject,
                                    OrderField::kObject};
  return kOrders[generate.Below(std::size(kOrders))];
}

void AddRandomBatch(Graph& graph, Model& model, Generator& generate) {
  CommitOptions options;
  options.skip_duplicates = generate.Below(3) == 0;
  std::vector<NewStatement> batch;
  std::vector<Outcome> expected, outcomes;
  for (uint64_t i = generate.Below(60); i > 0; --i) {
    batch.push_back(generate.Statement());
    expected.push_back(Apply(model, batch.back(), options.skip_duplicates));
  }
  REQUIRE_OK(graph.AddBatch(batch, options, &outcomes));
  REQUIRE(outcomes == expected);
}

void RemoveRandom(Graph& graph, Model& model, Generator& generate) {
  Key key = KeyOf(generate.Statement());
  if (!model.empty() && generate.Below(2) == 0) {
    key = std::next(model.begin(),
                    static_cast<std::ptrdiff_t>(generate.Below(model.size())))
              ->first;
  }
  const size_t removed = RemoveTriple(model, key);
  auto result = graph.Remove(key.subject, key.predicate, key.object, key.graph);
  REQUIRE_OK(result);
  REQUIRE(result->removed == (removed > 0 ? 1 : 0));
  REQUIRE(result->absent == (removed == 0 ? 1 : 0));
}

void RunTransaction(Graph& graph, Model& model, Generator& generate) {
  auto transaction = graph.Begin();
  REQUIRE_OK(transaction);
  Model own = model;
  for (uint64_t i = generate.Below(20); i > 0; --i) {
    if (generate.Below(3) == 0) {
      const Key key = KeyOf(generate.Statement());
      RemoveTriple(own, key);
      REQUIRE_OK(transaction->Remove(key.subject, key.predicate, key.object,
                                     key.graph));
    } else {
      const NewStatement statement = generate.Statement();
      const bool if_absent = generate.Below(2) == 0;
      Apply(own, statement, if_absent);
      REQUIRE_OK(if_absent ? transaction->AddIfAbsent(statement)
                           : transaction->Add(statement));
    }
    CheckPattern(*transaction, own, generate.Pattern(), AnyOrder(generate));
  }
  if (generate.Below(4) == 0) return;  // dropped
  REQUIRE_OK(graph.Apply(*std::move(transaction)));
  model = std::move(own);
}

TEST_CASE("random histories match a naive model, also after reopening") {
  TemporaryDirectory directory;
  Generator generate(Random(7));
  Model model;
  for (int life = 0; life < 4; ++life) {
    const auto engine = OpenEngine(directory / "data");
    Graph graph = OpenGraph(*engine);
    std::optional<std::pair<ReadView, Model>> old;
    for (int step = 0; step < 40; ++step) {
      INFO("life " << life << " step " << step << " seed " << Seed());
      switch (generate.Below(5)) {
        case 0:
        case 1:
          AddRandomBatch(graph, model, generate);
          break;
        case 2:
          RunTransaction(graph, model, generate);
          break;
        default:
          RemoveRandom(graph, model, generate);
      }
      for (int i = 0; i < 3; ++i) {
        CheckPattern(graph, model, generate.Pattern(), AnyOrder(generate));
      }
      auto view = graph.Latest();
      REQUIRE_OK(view);
      CheckStats(*view, model);
      if (old)
        CheckPattern(old->first, old->second, generate.Pattern(),
                     AnyOrder(generate));
      if (generate.Below(10) == 0) old.emplace(*std::move(view), model);
    }
    auto report = engine->Check(true);
    REQUIRE_OK(report);
    for (const CheckFinding& finding : report->findings)
      UNSCOPED_INFO(finding.message);
    CHECK(report->findings.empty());
    CHECK(report->statements == model.size());
  }
}

TEST_CASE("every statement is found by the id it shows") {
  TestGraph t;
  Generator generate(Random(8));
  Model model;
  for (int i = 0; i < 5; ++i) AddRandomBatch(t.graph, model, generate);
  for (int i = 0; i < 20; ++i) RemoveRandom(t.graph, model, generate);
  std::map<std::string, std::string> ids;
  for (const char* graph : {"", "g0", "g1", "g2"}) {
    for (const Statement& s : Matches(t.graph, Where({}, {}, {}, graph))) {
      CHECK(ids.emplace(s.id, Text(s)).second);
    }
  }
  CHECK(ids.size() == model.size());
  for (const auto& [id, text] : ids) {
    auto got = t.graph.Get(id);
    REQUIRE_OK(got);
    CHECK(Text(*got) == text);
  }
}

TEST_CASE("statistics of more rows than a batch holds") {
  TestGraph t;
  std::vector<NewStatement> statements;
  for (int i = 0; i < 9000; ++i) {
    statements.push_back(Triple(i % 3 == 0 ? "hub" : "s" + std::to_string(i),
                                "p" + std::to_string(i % 2),
                                "o" + std::to_string(i % 4000)));
  }
  MustAddAll(t.graph, statements);
  std::set<std::string> subjects, objects;
  for (const NewStatement& s : statements) {
    subjects.insert(s.subject);
    objects.insert(s.object);
  }
  auto stats = t.graph.Latest()->Stats();
  REQUIRE_OK(stats);
  CHECK(stats->statements == 9000);
  CHECK(stats->subjects == subjects.size());
  CHECK(stats->predicates == 2);
  CHECK(stats->objects == objects.size());
}

}  // namespace
}  // namespace skg::test
