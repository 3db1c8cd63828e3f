#include "cli/sparql_answer.h"

#include <memory>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/result_text.h"
#include "cli/terminal.h"
#include "http/service_client.h"
#include "skg/query.h"
#include "skg/update.h"

namespace skg::cli {
namespace {

absl::StatusOr<ParameterValues> ParametersOf(const QueryVerb& verb) {
  ParameterValues values;
  for (const std::string& typed : verb.parameters) {
    const size_t split = typed.find('=');
    const std::string name = typed.substr(0, split);
    if (!values.emplace(name, typed.substr(split + 1)).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("--param gives ", name, " two values"));
    }
  }
  return values;
}

skg::QueryOptions OptionsOf(const QueryVerb& verb) {
  skg::QueryOptions options;
  options.as_of = verb.as_of;
  options.valid_at = verb.valid_at;
  options.min_weight = verb.min_weight;
  options.memory_bytes = size_t{1} << 30;
  options.union_default_graph = verb.union_default_graph;
  options.threads = verb.threads;
  options.profile = verb.profile;
  if (verb.timeout_seconds > 0)
    options.deadline = absl::Now() + absl::Seconds(verb.timeout_seconds);
  return options;
}

// What a form is written as where nothing was asked for.
ResultFormat FormatOf(const QueryVerb& verb, const QueryResult& result) {
  const bool graph = result.form() == QueryResult::Form::kGraph;
  if (graph && verb.results == ResultFormat::kAutomatic)
    return ResultFormat::kTurtle;
  return ChosenFormat(verb.results);
}

skg::ResultFormat LibraryFormat(ResultFormat format) {
  switch (format) {
    case ResultFormat::kXml:
      return skg::ResultFormat::kXml;
    case ResultFormat::kCsv:
      return skg::ResultFormat::kCsv;
    case ResultFormat::kTsv:
      return skg::ResultFormat::kTsv;
    case ResultFormat::kTurtle:
      return skg::ResultFormat::kTurtle;
    case ResultFormat::kNTriples:
      return skg::ResultFormat::kNTriples;
    case ResultFormat::kRdfXml:
      return skg::ResultFormat::kRdfXml;
    case ResultFormat::kJson:
    case ResultFormat::kTable:
    case ResultFormat::kAutomatic:
      break;
  }
  return skg::ResultFormat::kJson;
}

// Null: there is nobody that SERVICE may ask.
absl::StatusOr<std::unique_ptr<server::HttpServiceClient>> Federation(
    const QueryVerb& verb) {
  if (verb.services.empty()) return nullptr;
  return server::HttpServiceClient::Make(verb.services);
}

absl::Status Print(std::string_view text) {
  const absl::Status written = StandardOutput().Write(text);
  return written.ok() ? StandardOutput().Flush() : written;
}

absl::Status PrintTable(QueryResult& result) {
  if (result.form() == QueryResult::Form::kBoolean)
    return Print(result.boolean() ? "true\n" : "false\n");
  ResultTable table{.columns = result.variables(), .rows = {}};
  std::vector<std::vector<std::string>> rows;
  while (true) {
    const absl::StatusOr<bool> more = result.Next(rows);
    if (!more.ok()) return more.status();
    if (!*more) return Print(AlignedText(table));
    for (auto& row : rows) table.rows.push_back(std::move(row));
  }
}

// Runs the query for what its steps do.
absl::Status ReadAll(QueryResult& result) {
  std::vector<std::vector<std::string>> rows;
  while (true) {
    const absl::StatusOr<bool> more = result.Next(rows);
    if (!more.ok() || !*more) return more.status();
  }
}

absl::Status PrintPlan(const QueryVerb& verb, QueryResult& result) {
  if (verb.profile) {
    if (absl::Status status = ReadAll(result); !status.ok()) return status;
  }
  const bool json = verb.results == ResultFormat::kJson;
  std::string plan =
      result.Explain(json ? ExplainFormat::kJson : ExplainFormat::kText);
  if (!plan.ends_with('\n')) plan += '\n';
  return Print(plan);
}

}  // namespace

absl::Status AnswerSparql(const QueryVerb& verb, const Graph& graph,
                          const std::string& text) {
  const auto federation = Federation(verb);
  if (!federation.ok()) return federation.status();
  auto parameters = ParametersOf(verb);
  if (!parameters.ok()) return parameters.status();
  skg::QueryOptions options = OptionsOf(verb);
  options.parameters = *std::move(parameters);
  options.services = federation->get();
  absl::StatusOr<QueryResult> result = graph.Query(text, options);
  if (!result.ok()) return result.status();
  if (verb.explain || verb.profile) return PrintPlan(verb, *result);
  const ResultFormat format = FormatOf(verb, *result);
  if (format == ResultFormat::kTable) return PrintTable(*result);
  const absl::Status written = result->Write(
      LibraryFormat(format),
      [](std::string_view bytes) { return StandardOutput().Write(bytes); });
  return written.ok() ? StandardOutput().Flush() : written;
}

absl::Status RunSparqlUpdate(const QueryVerb& verb, Graph graph,
                             const std::string& text) {
  const auto federation = Federation(verb);
  if (!federation.ok()) return federation.status();
  auto parameters = ParametersOf(verb);
  if (!parameters.ok()) return parameters.status();
  UpdateOptions options;
  options.parameters = *std::move(parameters);
  options.services = federation->get();
  options.union_default_graph = verb.union_default_graph;
  if (verb.timeout_seconds > 0)
    options.deadline = absl::Now() + absl::Seconds(verb.timeout_seconds);
  const absl::StatusOr<UpdateResult> done = graph.Update(text, options);
  if (!done.ok()) return done.status();
  return Print(absl::StrCat(WithSeparators(done->inserted), " inserted, ",
                            WithSeparators(done->removed), " removed (commit ",
                            done->commit, ")\n"));
}

}  // namespace skg::cli
