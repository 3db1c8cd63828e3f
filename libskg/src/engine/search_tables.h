// SearchTables: the searches of a view as tables of one query.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "engine/view_impl.h"
#include "query/tables/table_source.h"

namespace skg::engine {

struct SearchTable;  // what a search has found

// `textSearch` and `vectorSearch`: hits by score, best first. A search runs
// once for its arguments, however often the query opens it. Thread-safe.
class SearchTables final : public query::TableSource {
 public:
  SearchTables(std::shared_ptr<const ViewImpl> view, absl::Time deadline)
      : view_(std::move(view)), deadline_(deadline) {}
  ~SearchTables() override;

  [[nodiscard]] static bool Has(std::string_view name);
  // Errors: also those of ReadView::SearchText and SearchVectors.
  [[nodiscard]] absl::StatusOr<std::unique_ptr<query::TableRows>> Open(
      std::string_view name, std::span<const query::TableArgument> arguments,
      std::span<const std::string_view> columns,
      query::exec::Context& context) override;

 private:
  [[nodiscard]] absl::StatusOr<std::shared_ptr<const SearchTable>> Find(
      std::string_view name, std::span<const query::TableArgument> arguments);

  const std::shared_ptr<const ViewImpl> view_;
  const absl::Time deadline_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<const SearchTable>> found_;
};

}  // namespace skg::engine
