// CSV: the key cell of a row names a subject, each other column's header is a
// predicate, and each non-empty cell is a statement with a literal as object:
//
//   iata,name,altitude
//   GKA,Goroka,5282           GKA name "Goroka" .  GKA altitude 5282 .
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "base/strings.h"
#include "engine/load_csv_reader.h"
#include "engine/load_job.h"
#include "engine/load_literal.h"
#include "rdf/characters.h"

namespace skg::engine {
namespace {

struct Column {
  std::string name;
  rdf::Term predicate;
};

// "airports.csv" of "data/airports.csv.gz": rows are named by it and by their
// line, as messages about them are.
std::string RowPrefix(std::string_view source) {
  source.remove_prefix(source.find_last_of('/') + 1);
  if (source.ends_with(".gz")) source.remove_suffix(3);
  return absl::StrCat(av(source), ":");
}

class CsvLoad {
 public:
  explicit CsvLoad(LoadJob& job)
      : job_(job),
        reader_(job.input),
        row_prefix_(RowPrefix(job.input.name())) {}

  absl::Status Run() {
    SKG_ASSIGN_OR_RETURN(const bool any, ReadColumns());
    if (!any) return absl::OkStatus();
    while (true) {
      SKG_ASSIGN_OR_RETURN(const CsvReader::Result result, reader_.Next(row_));
      if (result == CsvReader::Result::kEnd) return absl::OkStatus();
      SKG_RETURN_IF_ERROR(result == CsvReader::Result::kRow ? LoadRow()
                                                            : MalformedRow());
    }
  }

 private:
  // False: the document is empty.
  absl::StatusOr<bool> ReadColumns() {
    if (!job_.options.csv_columns.empty()) {
      std::vector<std::string> names = job_.options.csv_columns;
      SKG_RETURN_IF_ERROR(SetColumns(std::move(names), /*header=*/false));
      return true;
    }
    SKG_ASSIGN_OR_RETURN(const CsvReader::Result result, reader_.Next(row_));
    if (result == CsvReader::Result::kEnd) return false;
    if (result == CsvReader::Result::kMalformed) {
      const LoadError& error = reader_.error();
      return job_.errors.Fatal(error.line, error.column,
                               "header: " + error.message);
    }
    std::vector<std::string> names;
    for (const CsvCell& cell : row_.cells) names.push_back(cell.text);
    SKG_RETURN_IF_ERROR(SetColumns(std::move(names), /*header=*/true));
    return true;
  }

  absl::Status SetColumns(std::vector<std::string> names, bool header) {
    SKG_ASSIGN_OR_RETURN(key_, FindKey(names));
    std::unordered_set<std::string> seen;
    for (size_t i = 0; i < names.size(); ++i) {
      Column column{.name = names[i]};
      if (i != key_) {
        if (!seen.insert(column.name).second) {
          return ColumnError(
              i, header,
              absl::StrCat("\"", column.name, "\" is the name of two columns"));
        }
        SKG_RETURN_IF_ERROR(SetPredicate(column, i, header));
      }
      columns_.push_back(std::move(column));
    }
    return absl::OkStatus();
  }

  absl::Status SetPredicate(Column& column, size_t i, bool header) {
    if (column.name.empty())
      return ColumnError(i, header, "a column without a name");
    absl::StatusOr<rdf::Term> term = job_.names.ToTerm(column.name);
    if (!term.ok())
      return ColumnError(i, header, std::string(sv(term.status().message())));
    if (term->kind != rdf::TermKind::kIri) {
      return ColumnError(
          i, header,
          absl::StrCat(column.name,
                       " cannot be a predicate; give a name or <IRI>"));
    }
    column.predicate = *std::move(term);
    return absl::OkStatus();
  }

  [[nodiscard]] absl::Status ColumnError(size_t i, bool header,
                                         const std::string& message) const {
    if (!header) {
      return absl::InvalidArgumentError(
          absl::StrCat("column ", i + 1, " of the given ones: ", message));
    }
    return job_.errors.Fatal(row_.cells[i].line, row_.cells[i].column,
                             "header: " + message);
  }

  // No column where the rows are named by their lines.
  [[nodiscard]] absl::StatusOr<size_t> FindKey(
      const std::vector<std::string>& names) const {
    const std::string& key = job_.options.csv_key;
    if (key.empty()) return kNoKey;
    for (size_t i = 0; i < names.size(); ++i) {
      if (names[i] == key) return i;
    }
    size_t number = 0;
    const auto [end, error] =
        std::from_chars(key.data(), key.data() + key.size(), number);
    if (error == std::errc() && end == key.data() + key.size() && number >= 1 &&
        number <= names.size()) {
      return number - 1;
    }
    return absl::InvalidArgumentError(
        absl::StrCat(job_.input.name(), ": there is no key column \"", key,
                     "\"; the columns are ", absl::StrJoin(names, ", ")));
  }

  absl::Status MalformedRow() {
    const LoadError& error = reader_.error();
    return job_.errors.Malformed(error.line, error.column, error.message);
  }

  absl::Status Malformed(const CsvCell& cell, std::string message) {
    return job_.errors.Malformed(cell.line, cell.column, std::move(message));
  }

  absl::Status LoadRow() {
    if (row_.cells.size() != columns_.size()) {
      const bool more = row_.cells.size() > columns_.size();
      return Malformed(
          row_.cells[more ? columns_.size() : row_.cells.size() - 1],
          absl::StrCat("the row has ", row_.cells.size(),
                       " cells where there are ", columns_.size(), " columns"));
    }
    for (const CsvCell& cell : row_.cells) {
      if (!rdf::IsUtf8(cell.text))
        return Malformed(cell, "the cell is not UTF-8");
    }
    absl::StatusOr<rdf::Term> subject = Subject();
    if (!subject.ok()) {
      return Malformed(row_.cells[key_],
                       std::string(sv(subject.status().message())));
    }
    quad_.subject = *std::move(subject);
    for (size_t i = 0; i < columns_.size(); ++i) {
      const CsvCell& cell = row_.cells[i];
      if (i == key_ || cell.IsEmpty()) continue;
      quad_.predicate = columns_[i].predicate;
      quad_.object = CellLiteral(cell.text);
      const absl::Status added = job_.collector.Add(quad_);
      if (absl::IsInvalidArgument(added)) {
        SKG_RETURN_IF_ERROR(Malformed(cell, std::string(sv(added.message()))));
      } else if (!added.ok()) {
        return added;
      }
    }
    return absl::OkStatus();
  }

  [[nodiscard]] absl::StatusOr<rdf::Term> Subject() const {
    if (key_ == kNoKey)
      return job_.names.ToTerm(absl::StrCat(row_prefix_, row_.line));
    const CsvCell& cell = row_.cells[key_];
    if (cell.IsEmpty()) {
      return absl::InvalidArgumentError(
          "the key cell is empty, so the row has no subject");
    }
    SKG_ASSIGN_OR_RETURN(rdf::Term term, job_.names.ToTerm(cell.text));
    if (term.kind != rdf::TermKind::kIri &&
        term.kind != rdf::TermKind::kBlankNode) {
      return absl::InvalidArgumentError(
          "the key cell holds a literal or triple term, which cannot be a "
          "subject");
    }
    return term;
  }

  static constexpr size_t kNoKey = SIZE_MAX;

  LoadJob& job_;
  CsvReader reader_;
  const std::string row_prefix_;
  std::vector<Column> columns_;
  size_t key_ = kNoKey;
  CsvRow row_;
  rdf::Quad quad_;
};

}  // namespace

absl::Status LoadCsv(LoadJob& job) { return CsvLoad(job).Run(); }

}  // namespace skg::engine
