// Graph::Prepare, ReadView::Prepare.
#include "engine/prepared_query.h"

#include "absl/status/status.h"
#include "base/status.h"
#include "engine/query_impl.h"
#include "skg/graph.h"
#include "sparql/parser.h"

namespace skg {
namespace engine {

absl::StatusOr<query::Query> ParseText(const GraphImpl& graph,
                                       std::string_view text,
                                       const std::string& base_iri,
                                       size_t max_text_bytes) {
  return sparql::ParseQuery(
      text, {.base_iri = base_iri,
             .prefixes = {{"", std::string(graph.names().base())}},
             .max_text_bytes = max_text_bytes});
}

absl::StatusOr<PreparedQuery> PreparedQueryImpl::Make(
    std::shared_ptr<const GraphImpl> graph,
    std::shared_ptr<const ViewImpl> view, std::string_view text,
    const PrepareOptions& options) {
  SKG_ASSIGN_OR_RETURN(
      query::Query query,
      ParseText(*graph, text, options.base_iri, options.max_text_bytes));
  return PreparedQuery(
      std::shared_ptr<const PreparedQueryImpl>(new PreparedQueryImpl(
          std::move(graph), std::move(view), std::move(query))));
}

PreparedQueryImpl::PreparedQueryImpl(std::shared_ptr<const GraphImpl> graph,
                                     std::shared_ptr<const ViewImpl> view,
                                     query::Query query)
    : graph_(std::move(graph)),
      view_(std::move(view)),
      query_(std::move(query)),
      variables_(ColumnsOf(query_)) {}

QueryResult::Form PreparedQueryImpl::form() const { return FormOf(query_); }

absl::StatusOr<QueryResult> PreparedQueryImpl::Run(
    std::shared_ptr<const ViewImpl> view, const ParameterValues& parameters,
    const QueryOptions& options) const {
  if (!options.parameters.empty()) {
    return absl::InvalidArgumentError(
        "a prepared query takes its parameters as an argument, not by "
        "QueryOptions");
  }
  if (view == nullptr) view = view_;
  if (view != nullptr && options.as_of) {
    return absl::InvalidArgumentError(
        "a view is one state already; prepare on the graph to ask another");
  }
  if (view == nullptr) {
    SKG_ASSIGN_OR_RETURN(view, ViewImpl::AsOf(graph_, options.as_of));
  } else if (view->graph().uuid() != graph_->uuid()) {
    return absl::InvalidArgumentError(
        "the query was prepared on another graph than that of the view");
  }
  return QueryImpl::Run(std::move(view), query_, parameters, options);
}

}  // namespace engine

PreparedQuery::PreparedQuery(
    std::shared_ptr<const engine::PreparedQueryImpl> impl)
    : impl_(std::move(impl)) {}
PreparedQuery::PreparedQuery(const PreparedQuery&) = default;
PreparedQuery::PreparedQuery(PreparedQuery&&) noexcept = default;
PreparedQuery& PreparedQuery::operator=(const PreparedQuery&) = default;
PreparedQuery& PreparedQuery::operator=(PreparedQuery&&) noexcept = default;
PreparedQuery::~PreparedQuery() = default;

QueryResult::Form PreparedQuery::form() const { return impl_->form(); }
const std::vector<std::string>& PreparedQuery::variables() const {
  return impl_->variables();
}
absl::StatusOr<QueryResult> PreparedQuery::Run(
    const ParameterValues& parameters, const QueryOptions& options) const {
  return impl_->Run(nullptr, parameters, options);
}
absl::StatusOr<QueryResult> PreparedQuery::RunOn(
    const ReadView& view, const ParameterValues& parameters,
    const QueryOptions& options) const {
  return impl_->Run(engine::ViewImpl::Of(view), parameters, options);
}

absl::StatusOr<PreparedQuery> Graph::Prepare(
    std::string_view text, const PrepareOptions& options) const {
  return engine::PreparedQueryImpl::Make(impl_, nullptr, text, options);
}

absl::StatusOr<PreparedQuery> ReadView::Prepare(
    std::string_view text, const PrepareOptions& options) const {
  return engine::PreparedQueryImpl::Make(impl_->shared_graph(), impl_, text,
                                         options);
}

}  // namespace skg
