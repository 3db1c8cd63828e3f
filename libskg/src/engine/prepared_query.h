// What a public PreparedQuery holds.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/graph_impl.h"
#include "engine/view_impl.h"
#include "query/request.h"
#include "skg/prepared_query.h"

namespace skg::engine {

// A query's text, read. Its prefix `:` is the graph's base namespace.
// Errors: kInvalidArgument, kResourceExhausted.
[[nodiscard]] absl::StatusOr<query::Query> ParseText(
    const GraphImpl& graph, std::string_view text, const std::string& base_iri,
    size_t max_text_bytes);

// Immutable; shared by copies.
class PreparedQueryImpl {
 public:
  // Without a view, the present state or a past one of `graph` is asked.
  [[nodiscard]] static absl::StatusOr<PreparedQuery> Make(
      std::shared_ptr<const GraphImpl> graph,
      std::shared_ptr<const ViewImpl> view, std::string_view text,
      const PrepareOptions& options);

  [[nodiscard]] QueryResult::Form form() const;
  [[nodiscard]] const std::vector<std::string>& variables() const {
    return variables_;
  }
  // Null: the view or state that it is of.
  [[nodiscard]] absl::StatusOr<QueryResult> Run(
      std::shared_ptr<const ViewImpl> view, const ParameterValues& parameters,
      const QueryOptions& options) const;

 private:
  PreparedQueryImpl(std::shared_ptr<const GraphImpl> graph,
                    std::shared_ptr<const ViewImpl> view, query::Query query);

  const std::shared_ptr<const GraphImpl> graph_;
  const std::shared_ptr<const ViewImpl> view_;  // or null
  const query::Query query_;
  std::vector<std::string> variables_;
};

}  // namespace skg::engine
