// A table that the query's TableSource computes.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "query/exec/query_options.h"
#include "query/tables/table_source.h"
#include "rdf/name.h"

namespace skg::query {
namespace {

class NamedTable final : public TableFunction {
 public:
  NamedTable(std::string name, std::vector<TableArgument> arguments,
             std::vector<std::string> columns)
      : name_(std::move(name)),
        arguments_(std::move(arguments)),
        column_names_(std::move(columns)),
        columns_(column_names_.begin(), column_names_.end()) {}

  std::string_view name() const override { return name_; }
  std::span<const std::string_view> columns() const override {
    return columns_;
  }
  std::string Arguments() const override {
    std::string text;
    for (const TableArgument& argument : arguments_) {
      absl::StrAppend(&text, text.empty() ? "" : ", ", argument.name, " ",
                      rdf::ToNTriples(argument.value));
    }
    return text;
  }
  Estimate EstimateRows(const exec::Context& context) const override {
    // Without a source it is refused when it is opened.
    if (context.options.tables == nullptr) return {};
    return context.options.tables->EstimateRows(name_, arguments_, columns_);
  }

  absl::StatusOr<std::unique_ptr<TableRows>> Open(
      exec::Context& context) const override {
    if (context.options.tables == nullptr) {
      return absl::FailedPreconditionError(absl::StrCat(
          "SERVICE skg:", name_,
          " works in queries of stored states only, not in an update: write "
          "what it gives into a named graph first"));
    }
    return context.options.tables->Open(name_, arguments_, columns_, context);
  }

 private:
  const std::string name_;
  const std::vector<TableArgument> arguments_;
  const std::vector<std::string> column_names_;
  const std::vector<std::string_view> columns_;
};

}  // namespace

std::shared_ptr<const TableFunction> MakeNamedTable(
    std::string name, std::vector<TableArgument> arguments,
    std::vector<std::string> columns) {
  return std::make_shared<const NamedTable>(
      std::move(name), std::move(arguments), std::move(columns));
}

}  // namespace skg::query
