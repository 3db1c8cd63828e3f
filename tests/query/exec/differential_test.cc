// Planned execution gives what the standard's definitions give.
#include <catch2/catch.hpp>
#include <random>
#include <string>

#include "query/algebra_text.h"
#include "query/exec/query_graph.h"
#include "query/exec/random_algebra.h"

namespace skg::query::test {
namespace {

PlanLimits RandomLimits(std::mt19937_64& random) {
  const auto flag = [&] { return random() % 4 != 0; };
  PlanLimits limits;
  limits.merge_join = flag();
  limits.hash_join = flag();
  limits.index_join = flag();
  limits.semi_join = flag();
  limits.reorder = flag();
  limits.shortcuts = flag();
  limits.push_filters = flag();
  limits.merge_repeats = flag();
  limits.value_ranges = flag();
  limits.range_rows = 0;
  limits.parallel_rows = random() % 2 == 0 ? 0 : 16384;
  limits.count_after = random() % 2 == 0 ? 1 : 512;
  return limits;
}

std::string Show(const NaiveSolutions& rows) {
  std::string text;
  for (const NaiveSolution& mu : AsMultiset(rows)) {
    text += "  ";
    for (const auto& [v, term] : mu)
      text += "v" + std::to_string(v) + "=" + term + " ";
    text += "\n";
  }
  return text;
}

std::string Show(const NaiveDataset& dataset) {
  std::string text;
  const auto add = [&](const NaiveGraph& graph, const std::string& name) {
    for (const auto& t : graph)
      text += "  " + t[0] + " " + t[1] + " " + t[2] + " " + name + "\n";
  };
  add(dataset.default_graph, "");
  for (const auto& [name, graph] : dataset.named) add(graph, name);
  return text;
}

}  // namespace

TEST_CASE("plans give what the naive evaluator gives", "[query][exec]") {
  std::mt19937_64 random = skg::test::Random(41);
  RandomAlgebra make(random);
  constexpr int kGraphs = 60, kPatterns = 50;
  for (int g = 0; g < kGraphs; ++g) {
    const NaiveDataset dataset = make.Dataset();
    const QueryGraph graph(dataset);
    NaiveDataset united = dataset;
    for (const auto& [name, triples] : dataset.named)
      united.default_graph.insert(triples.begin(), triples.end());
    const storage::ReadView view = graph.view();
    for (int i = 0; i < kPatterns; ++i) {
      const Query query = QueryOf(make.Pattern(static_cast<int>(random() % 4)));
      QueryOptions options;
      options.plan = RandomLimits(random);
      options.threads = random() % 2 == 0 ? 1 : 4;
      options.union_default_graph = random() % 4 == 0;
      const NaiveDataset& seen = options.union_default_graph ? united : dataset;
      const NaiveSolutions want =
          skg::test::EvaluateNaively(*query.pattern, seen);
      // Joins without end are no good test.
      if (want.size() > 5000) continue;
      std::string plan;
      const auto got = Solve(query, view, options, &plan);
      INFO("pattern " << AlgebraText(*query.pattern, query.variables));
      INFO("data\n" << Show(seen));
      INFO("plan\n" << plan);
      REQUIRE_OK(got);
      INFO("want\n" << Show(want) << "got\n" << Show(*got));
      REQUIRE((AsMultiset(*got) == AsMultiset(want)));
    }
  }
}

TEST_CASE("so do plans with records of statements", "[query][exec]") {
  std::mt19937_64 random = skg::test::Random(43);
  RandomAlgebra make(random);
  constexpr size_t kNamed = 10;
  make.UseRecords(kNamed);
  constexpr int kGraphs = 40, kPatterns = 40;
  size_t solved = 0;
  for (int g = 0; g < kGraphs; ++g) {
    const NaiveDataset dataset = make.Dataset();
    QueryGraph graph;
    graph.Add(dataset, QueryGraph::Records::kNaive);
    const storage::ReadView view = graph.view();
    for (int i = 0; i < kPatterns; ++i) {
      const Query query =
          QueryOf(make.Pattern(static_cast<int>(random() % 4)), kNamed);
      QueryOptions options;
      options.plan = RandomLimits(random);
      options.threads = random() % 2 == 0 ? 1 : 4;
      const NaiveSolutions want =
          skg::test::EvaluateNaively(*query.pattern, dataset);
      if (want.size() > 5000) continue;
      std::string plan;
      const auto got = Solve(query, view, options, &plan);
      INFO("pattern " << AlgebraText(*query.pattern, query.variables));
      INFO("data\n" << Show(dataset));
      INFO("plan\n" << plan);
      REQUIRE_OK(got);
      INFO("want\n" << Show(want) << "got\n" << Show(*got));
      REQUIRE((AsMultiset(*got) == AsMultiset(want)));
      if (!want.empty()) ++solved;
    }
  }
  CHECK(solved > 100);
}

}  // namespace skg::query::test
