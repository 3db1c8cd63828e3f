// AnalysisTables: the analyses of a view's graph as tables of one query.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/view_impl.h"
#include "query/tables/table_source.h"

namespace skg::engine {

struct ComputedTable;  // a view and the rows of an analysis

// An analysis runs once for its arguments, however often the query opens it. It
// reads all graphs, whatever the query's dataset, unless the arguments name
// one; of the query's options min_weight counts for it, and valid_at is
// kInvalidArgument. Thread-safe.
class AnalysisTables final : public query::TableSource {
 public:
  // The view outlives it. All that open a table are of one query.
  AnalysisTables(const ViewImpl& view, size_t threads)
      : view_(view), threads_(threads) {}
  ~AnalysisTables() override;

  // A guess that knows nothing: it is computed once, from the whole graph.
  [[nodiscard]] query::TableFunction::Estimate EstimateRows(
      std::string_view /*name*/,
      std::span<const query::TableArgument> /*arguments*/,
      std::span<const std::string_view> /*columns*/) const override {
    return {10'000, 1'000'000, {}, {}};
  }
  [[nodiscard]] absl::StatusOr<std::unique_ptr<query::TableRows>> Open(
      std::string_view name, std::span<const query::TableArgument> arguments,
      std::span<const std::string_view> columns,
      query::exec::Context& context) override;

 private:
  [[nodiscard]] absl::StatusOr<std::shared_ptr<const ComputedTable>> Compute(
      std::string_view name, std::span<const query::TableArgument> arguments,
      const query::QueryOptions& options);

  const ViewImpl& view_;
  const size_t threads_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<const ComputedTable>> computed_;
};

}  // namespace skg::engine
