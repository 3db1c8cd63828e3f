// CSV with a header (subject, predicate, object, weight), and TSV without one,
// which loads back.
#include <string_view>

#include "base/status.h"
#include "engine/export_statements.h"

namespace skg::engine {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

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
  for (const std::string* cell : {&statement.subject, &statement.predicate, &statement.object}) {
    AppendCsvCell(*cell, out);
    out += ',';
  }
  AppendWeight(statement.weight, out);
  out += "\r\n";
}

// A tab or a line end can only come from a name, and a name is an IRI.
class TsvRows {
 public:
  explicit TsvRows(const rdf::NameSpace& names) : names_(names) {}

  void Append(const Statement& statement, std::string& out) const {
    for (const std::string* cell : {&statement.subject, &statement.predicate, &statement.object}) {
      AppendCell(*cell, out);
      out += '\t';
    }
    AppendWeight(statement.weight, out);
    out += '\n';
  }

 private:
  void AppendCell(const std::string& name, std::string& out) const {
    // At the head of a file the mark would be taken for one of the file.
    if (name.find_first_of("\t\r\n") == std::string::npos && !name.starts_with(kByteOrderMark)) {
      out += name;
      return;
    }
    const absl::StatusOr<rdf::Term> term = names_.ToTerm(name);
    if (term.ok()) rdf::AppendNTriples(*term, out);
  }

  const rdf::NameSpace& names_;
};

}  // namespace

absl::Status ExportTable(ExportJob& job) {
  const storage::ScanPattern pattern{.scope = storage::GraphScope::kDefault};
  if (job.options.format == Format::kCsv) {
    SKG_RETURN_IF_ERROR(job.meter.Write("subject,predicate,object,weight\r\n"));
    return ExportStatements(job, pattern, /*metadata=*/false, AppendCsvRow);
  }
  const TsvRows rows(job.names);
  return ExportStatements(
      job, pattern, /*metadata=*/false,
      [&rows](const Statement& statement, std::string& out) { rows.Append(statement, out); });
}

}  // namespace skg::engine
