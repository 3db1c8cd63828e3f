#include "query/exec/run.h"

#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "query/exec/construct.h"
#include "query/exec/describe.h"
#include "query/exec/operator.h"
#include "query/exec/running_query.h"
#include "query/plan/explain.h"
#include "query/plan/planner.h"

namespace skg::query {

class Solutions::Impl {
 public:
  Impl(const PatternRequest& request, const storage::ReadView& view,
       const QueryOptions& options)
      : query_(request.variables, view, options) {}

  absl::Status Start(const PatternRequest& request) {
    SKG_RETURN_IF_ERROR(query_.Start(request.dataset));
    for (const Variable v : request.result)
      names_.push_back(request.variables.names[v]);
    plan::Planner planner(query_.context());
    SKG_ASSIGN_OR_RETURN(
        plan_, planner.PlanQuery(request.pattern, request.result,
                                 request.first_only ? 1 : Slice::kNoLimit));
    SKG_ASSIGN_OR_RETURN(root_,
                         exec::MakeOperator(*plan_, {}, query_.context()));
    return absl::OkStatus();
  }

  absl::StatusOr<bool> Next(Batch& batch) {
    SKG_ASSIGN_OR_RETURN(const bool more, root_->Next(batch));
    if (!more) return false;
    rows_ += batch.rows;
    const uint64_t most = query_.context().options.max_rows;
    if (rows_ > most) {
      return absl::ResourceExhaustedError(
          absl::StrCat("the query has more than ", most,
                       " solutions, as many as it may have; add a LIMIT, or "
                       "allow more"));
    }
    return true;
  }

  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] exec::Context& context() { return query_.context(); }
  [[nodiscard]] const plan::PlanNode& plan() const { return *plan_; }

 private:
  exec::RunningQuery query_;
  std::vector<std::string> names_;
  plan::PlanPtr plan_;
  exec::OperatorPtr root_;
  uint64_t rows_ = 0;
};

Solutions::Solutions(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Solutions::~Solutions() = default;

const std::vector<std::string>& Solutions::variables() const {
  return impl_->names();
}
absl::StatusOr<bool> Solutions::Next(Batch& batch) {
  return impl_->Next(batch);
}
TermSpace& Solutions::terms() { return impl_->context().terms; }
std::string Solutions::ExplainText() const {
  return plan::PlanText(impl_->plan(), impl_->context());
}
std::string Solutions::ExplainJson() const {
  return plan::PlanJson(impl_->plan(), impl_->context());
}

absl::Status Solutions::Decode(
    const Batch& batch,
    std::vector<std::vector<std::optional<rdf::Term>>>* rows) {
  rows->assign(batch.rows,
               std::vector<std::optional<rdf::Term>>(batch.columns.size()));
  std::vector<rdf::TermId> ids;
  std::vector<rdf::Term> terms;
  for (size_t c = 0; c < batch.columns.size(); ++c) {
    ids.clear();
    for (const rdf::TermId id : batch.columns[c]) {
      if (id.bound()) ids.push_back(id);
    }
    SKG_RETURN_IF_ERROR(impl_->context().terms.Decode(ids, &terms));
    size_t next = 0;
    for (size_t row = 0; row < batch.rows; ++row) {
      if (batch.columns[c][row].bound())
        (*rows)[row][c] = std::move(terms[next++]);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Solutions>> RunPattern(
    const PatternRequest& request, const storage::ReadView& view,
    const QueryOptions& options) {
  auto impl = std::make_unique<Solutions::Impl>(request, view, options);
  SKG_RETURN_IF_ERROR(impl->Start(request));
  return std::unique_ptr<Solutions>(new Solutions(std::move(impl)));
}

absl::StatusOr<std::unique_ptr<Solutions>> RunPattern(
    const Query& query, const std::vector<Variable>& result,
    const storage::ReadView& view, const QueryOptions& options) {
  return RunPattern({query.variables, query.dataset, *query.pattern, result,
                     query.form == Query::Form::kAsk},
                    view, options);
}

absl::StatusOr<std::unique_ptr<Solutions>> RunSelect(
    const Query& query, const storage::ReadView& view,
    const QueryOptions& options) {
  if (query.form != Query::Form::kSelect)
    return absl::InvalidArgumentError("the query is no SELECT");
  return RunPattern(query, query.result, view, options);
}

absl::StatusOr<bool> RunAsk(const Query& query, const storage::ReadView& view,
                            const QueryOptions& options) {
  if (query.form != Query::Form::kAsk)
    return absl::InvalidArgumentError("the query is no ASK");
  SKG_ASSIGN_OR_RETURN(const auto solutions,
                       RunPattern(query, {}, view, options));
  Batch batch;
  return solutions->Next(batch);
}

absl::StatusOr<std::unique_ptr<GraphAnswer>> RunGraph(
    const Query& query, const storage::ReadView& view,
    const QueryOptions& options) {
  switch (query.form) {
    case Query::Form::kConstruct:
      return exec::RunConstruct(query, view, options);
    case Query::Form::kDescribe:
      return exec::RunDescribe(query, view, options);
    default:
      return absl::InvalidArgumentError(
          "the query is neither CONSTRUCT nor DESCRIBE");
  }
}

}  // namespace skg::query
