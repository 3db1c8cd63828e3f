#include "text_search/hybrid_bench.h"

#include <algorithm>
#include <functional>
#include <iostream>
#include <memory>
#include <random>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "harness/scratch_directory.h"
#include "harness/stopwatch.h"
#include "nlohmann/json.hpp"
#include "skg/engine.h"
#include "skg/search.h"
#include "text_search/corpus.h"

namespace skg::bench {
namespace {

constexpr char kType[] = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>";

void Print(const nlohmann::json& line) { std::cout << line << std::endl; }

class Run {
 public:
  Run(const HybridBench& bench, Graph graph)
      : bench_(bench),
        graph_(std::move(graph)),
        vocabulary_(bench.vocabulary, bench.seed),
        random_(bench.seed) {}

  [[nodiscard]] absl::Status All() {
    SKG_RETURN_IF_ERROR(Timed("load", [&] { return Load(); }));
    SKG_RETURN_IF_ERROR(Timed("text index", [&] {
      return graph_.CreateTextIndex("default", {.names = false}).status();
    }));
    SKG_RETURN_IF_ERROR(Timed("embed", [&] { return Embed(); }));
    SKG_RETURN_IF_ERROR(Timed(
        "vector index", [&] { return graph_.RebuildVectorIndex("default"); }));
    return SearchAll();
  }

 private:
  [[nodiscard]] absl::Status Timed(const char* what,
                                   const std::function<absl::Status()>& work) {
    const Stopwatch watch;
    SKG_RETURN_IF_ERROR(work());
    Print({{"step", what},
           {"seconds", watch.Seconds()},
           {"cpu_seconds", watch.CpuSeconds()}});
    return absl::OkStatus();
  }

  [[nodiscard]] std::string Node(uint64_t number) const {
    return absl::StrCat("n", number);
  }
  [[nodiscard]] uint64_t AnyNode() { return random_() % bench_.nodes; }
  // One of two is likely to be small.
  [[nodiscard]] uint64_t PopularNode() {
    return std::uniform_int_distribution<uint64_t>(0, AnyNode())(random_);
  }

  [[nodiscard]] absl::Status Load() {
    const uint64_t each = bench_.links + 2;
    uint64_t next = 0;
    return graph_
        .BulkLoad([&](NewStatement* statement) -> absl::StatusOr<bool> {
          if (next == each * bench_.nodes) return false;
          const uint64_t node = next / each, place = next++ % each;
          *statement = {.subject = Node(node)};
          if (place == 0) {
            statement->predicate = "label";
            labels_.push_back(ShortText(vocabulary_, random_));
            statement->object = absl::StrCat("\"", labels_.back(), "\"");
          } else if (place == 1) {
            statement->predicate = kType;
            statement->object = absl::StrCat("Type", random_() % bench_.types);
          } else {
            statement->predicate = absl::StrCat("link", random_() % 10);
            statement->object = Node(PopularNode());
          }
          return true;
        })
        .status();
  }

  [[nodiscard]] absl::Status Embed() {
    VectorIndexOptions options;
    options.embedder = "hashing";
    AutoEmbedding& embedding = options.auto_embedding.emplace();
    embedding.text.name = false;
    embedding.text.labels = {"label"};
    SKG_RETURN_IF_ERROR(graph_.CreateVectorIndex("default", options).status());
    return graph_.WaitForEmbeddings("default");
  }

  [[nodiscard]] HybridQuery Question() {
    HybridQuery query;
    query.text.emplace().query = absl::StrCat(
        vocabulary_.DrawCommon(random_, 5000), " ", vocabulary_.Draw(random_));
    query.vector.emplace().text = labels_[AnyNode()];
    return query;
  }

  [[nodiscard]] absl::Status SearchAll() {
    SKG_ASSIGN_OR_RETURN(const ReadView view, graph_.Latest());
    const auto near = [&](HybridQuery& query) {
      query.proximity.emplace().nodes = {Node(AnyNode())};
      query.proximity->max_distance = 2;
    };
    const auto typed = [&](HybridQuery& query) {
      query.node_types = {absl::StrCat("Type", random_() % bench_.types)};
    };
    SKG_RETURN_IF_ERROR(SearchClass(view, "text, vector", {}));
    SKG_RETURN_IF_ERROR(SearchClass(view, "text, vector, proximity", near));
    SKG_RETURN_IF_ERROR(SearchClass(view, "text, vector of a type", typed));
    SKG_RETURN_IF_ERROR(
        SearchClass(view, "all three of a type", [&](HybridQuery& query) {
          near(query);
          typed(query);
        }));
    return SearchClass(view, "text, vector by SPARQL", [&](HybridQuery& query) {
      query.filter =
          absl::StrCat("SELECT ?n { ?n a :Type", random_() % bench_.types,
                       " . ?n :link1 ?other }");
    });
  }

  [[nodiscard]] absl::Status SearchClass(
      const ReadView& view, const char* name,
      const std::function<void(HybridQuery&)>& change) {
    std::vector<double> times;
    uint64_t hits = 0;
    const Stopwatch whole;
    for (uint64_t i = 0; i < bench_.queries; ++i) {
      HybridQuery query = Question();
      if (change) change(query);
      const Stopwatch watch;
      SKG_ASSIGN_OR_RETURN(const auto found, view.Search(query));
      times.push_back(watch.Seconds() * 1e3);
      hits += found.size();
    }
    const double cpu = whole.CpuSeconds() * 1e3;
    std::sort(times.begin(), times.end());
    Print({{"queries", name},
           {"p50_ms", times[times.size() / 2]},
           {"p99_ms", times[times.size() * 99 / 100]},
           {"most_ms", times.back()},
           {"cpu_ms", cpu / static_cast<double>(times.size())},
           {"hits", hits}});
    return absl::OkStatus();
  }

  const HybridBench& bench_;
  Graph graph_;
  const ZipfVocabulary vocabulary_;
  std::mt19937_64 random_;
  std::vector<std::string> labels_;
};

absl::Status RunInScratch(const HybridBench& bench) {
  SKG_ASSIGN_OR_RETURN(const auto scratch, ScratchDirectory::Make(bench.data));
  EngineOptions options;
  options.memory_budget_bytes = bench.memory_mib << 20;
  SKG_ASSIGN_OR_RETURN(const std::unique_ptr<Engine> engine,
                       Engine::Open(scratch.store(), options));
  SKG_ASSIGN_OR_RETURN(Graph graph, engine->OpenGraph("", {.create = true}));
  return Run(bench, std::move(graph)).All();
}

}  // namespace

int RunHybridBench(const HybridBench& bench) {
  const absl::Status status = RunInScratch(bench);
  if (status.ok()) return 0;
  std::cerr << "skg-bench: " << status.message() << "\n";
  return 1;
}

}  // namespace skg::bench
