// What a public QueryResult holds.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/cancellation.h"
#include "engine/view_impl.h"
#include "query/exec/run.h"
#include "query/request.h"
#include "skg/query.h"

namespace skg::engine {

// One thread at a time; Cancel from any.
class QueryImpl {
 public:
  // `options.as_of` is resolved already. Errors: as Graph::Query.
  [[nodiscard]] static absl::StatusOr<QueryResult> Run(
      std::shared_ptr<const ViewImpl> view, std::string_view text,
      const QueryOptions& options);

  [[nodiscard]] QueryResult::Form form() const { return form_; }
  [[nodiscard]] const std::vector<std::string>& variables() const {
    return variables_;
  }
  [[nodiscard]] bool boolean() const { return boolean_; }
  [[nodiscard]] absl::StatusOr<bool> Next(
      std::vector<std::vector<std::string>>& rows);
  [[nodiscard]] absl::Status Write(
      ResultFormat format,
      const std::function<absl::Status(std::string_view bytes)>& sink);
  [[nodiscard]] std::string Explain(ExplainFormat format) const;
  void Cancel() { cancellation_.Cancel(); }

 private:
  using Terms = std::vector<std::vector<std::optional<rdf::Term>>>;

  QueryImpl(std::shared_ptr<const ViewImpl> view, const QueryOptions& options)
      : view_(std::move(view)), cancellation_(options.deadline) {}

  [[nodiscard]] absl::Status Start(std::string_view text,
                                   const QueryOptions& options);
  // Rows of terms; after an error always the same error.
  [[nodiscard]] absl::StatusOr<bool> NextTerms(Terms& rows);
  [[nodiscard]] absl::StatusOr<bool> PullTerms(Terms& rows);
  [[nodiscard]] absl::Status WriteRows(
      ResultFormat format,
      const std::function<absl::Status(std::string_view bytes)>& sink);
  [[nodiscard]] absl::Status WriteGraph(
      ResultFormat format,
      const std::function<absl::Status(std::string_view bytes)>& sink);

  // Destroyed last: the rest stands on it.
  const std::shared_ptr<const ViewImpl> view_;
  Cancellation cancellation_;
  QueryResult::Form form_ = QueryResult::Form::kSolutions;
  std::vector<std::string> variables_;
  std::vector<std::pair<std::string, std::string>> prefixes_;
  bool boolean_ = false;
  std::unique_ptr<query::Solutions> solutions_;
  std::unique_ptr<query::GraphAnswer> triples_;
  absl::Status failed_;
};

}  // namespace skg::engine
