// GraphViews of stored graphs, built and refreshed, against a map of
// statements.
#include "skg/graph_view.h"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "absl/time/clock.h"
#include "engine/open_graph.h"
#include "skg/field_error.h"

namespace skg::test {
namespace {

// (subject, predicate, object, graph, edge): as the union of graphs shows them.
constexpr const char* kTypeName =
    "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>";

using Key =
    std::tuple<std::string, std::string, std::string, std::string, uint32_t>;
using Model = std::map<Key, float>;
// By names; several weights: statements that become one edge.
using NamedEdges = std::map<std::pair<std::string, std::string>, float>;

bool In(const std::vector<std::string>& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

bool IsLiteral(const std::string& name) { return name.front() == '"'; }

std::set<std::string> TypedNodes(const Model& model,
                                 const GraphViewOptions& options) {
  std::set<std::string> nodes;
  for (const auto& [key, weight] : model) {
    const auto& [s, p, o, g, edge] = key;
    if (options.graph && *options.graph != g) continue;
    if (p == kTypeName && In(options.node_types, o)) nodes.insert(s);
  }
  return nodes;
}

float Together(ParallelEdges rule, std::vector<float> weights) {
  std::sort(weights.begin(), weights.end());
  double sum = 0;
  for (const float weight : weights) sum += weight;
  switch (rule) {
    case ParallelEdges::kSum:
      return static_cast<float>(sum);
    case ParallelEdges::kMean:
      return static_cast<float>(sum / static_cast<double>(weights.size()));
    case ParallelEdges::kLeast:
      return weights.front();
    case ParallelEdges::kGreatest:
      return weights.back();
  }
  return 0;
}

NamedEdges Expected(const Model& model, const GraphViewOptions& options) {
  const std::set<std::string> typed = TypedNodes(model, options);
  std::map<std::pair<std::string, std::string>, std::vector<float>> edges;
  // Of each triple the graph that shows it first: the default one, else any,
  // since the same triple weighs the same in all named graphs of this test.
  std::map<std::tuple<std::string, std::string, std::string>, std::string>
      shown_in;
  for (const auto& [key, weight] : model) {
    const auto& [s, p, o, g, edge] = key;
    if (options.graph && *options.graph != g) continue;
    if (weight < options.min_weight) continue;
    if (!options.predicates.empty() && !In(options.predicates, p)) continue;
    if (In(options.without_predicates, p)) continue;
    if (!options.literals && IsLiteral(o)) continue;
    if (!options.node_types.empty() &&
        (!typed.contains(s) || !typed.contains(o)))
      continue;
    const auto [at, first] = shown_in.emplace(std::tuple(s, p, o), g);
    if (!options.graph && at->second != g) continue;
    edges[{s, o}].push_back(weight);
  }
  NamedEdges merged;
  for (const auto& [pair, weights] : edges) {
    merged[pair] =
        options.weighted ? Together(options.parallel_edges, weights) : 1.0f;
  }
  return merged;
}

NamedEdges EdgesOf(const GraphView& view) {
  std::vector<Vertex> all(view.vertices());
  for (Vertex v = 0; v < view.vertices(); ++v) all[v] = v;
  const auto names = view.Names(all);
  REQUIRE_OK(names);
  const Adjacency out = view.out();
  NamedEdges edges;
  std::vector<bool> used(view.vertices());
  for (Vertex v = 0; v < view.vertices(); ++v) {
    REQUIRE(view.Find((*names)[v]).value() == v);
    for (uint64_t i = out.offsets[v]; i < out.offsets[v + 1]; ++i) {
      if (i > out.offsets[v]) REQUIRE(out.targets[i - 1] < out.targets[i]);
      used[v] = used[out.targets[i]] = true;
      edges[{(*names)[v], (*names)[out.targets[i]]}] = out.Weight(i);
    }
  }
  // No node without an edge.
  REQUIRE(std::find(used.begin(), used.end(), false) == used.end());
  return edges;
}

class RandomGraph {
 public:
  explicit RandomGraph(std::mt19937_64& random) : random_(random) {}

  const Model& model() const { return model_; }

  void Change(Graph& graph) {
    const auto kind = Pick(12);
    if (kind == 0) return Clear(graph);
    if (kind <= 3 && !model_.empty()) return Remove(graph);
    std::vector<NewStatement> batch(1 + Pick(6));
    for (NewStatement& statement : batch) statement = Draw();
    REQUIRE_OK(graph.AddBatch(batch));
    for (const NewStatement& s : batch) {
      model_[Key(s.subject, s.predicate, s.object, s.graph, s.edge)] = s.weight;
    }
  }

  GraphViewOptions DrawOptions() {
    GraphViewOptions options;
    if (Pick(2) == 0) options.predicates = {Predicate(), Predicate()};
    if (Pick(4) == 0) options.without_predicates = {Predicate()};
    if (Pick(3) == 0) options.graph = GraphName();
    if (Pick(4) == 0) options.node_types = {"n0", "n1"};
    if (Pick(3) == 0) options.min_weight = 0.5f;
    options.literals = Pick(2) == 0;
    options.weighted = Pick(2) == 0;
    options.parallel_edges = static_cast<ParallelEdges>(Pick(4));
    return options;
  }

 private:
  uint64_t Pick(uint64_t count) { return random_() % count; }
  std::string Node() { return "n" + std::to_string(Pick(9)); }
  std::string Predicate() {
    return Pick(4) == 0 ? std::string(kTypeName)
                        : "p" + std::to_string(Pick(3));
  }
  std::string GraphName() {
    const auto i = Pick(3);
    return i == 0 ? "" : "g" + std::to_string(i);
  }
  NewStatement Draw() {
    NewStatement s;
    s.subject = Node();
    s.predicate = Predicate();
    switch (Pick(5)) {
      case 0:
        s.object = "\"" + std::to_string(Pick(3)) +
                   "\"^^<http://www.w3.org/2001/XMLSchema#integer>";
        break;
      case 1:
        s.object = "\"a string that is long " + std::to_string(Pick(3)) + "\"";
        break;
      default:
        s.object = Node();
    }
    s.graph = GraphName();
    s.edge = static_cast<uint32_t>(Pick(5) == 0);
    // Eighths: their sums are exact. Named graphs agree on a triple.
    const size_t of_triple =
        std::hash<std::string>{}(s.subject + s.predicate + s.object);
    s.weight = s.graph.empty() ? static_cast<float>(Pick(9)) / 8
                               : static_cast<float>(of_triple % 9) / 8;
    if (!s.graph.empty()) s.edge = 0;
    return s;
  }
  void Remove(Graph& graph) {
    auto at = model_.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(Pick(model_.size())));
    const auto [s, p, o, g, edge] = at->first;
    REQUIRE_OK(graph.Remove(s, p, o, g));
    std::erase_if(model_, [&](const auto& entry) {
      const auto& [es, ep, eo, eg, eedge] = entry.first;
      return es == s && ep == p && eo == o && eg == g;
    });
  }
  void Clear(Graph& graph) {
    REQUIRE_OK(
        graph.Clear({.part = ClearTarget::Part::kNamedGraph, .graph = "g1"}));
    std::erase_if(model_, [](const auto& entry) {
      return std::get<3>(entry.first) == "g1";
    });
  }

  std::mt19937_64& random_;
  Model model_;
};

TEST_CASE("a view is what the statements say, built or refreshed") {
  auto random = Random();
  for (int round = 0; round < 8; ++round) {
    TestGraph test;
    RandomGraph source(random);
    std::vector<GraphViewOptions> asked;
    for (int i = 0; i < 4; ++i) asked.push_back(source.DrawOptions());
    std::vector<std::pair<ReadView, Model>> past;
    for (int step = 0; step < 25; ++step) {
      for (uint64_t i = random() % 3; i > 0; --i) source.Change(test.graph);
      const GraphViewOptions options =
          random() % 8 == 0 ? source.DrawOptions() : asked[random() % 4];
      const auto view = test.graph.View(options);
      REQUIRE_OK(view);
      CHECK(view->weighted() == options.weighted);
      CHECK(EdgesOf(*view) == Expected(source.model(), options));
      auto latest = test.graph.Latest();
      REQUIRE_OK(latest);
      CHECK(view->commit() == latest->commit());
      past.emplace_back(*std::move(latest), source.model());
    }
    for (int i = 0; i < 6; ++i) {
      const auto& [then, model] = past[random() % past.size()];
      const auto view = then.View(asked[0]);
      REQUIRE_OK(view);
      CHECK(EdgesOf(*view) == Expected(model, asked[0]));
    }
  }
}

TEST_CASE("an unchanged view is given again, a changed one made anew") {
  TestGraph test;
  MustAdd(test.graph, Triple("a", "p", "b"));
  const auto first = test.graph.View();
  const auto again = test.graph.View();
  REQUIRE_OK(first);
  REQUIRE_OK(again);
  CHECK(first->out().targets.data() == again->out().targets.data());
  MustAdd(test.graph, Triple("a", "p", "c"));
  const auto newer = test.graph.View();
  REQUIRE_OK(newer);
  CHECK(newer->vertices() == 3);
  CHECK(first->vertices() == 2);
  // A write that no edge comes of leaves the same arrays, of a later commit.
  MustAdd(test.graph, Triple("a", "p", "\"text that is long enough\""));
  const auto same = test.graph.View();
  REQUIRE_OK(same);
  CHECK(same->commit() == newer->commit() + 1);
  CHECK(EdgesOf(*same) == EdgesOf(*newer));
}

TEST_CASE("a view of nothing has no nodes") {
  TestGraph test;
  const auto empty = test.graph.View();
  REQUIRE_OK(empty);
  CHECK(empty->vertices() == 0);
  MustAdd(test.graph, Triple("a", "p", "b"));
  const auto unknown = test.graph.View({.predicates = {"never", "heard of"}});
  REQUIRE_OK(unknown);
  CHECK(unknown->vertices() == 0);
  const auto elsewhere = test.graph.View({.graph = "nowhere"});
  REQUIRE_OK(elsewhere);
  CHECK(elsewhere->vertices() == 0);
  CHECK_FALSE(elsewhere->Find("a").value());
}

TEST_CASE("options that are none are told by field") {
  TestGraph test;
  GraphViewOptions options;
  options.predicates = {"good", "<not an iri"};
  options.node_types = {""};
  options.min_weight = 2;
  const auto errors = FieldErrors(test.graph.View(options).status());
  REQUIRE(errors.size() == 3);
  CHECK(errors[0].path == std::vector<std::string>{"min_weight"});
  CHECK(errors[1].path == std::vector<std::string>{"predicates", "1"});
  CHECK(errors[2].path == std::vector<std::string>{"node_types", "0"});
}

TEST_CASE("a view ends with its deadline and when its caller says so") {
  TestGraph test;
  std::vector<NewStatement> batch;
  for (int i = 0; i < 5000; ++i) {
    batch.push_back(Triple("n" + std::to_string(i), "p",
                           "n" + std::to_string(i * 7 % 5000)));
  }
  MustAddAll(test.graph, batch);
  GraphViewOptions late;
  late.deadline = absl::Now() - absl::Seconds(1);
  CHECK(test.graph.View(late).status().code() ==
        absl::StatusCode::kDeadlineExceeded);
  std::vector<double> heard;
  GraphViewOptions stopped;
  stopped.progress = [&](double done) {
    heard.push_back(done);
    return heard.size() < 3;
  };
  CHECK(test.graph.View(stopped).status().code() ==
        absl::StatusCode::kCancelled);
  CHECK(heard.size() == 3);
  CHECK(std::is_sorted(heard.begin(), heard.end()));
  // Nothing is left of what failed.
  const auto view = test.graph.View();
  REQUIRE_OK(view);
  CHECK(view->edges() == 5000);
}

TEST_CASE("a view takes its memory from the engine's budget") {
  TestGraph test;
  const auto used = [&] {
    size_t bytes = 0;
    for (const auto& use : test.engine->memory_use().reserved) {
      if (use.first == "graph views") bytes += use.second;
    }
    return bytes;
  };
  MustAddAll(test.graph, {Triple("a", "p", "b"), Triple("b", "p", "c")});
  const auto view = test.graph.View();
  REQUIRE_OK(view);
  CHECK(view->memory_bytes() == used());
  const size_t before = used();
  REQUIRE_OK(view->in());
  CHECK(view->memory_bytes() == used());
  CHECK(used() > before);
}

TEST_CASE("views that are only kept give their memory to who needs it") {
  TestGraph test;  // of 64 MiB, a quarter of them for calls
  std::vector<NewStatement> batch;
  for (int i = 0; i < 2000; ++i) {
    batch.push_back(Triple("n" + std::to_string(i), "p",
                           "n" + std::to_string(i * 7 % 2000)));
  }
  MustAddAll(test.graph, batch);
  const auto used = [&] {
    for (const auto& [use, bytes] : test.engine->memory_use().reserved) {
      if (use == "graph views") return bytes;
    }
    return size_t{0};
  };
  REQUIRE_OK(test.graph.View());
  REQUIRE(used() > 0);
  // A query that wants all memory there is.
  auto result = test.graph.Query(
      "SELECT DISTINCT ?a ?b ?c ?d { ?a :p ?x . "
      "?b :p ?y . ?c :p ?z . ?d :p ?w }",
      {.memory_bytes = size_t{1} << 30});
  REQUIRE_OK(result);
  std::vector<std::vector<std::string>> rows;
  absl::StatusOr<bool> more = true;
  while (more.ok() && *more) more = result->Next(rows);
  CHECK(more.status().code() == absl::StatusCode::kResourceExhausted);
  CHECK(used() == 0);
  const auto again = test.graph.View();
  REQUIRE_OK(again);
  CHECK(again->edges() == 2000);
}

TEST_CASE("views are made while others write") {
  TestGraph test;
  std::atomic<bool> stop = false;
  std::atomic<int> failures = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&, i] {
      GraphViewOptions options;
      options.weighted = i == 1;
      while (!stop) {
        const auto view = test.graph.View(options);
        // Commit n adds edge n of a path, in one piece.
        if (!view.ok() || view->edges() != view->commit() ||
            (view->edges() > 0 && view->vertices() != view->edges() + 1)) {
          ++failures;
        }
      }
    });
  }
  for (int i = 0; i < 300; ++i) {
    MustAdd(test.graph,
            Triple("n" + std::to_string(i), "p", "n" + std::to_string(i + 1)));
  }
  stop = true;
  for (std::thread& reader : readers) reader.join();
  CHECK(failures == 0);
}

}  // namespace
}  // namespace skg::test
