// Random graphs and random queries: the evaluator agrees with the model in
// rows, records, solutions, order and pages.

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "model.h"
#include "query_fixture.h"

namespace skg::query::test {
namespace {

using Json = nlohmann::json;

constexpr float kWeights[] = {0.0f, 0.25f, 0.5f, 0.9f, 1.0f};

class RandomCase {
 public:
  explicit RandomCase(uint64_t stream) : random_(skg::test::Random(stream)) {
    const uint64_t commits = 1 + Below(6);
    for (uint64_t i = 0; i < commits; ++i) Commit();
    for (ModelStatement& s : model_.statements) {
      for (size_t i = 0; i < 3; ++i) s.ids[i] = IdOf(s.names[i]);
      if (!s.graph.empty()) s.graph_id = IdOf(s.graph);
    }
  }

  [[nodiscard]] const TestGraph& graph() const { return graph_; }
  [[nodiscard]] const Model& model() const { return model_; }

  Json Patterns() {
    Json query;
    const uint64_t count = 1 + Below(3);
    for (uint64_t i = 0; i < count; ++i) query["patterns"].push_back(Pattern());
    constexpr const char* kOperators[] = {"AND", "AND", "OR", "NOT"};
    query["operator"] = kOperators[Below(4)];
    if (Below(2) == 0) {
      constexpr const char* kFields[] = {"weight", "subject", "predicate",
                                         "object", "created_at"};
      query["order_by"] =
          std::string(kFields[Below(5)]) + (Below(2) == 0 ? "_asc" : "_desc");
    }
    if (Below(2) == 0) query["limit"] = 1 + Below(6);
    if (Below(3) == 0) query["offset"] = Below(8);
    return query;
  }

  Json OnePattern() {
    Json query;
    for (int i = 0; i < 3; ++i) query["pattern"].push_back(Term(i));
    if (Below(2) == 0) query["k"] = 1 + Below(8);
    if (Below(2) == 0) query["min_weight"] = kWeights[Below(5)];
    return query;
  }

  Json Traversal() {
    Json query = {{"start_entity", Below(8) == 0 ? "stranger" : Name(2)}};
    query["max_depth"] = 1 + Below(4);
    constexpr const char* kDirections[] = {"out", "in", "both"};
    query["direction"] = kDirections[Below(3)];
    query["strategy"] = Below(2) == 0 ? "bfs" : "dfs";
    if (Below(2) == 0) query["limit"] = 1 + Below(10);
    if (Below(3) == 0) {
      for (uint64_t i = Below(3) + 1; i > 0; --i)
        query["relationship_types"].push_back(Name(1));
      // Enough of them to change from looking up to filtering.
      for (int i = 0; Below(2) == 0 && i < 20; ++i) {
        query["relationship_types"].push_back(i < 18 ? "t" + std::to_string(i)
                                                     : Name(1));
      }
    }
    return query;
  }

  uint64_t Below(uint64_t bound) { return random_() % bound; }

 private:
  // Few names, used in all positions, so that patterns meet.
  std::string Name(int position) {
    if (position == 1) return "p" + std::to_string(Below(3));
    const uint64_t pick = Below(position == 0 ? 7 : 10);
    if (pick < 5) return "n" + std::to_string(pick);
    if (pick < 7) return "p" + std::to_string(pick - 5);
    constexpr const char* kLiterals[] = {
        "\"12\"^^<http://www.w3.org/2001/XMLSchema#integer>",
        "\"a longer text\"", "\"x\"@en"};
    return kLiterals[pick - 7];
  }

  Json Term(int position) {
    constexpr const char* kVariables[] = {"?x", "?y", "?z"};
    switch (Below(10)) {
      case 0:
      case 1:
        return nullptr;
      case 2:
        return "*";
      case 3:
        return Below(3) == 0 ? "stranger" : Name(position);
      case 4:
      case 5:
        return Name(position);
      default:
        return kVariables[Below(3)];
    }
  }

  Json Pattern() {
    Json pattern = {
        {"subject", Term(0)}, {"predicate", Term(1)}, {"object", Term(2)}};
    if (Below(4) == 0) {
      const float a = kWeights[Below(5)], b = kWeights[Below(5)];
      pattern["weight_min"] = std::min(a, b);
      pattern["weight_max"] = std::max(a, b);
    }
    if (Below(5) == 0) {
      constexpr const char* kGraphs[] = {"", "g0", "g1", "stranger"};
      pattern["graph"] = kGraphs[Below(4)];
    }
    return pattern;
  }

  // Adds, replaces and removes; of one statement only one change a commit.
  void Commit() {
    std::vector<Fact> added, removed;
    std::set<std::string> seen;
    for (uint64_t i = 1 + Below(15); i > 0; --i) {
      Fact fact{Name(0), Name(1), Name(2), kWeights[Below(5)]};
      if (Below(3) == 0) fact.graph = Below(2) == 0 ? "g0" : "g1";
      if (Below(6) == 0) fact.edge = 1 + static_cast<uint32_t>(Below(2));
      if (Below(4) == 0)
        fact.metadata = R"({"n":)" + std::to_string(Below(100)) + "}";
      if (!seen.insert(fact.subject + fact.predicate + fact.object +
                       fact.graph + std::to_string(fact.edge))
               .second) {
        continue;
      }
      (Below(5) == 0 ? removed : added).push_back(fact);
    }
    if (!added.empty()) {
      const uint64_t commit = graph_.Add(added);
      for (const Fact& fact : added) {
        const auto found = Find(fact);
        if (found == model_.statements.end()) {
          ModelStatement s;
          s.names = {fact.subject, fact.predicate, fact.object};
          s.graph = fact.graph;
          s.edge = fact.edge;
          s.weight = fact.weight;
          s.created = commit;
          model_.statements.push_back(s);
        } else {
          found->weight = fact.weight;
        }
      }
    }
    if (removed.empty()) return;
    graph_.Remove(removed);
    for (const Fact& fact : removed) {
      if (const auto found = Find(fact); found != model_.statements.end()) {
        model_.statements.erase(found);
      }
    }
  }

  std::vector<ModelStatement>::iterator Find(const Fact& fact) {
    return std::find_if(
        model_.statements.begin(), model_.statements.end(), [&](const auto& s) {
          return s.names ==
                     std::array{fact.subject, fact.predicate, fact.object} &&
                 s.graph == fact.graph && s.edge == fact.edge;
        });
  }

  rdf::TermId IdOf(const std::string& name) {
    const auto term = graph_.names().ToTerm(name);
    REQUIRE_OK(term);
    const auto id = graph_.view().Lookup(*term);
    REQUIRE_OK(id);
    return *id;
  }

  std::mt19937_64 random_;
  TestGraph graph_;
  Model model_;
};

Lines Shown(const std::vector<ModelStatement>& rows) {
  Lines lines;
  for (const ModelStatement& s : rows) {
    lines.push_back(s.names[0] + " " + s.names[1] + " " + s.names[2] + " in [" +
                    s.graph + "] edge " + std::to_string(s.edge) + " weight " +
                    std::to_string(s.weight) + " created " +
                    std::to_string(s.created));
  }
  return lines;
}

Lines Shown(const std::vector<Statement>& rows) {
  std::vector<ModelStatement> model;
  for (const Statement& s : rows) {
    ModelStatement row;
    row.names = {s.subject, s.predicate, s.object};
    row.graph = s.graph;
    row.edge = s.edge;
    row.weight = s.weight;
    row.created = s.created_commit;
    model.push_back(row);
  }
  return Shown(model);
}

TEST_CASE("patterns agree with the model") {
  for (uint64_t round = 0; round < 120; ++round) {
    RandomCase random(100 + round);
    for (int i = 0; i < 25; ++i) {
      const std::string document =
          (i % 5 == 0 ? random.OnePattern() : random.Patterns()).dump();
      INFO("round " << round << ": " << document);
      const auto query = ParsePatternQuery(document, {});
      REQUIRE_OK(query);
      const PatternResult result = random.graph().Run(document);
      const Model::Answer want = random.model().Evaluate(*query);
      CHECK(Shown(result.statements) == Shown(want.rows));
      if (query->form == PatternResult::Form::kPattern) {
        CHECK(result.variables.empty());
        CHECK(result.bindings.empty());
        continue;
      }
      CHECK(result.variables == want.variables);
      CHECK(result.bindings == want.bindings);
    }
  }
}

TEST_CASE("traversals agree with the model") {
  for (uint64_t round = 0; round < 120; ++round) {
    RandomCase random(1000 + round);
    for (int i = 0; i < 20; ++i) {
      const std::string document = random.Traversal().dump();
      INFO("round " << round << ": " << document);
      const auto query = ParsePatternQuery(document, {});
      REQUIRE_OK(query);
      const PatternResult result = random.graph().Run(document);
      std::vector<Model::Edge> edges;
      for (const TraversalEdge& e : result.edges) {
        edges.push_back({e.source, e.target, e.predicate, e.depth, e.weight});
      }
      CHECK(edges == random.model().Traverse(query->traversal, query->limit));
    }
  }
}

TEST_CASE("whatever the planner may use, the answer is the same") {
  for (uint64_t round = 0; round < 60; ++round) {
    RandomCase random(3000 + round);
    for (int i = 0; i < 20; ++i) {
      const std::string document = random.Patterns().dump();
      INFO("round " << round << ": " << document);
      const auto query = ParsePatternQuery(document, {});
      REQUIRE_OK(query);
      const auto evaluate = [&](const PlanLimits& limits) {
        auto answer =
            RunPatternQuery(random.graph().view(), random.graph().names(),
                            *query, {}, {.plan = limits});
        REQUIRE_OK(answer);
        return *std::move(answer);
      };
      const PatternResult planned = evaluate({});
      for (const PlanLimits& limits :
           {PlanLimits{.merge_join = false}, PlanLimits{.hash_join = false},
            PlanLimits{.index_join = false}, PlanLimits{.semi_join = false},
            PlanLimits{.reorder = false, .push_filters = false},
            PlanLimits{.merge_repeats = false, .count_after = 1}}) {
        const PatternResult answer = evaluate(limits);
        CHECK(answer.bindings == planned.bindings);
        CHECK(Shown(answer.statements) == Shown(planned.statements));
      }
    }
  }
}

TEST_CASE("pages put together are the whole answer") {
  for (uint64_t round = 0; round < 20; ++round) {
    RandomCase random(2000 + round);
    for (int i = 0; i < 10; ++i) {
      Json query = random.Patterns();
      query["limit"] = 10000;
      query["offset"] = 0;
      const PatternResult whole = random.graph().Run(query.dump());
      const uint64_t size = 1 + random.Below(7);
      query["limit"] = size;
      std::vector<Statement> rows;
      std::vector<std::vector<std::string>> bindings;
      const size_t most =
          std::max(whole.statements.size(), whole.bindings.size());
      for (uint64_t offset = 0; offset < most; offset += size) {
        query["offset"] = offset;
        const PatternResult page = random.graph().Run(query.dump());
        rows.insert(rows.end(), page.statements.begin(), page.statements.end());
        bindings.insert(bindings.end(), page.bindings.begin(),
                        page.bindings.end());
      }
      INFO(query.dump());
      CHECK(Shown(rows) == Shown(whole.statements));
      CHECK(bindings == whole.bindings);
    }
  }
}

}  // namespace
}  // namespace skg::query::test
