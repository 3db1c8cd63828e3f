// TableSource: tables that somebody else computes and a query joins with, such
// as the scores of an analysis.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "query/tables/table_function.h"
#include "rdf/term.h"

namespace skg::query {

// `?table skg:NAME VALUE`, where the name is what follows the vocabulary.
struct TableArgument {
  std::string name;
  rdf::Term value;
  friend bool operator==(const TableArgument&, const TableArgument&) = default;
};

// Thread-safe.
class TableSource {
 public:
  virtual ~TableSource() = default;
  // What to expect of Open; what is wrong there is not told.
  [[nodiscard]] virtual TableFunction::Estimate EstimateRows(
      std::string_view name, std::span<const TableArgument> arguments,
      std::span<const std::string_view> columns) const = 0;
  // Rows of the table of this name with these columns. Asked again with the
  // same arguments it need not compute again. Errors: kInvalidArgument (no such
  // table, argument or column: the message says which there are), and those of
  // TableRows::Next.
  [[nodiscard]] virtual absl::StatusOr<std::unique_ptr<TableRows>> Open(
      std::string_view name, std::span<const TableArgument> arguments,
      std::span<const std::string_view> columns, exec::Context& context) = 0;
};

// A table of the query's source (QueryOptions::tables), which knows it by name:
// until it is opened nothing is checked.
[[nodiscard]] std::shared_ptr<const TableFunction> MakeNamedTable(
    std::string name, std::vector<TableArgument> arguments,
    std::vector<std::string> columns);

}  // namespace skg::query
