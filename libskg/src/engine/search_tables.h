// SearchTables: the searches of a view as tables of one query.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "engine/view_impl.h"
#include "query/tables/table_source.h"

namespace skg::engine {

class SearchTable;

// `textSearch` and `vectorSearch`: hits by score, best first, as many as the
// query reads. It keeps what it found for the same arguments, however often the
// query opens it. Thread-safe.
class SearchTables final : public query::TableSource {
 public:
  SearchTables(std::shared_ptr<const ViewImpl> view, absl::Time deadline)
      : view_(std::move(view)), deadline_(deadline) {}
  ~SearchTables() override;

  [[nodiscard]] static bool Has(std::string_view name);
  [[nodiscard]] query::TableFunction::Estimate EstimateRows(
      std::string_view name, std::span<const query::TableArgument> arguments,
      std::span<const std::string_view> columns) const override;
  // Errors: also those of ReadView::SearchText and SearchVectors.
  [[nodiscard]] absl::StatusOr<std::unique_ptr<query::TableRows>> Open(
      std::string_view name, std::span<const query::TableArgument> arguments,
      std::span<const std::string_view> columns,
      query::exec::Context& context) override;

 private:
  [[nodiscard]] absl::StatusOr<std::shared_ptr<SearchTable>> Find(
      std::string_view name, std::span<const query::TableArgument> arguments);

  const std::shared_ptr<const ViewImpl> view_;
  const absl::Time deadline_;
  std::mutex mutex_;
  struct Opened {
    std::string name;
    std::vector<query::TableArgument> arguments;
    std::shared_ptr<SearchTable> table;
  };
  std::vector<Opened> opened_;
};

}  // namespace skg::engine
