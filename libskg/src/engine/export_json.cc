// One statement a line, as JSON; `skg load --format json` reads it back.
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "base/strings.h"
#include "engine/export_statements.h"
#include "query/json_text.h"

namespace skg::engine {
namespace {

void AppendMember(std::string_view name, std::string_view text,
                  std::string& out) {
  out += ",\"";
  out += name;
  out += "\":";
  query::AppendJsonString(text, out);
}

void AppendTime(std::string_view name, const std::optional<absl::Time>& time,
                std::string& out) {
  if (!time) return;
  AppendMember(name,
               absl::FormatTime(absl::RFC3339_full, *time, absl::UTCTimeZone()),
               out);
}

void AppendStatement(const rdf::NameSpace& names, const Statement& statement,
                     std::string& out) {
  out += "{\"subject\":";
  query::AppendJsonString(PortableName(names, statement.subject), out);
  AppendMember("predicate", PortableName(names, statement.predicate), out);
  AppendMember("object", PortableName(names, statement.object), out);
  if (!statement.graph.empty())
    AppendMember("graph", PortableName(names, statement.graph), out);
  if (statement.edge != 0) out += ",\"edge\":" + std::to_string(statement.edge);
  out += ",\"weight\":";
  AppendWeight(statement.weight, out);
  if (!statement.metadata.empty() && statement.metadata != "{}") {
    out += ",\"metadata\":" + statement.metadata;
  }
  AppendTime("valid_from", statement.valid_from, out);
  AppendTime("valid_to", statement.valid_to, out);
  if (!statement.source.empty()) AppendMember("source", statement.source, out);
  out += "}\n";
}

}  // namespace

absl::Status ExportJson(ExportJob& job) {
  return ExportStatements(job, {}, /*metadata=*/true,
                          [&job](const Statement& statement, std::string& out) {
                            AppendStatement(job.names, statement, out);
                          });
}

}  // namespace skg::engine
