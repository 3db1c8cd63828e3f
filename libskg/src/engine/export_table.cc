// CSV with a header (subject, predicate, object, weight), and TSV without one,
// which loads back.
#include <string_view>

#include "base/status.h"
#include "engine/export_statements.h"

namespace skg::engine {
namespace {

void AppendCsvCell(std::string_view text, std::string& out) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

void AppendCsvRow(const Statement& statement, std::string& out) {
  for (const std::string* cell :
       {&statement.subject, &statement.predicate, &statement.object}) {
    AppendCsvCell(*cell, out);
    out += ',';
  }
  AppendWeight(statement.weight, out);
  out += "\r\n";
}

void AppendTsvRow(const rdf::NameSpace& names, const Statement& statement,
                  std::string& out) {
  for (const std::string* cell :
       {&statement.subject, &statement.predicate, &statement.object}) {
    out += PortableName(names, *cell);
    out += '\t';
  }
  AppendWeight(statement.weight, out);
  out += '\n';
}

}  // namespace

absl::Status ExportTable(ExportJob& job) {
  const storage::ScanPattern pattern{.scope = storage::GraphScope::kDefault};
  if (job.options.format == Format::kCsv) {
    SKG_RETURN_IF_ERROR(job.meter.Write("subject,predicate,object,weight\r\n"));
    return ExportStatements(job, pattern, /*metadata=*/false, AppendCsvRow);
  }
  return ExportStatements(job, pattern, /*metadata=*/false,
                          [&job](const Statement& statement, std::string& out) {
                            AppendTsvRow(job.names, statement, out);
                          });
}

}  // namespace skg::engine
