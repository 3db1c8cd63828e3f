// skg history: the versions of one statement.
#include <nlohmann/json.hpp>

#include "cli/data_directory.h"
#include "cli/interrupt.h"
#include "cli/result_text.h"
#include "cli/terminal.h"
#include "cli/verbs.h"
#include "routes/statement_text.h"
#include "skg/engine.h"

namespace skg::cli {
namespace {

const char* KindText(Change::Kind kind) {
  switch (kind) {
    case Change::Kind::kInserted:
      return "inserted";
    case Change::Kind::kReplaced:
      return "replaced";
    case Change::Kind::kRemoved:
      break;
  }
  return "removed";
}

std::string TimeOrNothing(const std::optional<absl::Time>& time) {
  return time ? server::TimeText(*time) : "";
}

std::string VersionsText(const std::vector<Change>& changes,
                         ResultFormat format) {
  RowText text({"version", "at", "change", "weight", "metadata", "valid_from",
                "valid_to", "source"},
               format);
  std::vector<std::vector<std::string>> rows;
  for (const Change& change : changes) {
    auto& row = rows.emplace_back(std::vector<std::string>{
        std::to_string(change.commit), server::TimeText(change.time),
        KindText(change.kind)});
    row.resize(8);
    if (change.kind == Change::Kind::kRemoved) continue;
    const Statement& statement = change.statement;
    row[3] = WeightText(statement.weight);
    row[4] = statement.metadata;
    row[5] = TimeOrNothing(statement.valid_from);
    row[6] = TimeOrNothing(statement.valid_to);
    row[7] = statement.source;
  }
  std::string out = text.Add(std::move(rows));
  return out += text.Finish();
}

// As GET /triples/{id}/history gives it.
std::string VersionsJson(const std::vector<Change>& changes) {
  auto versions = nlohmann::ordered_json::array();
  for (const Change& change : changes)
    versions.push_back(server::VersionJson(change));
  return nlohmann::ordered_json{{"versions", std::move(versions)}}.dump() +
         "\n";
}

absl::StatusOr<std::vector<Change>> Read(const HistoryVerb& verb,
                                         const std::string& directory) {
  const absl::StatusOr<std::unique_ptr<Engine>> engine =
      OpenToRead(directory, verb.target.read_only);
  if (!engine.ok()) return engine.status();
  const absl::StatusOr<Graph> graph = (*engine)->OpenGraph(verb.target.graph);
  if (!graph.ok()) return graph.status();
  if (!verb.id.empty()) return graph->History(verb.id);
  return graph->History(verb.subject, verb.predicate, verb.object,
                        verb.named_graph, verb.edge);
}

}  // namespace

int RunHistory(const HistoryVerb& verb) {
  const absl::StatusOr<std::string> directory =
      DataDirectoryOf(verb.target.data);
  if (!directory.ok())
    return FailUsage("history", std::string(directory.status().message()));
  ExitOnInterrupt();
  const absl::StatusOr<std::vector<Change>> changes = Read(verb, *directory);
  if (!changes.ok()) return Fail(changes.status());
  const ResultFormat format = ChosenFormat(verb.results);
  return PrintResult(format == ResultFormat::kJson
                         ? VersionsJson(*changes)
                         : VersionsText(*changes, format));
}

}  // namespace skg::cli
