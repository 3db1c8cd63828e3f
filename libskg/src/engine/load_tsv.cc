// Three names a line, separated by tabs, and optionally a weight:
//
//   Q42 <TAB> P31 <TAB> Q5 [<TAB> 0.95]
//
// Nothing is quoted; a name that holds a tab or a line end is written as a
// term in N-Triples form. Empty lines mean nothing.
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "engine/load_job.h"
#include "engine/load_text.h"
#include "skg/field_error.h"
#include "skg/statement.h"

namespace skg::engine {
namespace {

constexpr std::array<std::string_view, 3> kFields = {"subject", "predicate",
                                                     "object"};
constexpr size_t kMaxColumns = 4;

struct Columns {
  std::array<std::string_view, kMaxColumns> text;
  size_t count = 0;  // of the line; may be above kMaxColumns
  // 1-based, in bytes.
  [[nodiscard]] uint64_t ColumnOf(size_t i, std::string_view line) const {
    return static_cast<uint64_t>(text[i].data() - line.data()) + 1;
  }
};

Columns Split(std::string_view line) {
  Columns columns;
  while (true) {
    const size_t tab = line.find('\t');
    if (columns.count < kMaxColumns)
      columns.text[columns.count] = line.substr(0, tab);
    ++columns.count;
    if (tab == std::string_view::npos) return columns;
    line.remove_prefix(tab + 1);
  }
}

std::optional<float> ParseWeight(std::string_view text) {
  float weight = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), weight);
  if (error != std::errc() || end != text.data() + text.size())
    return std::nullopt;
  if (!(weight >= 0.0f && weight <= 1.0f)) return std::nullopt;
  return weight;
}

// Where the first field that a refusal names begins.
uint64_t ColumnOfError(const absl::Status& status, const Columns& columns,
                       std::string_view line) {
  for (const FieldError& error : FieldErrors(status)) {
    for (size_t i = 0; i < kFields.size(); ++i) {
      if (!error.path.empty() && error.path.back() == kFields[i])
        return columns.ColumnOf(i, line);
    }
  }
  return 1;
}

absl::Status LoadLine(LoadJob& job, std::string_view line, uint64_t number,
                      NewStatement& statement) {
  const Columns columns = Split(line);
  if (columns.count < 3 || columns.count > kMaxColumns) {
    return job.errors.Malformed(
        number, 1,
        absl::StrCat("the line has ", columns.count,
                     columns.count == 1 ? " column" : " columns",
                     "; subject, predicate, object and, if wanted, a weight "
                     "are separated by "
                     "single tabs"));
  }
  statement.subject = columns.text[0];
  statement.predicate = columns.text[1];
  statement.object = columns.text[2];
  statement.graph.clear();
  statement.weight = 1.0f;
  if (columns.count == 4) {
    const std::optional<float> weight = ParseWeight(columns.text[3]);
    if (!weight) {
      return job.errors.Malformed(
          number, columns.ColumnOf(3, line),
          absl::StrCat("weight: \"", av(columns.text[3].substr(0, 40)),
                       "\" is not a number from 0 to 1"));
    }
    statement.weight = *weight;
  }
  // Three columns say nothing of a record, so they leave a stored one alone.
  const bool if_absent = columns.count == 3 || job.options.skip_duplicates;
  const absl::Status added = job.collector.Add(statement, if_absent);
  if (added.ok() || !absl::IsInvalidArgument(added)) return added;
  return job.errors.Malformed(number, ColumnOfError(added, columns, line),
                              std::string(sv(added.message())));
}

}  // namespace

absl::Status LoadTsv(LoadJob& job) {
  TextReader reader(job.input);
  std::string line;
  NewStatement statement;  // of each line in turn
  while (true) {
    const uint64_t number = reader.line();
    switch (reader.ReadLine(line)) {
      case TextReader::Line::kEnd:
        return reader.status();
      case TextReader::Line::kTooLong:
        SKG_RETURN_IF_ERROR(
            job.errors.Malformed(number, 1,
                                 absl::StrCat("the line is longer than ",
                                              kMaxPieceBytes, " bytes")));
        break;
      case TextReader::Line::kRead:
        if (!line.empty())
          SKG_RETURN_IF_ERROR(LoadLine(job, line, number, statement));
        break;
    }
  }
}

}  // namespace skg::engine
