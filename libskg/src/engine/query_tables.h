// QueryTables: all that `SERVICE skg:NAME` of one query joins with.
#pragma once

#include <memory>

#include "engine/analysis_tables.h"
#include "engine/search_tables.h"

namespace skg::engine {

// Thread-safe.
class QueryTables final : public query::TableSource {
 public:
  QueryTables(const std::shared_ptr<const ViewImpl>& view, size_t threads,
              absl::Time deadline)
      : analyses_(*view, threads), searches_(view, deadline) {}

  [[nodiscard]] query::TableFunction::Estimate EstimateRows(
      std::string_view name, std::span<const query::TableArgument> arguments,
      std::span<const std::string_view> columns) const override {
    return SearchTables::Has(name)
               ? searches_.EstimateRows(name, arguments, columns)
               : analyses_.EstimateRows(name, arguments, columns);
  }
  [[nodiscard]] absl::StatusOr<std::unique_ptr<query::TableRows>> Open(
      std::string_view name, std::span<const query::TableArgument> arguments,
      std::span<const std::string_view> columns,
      query::exec::Context& context) override {
    return SearchTables::Has(name)
               ? searches_.Open(name, arguments, columns, context)
               : analyses_.Open(name, arguments, columns, context);
  }

 private:
  AnalysisTables analyses_;
  SearchTables searches_;
};

}  // namespace skg::engine
