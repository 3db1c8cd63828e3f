// skg stats: exact figures of the graphs.
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "cli/data_directory.h"
#include "cli/interrupt.h"
#include "cli/result_text.h"
#include "cli/terminal.h"
#include "cli/verbs.h"
#include "skg/engine.h"

namespace skg::cli {
namespace {

struct GraphFigures {
  std::string name;
  uint64_t commit = 0;
  GraphStats stats;
};

struct Figures {
  std::string directory;
  uint64_t disk_bytes = 0;
  std::vector<GraphFigures> graphs;
};

absl::StatusOr<GraphFigures> FiguresOf(Engine& engine,
                                       const std::string& name) {
  const absl::StatusOr<Graph> graph = engine.OpenGraph(name);
  if (!graph.ok()) return graph.status();
  const absl::StatusOr<ReadView> view = graph->Latest();
  if (!view.ok()) return view.status();
  absl::StatusOr<GraphStats> stats = view->Stats();
  if (!stats.ok()) return stats.status();
  return GraphFigures{
      std::string(graph->tenant()) + "/" + std::string(graph->name()),
      view->commit(), *stats};
}

absl::StatusOr<Figures> Gather(const StatsVerb& verb,
                               const std::string& directory) {
  const absl::StatusOr<std::unique_ptr<Engine>> engine =
      OpenToRead(directory, verb.target.read_only);
  if (!engine.ok()) return engine.status();
  const absl::StatusOr<uint64_t> disk_bytes = (*engine)->DiskBytes();
  if (!disk_bytes.ok()) return disk_bytes.status();

  std::vector<std::string> names = {verb.target.graph};
  if (verb.all_graphs) {
    const absl::StatusOr<std::vector<GraphInfo>> graphs =
        (*engine)->ListGraphs();
    if (!graphs.ok()) return graphs.status();
    names.clear();
    for (const GraphInfo& graph : *graphs)
      names.push_back(graph.tenant + "/" + graph.name);
  }
  Figures figures{.directory = directory, .disk_bytes = *disk_bytes};
  for (const std::string& name : names) {
    absl::StatusOr<GraphFigures> graph = FiguresOf(**engine, name);
    if (!graph.ok()) return graph.status();
    figures.graphs.push_back(*std::move(graph));
  }
  return figures;
}

std::string JsonText(const Figures& figures) {
  nlohmann::ordered_json graphs = nlohmann::ordered_json::array();
  for (const GraphFigures& graph : figures.graphs) {
    graphs.push_back({{"graph", graph.name},
                      {"statements", graph.stats.statements},
                      {"triples", graph.stats.triples},
                      {"subjects", graph.stats.subjects},
                      {"predicates", graph.stats.predicates},
                      {"objects", graph.stats.objects},
                      {"last_commit", graph.commit}});
  }
  const nlohmann::ordered_json document = {{"data", figures.directory},
                                           {"disk_bytes", figures.disk_bytes},
                                           {"graphs", graphs}};
  // A path need not be UTF-8.
  return document.dump(2, ' ', false,
                       nlohmann::ordered_json::error_handler_t::replace) +
         "\n";
}

std::string TableText(const Figures& figures) {
  ResultTable table{.columns = {"graph", "statements", "triples", "subjects",
                                "predicates", "objects", "last commit"}};
  for (const GraphFigures& graph : figures.graphs) {
    std::vector<std::string>& row = table.rows.emplace_back();
    row.push_back(graph.name);
    for (const uint64_t number :
         {graph.stats.statements, graph.stats.triples, graph.stats.subjects,
          graph.stats.predicates, graph.stats.objects, graph.commit}) {
      row.push_back(WithSeparators(number));
    }
  }
  return absl::StrCat(AlignedText(table), Printable(figures.directory), ": ",
                      WithSeparators(figures.disk_bytes), " bytes on disk\n");
}

}  // namespace

int RunStats(const StatsVerb& verb) {
  const absl::StatusOr<std::string> directory =
      DataDirectoryOf(verb.target.data);
  if (!directory.ok())
    return FailUsage("stats", std::string(directory.status().message()));
  ExitOnInterrupt();
  const absl::StatusOr<Figures> figures = Gather(verb, *directory);
  if (!figures.ok()) return Fail(figures.status());
  return PrintResult(verb.json ? JsonText(*figures) : TableText(*figures));
}

}  // namespace skg::cli
