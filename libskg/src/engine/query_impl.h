// What a public QueryResult holds.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/cancellation.h"
#include "engine/column_batch.h"
#include "engine/query_tables.h"
#include "engine/service_bridge.h"
#include "engine/view_impl.h"
#include "query/exec/run.h"
#include "query/request.h"
#include "rdf/writer.h"
#include "skg/query.h"
#include "sparql/results.h"

namespace skg::engine {

[[nodiscard]] QueryResult::Form FormOf(const query::Query& query);
// The names of the answer's columns.
[[nodiscard]] std::vector<std::string> ColumnsOf(const query::Query& query);

// One thread at a time; Cancel from any.
class QueryImpl {
 public:
  // `options.as_of` is resolved already, and what the options say of the text
  // and its parameters says nothing. Needs `query` no longer than the call.
  // Errors: as Graph::Query.
  [[nodiscard]] static absl::StatusOr<QueryResult> Run(
      std::shared_ptr<const ViewImpl> view, const query::Query& query,
      const ParameterValues& parameters, const QueryOptions& options);

  [[nodiscard]] QueryResult::Form form() const { return form_; }
  [[nodiscard]] const std::vector<std::string>& variables() const {
    return variables_;
  }
  [[nodiscard]] bool boolean() const { return boolean_; }
  [[nodiscard]] absl::StatusOr<bool> Next(
      std::vector<std::vector<std::string>>& rows);
  [[nodiscard]] absl::StatusOr<bool> NextBatch(ColumnBatchImpl& columns);
  [[nodiscard]] absl::StatusOr<bool> NextBytes(ResultFormat format,
                                               std::string& bytes);
  [[nodiscard]] uint64_t rows() const { return rows_; }
  [[nodiscard]] std::string Explain(ExplainFormat format) const;
  void Cancel() { cancellation_.Cancel(); }

 private:
  using Terms = std::vector<std::vector<std::optional<rdf::Term>>>;

  QueryImpl(std::shared_ptr<const ViewImpl> view, const QueryOptions& options)
      : view_(std::move(view)),
        cancellation_(options.deadline, options.stop),
        memory_bytes_(options.memory_bytes),
        tables_(view_, options.threads, options.deadline) {}

  [[nodiscard]] absl::Status Start(const query::Query& query,
                                   const QueryOptions& options);
  // Rows of terms; after an error always the same error.
  [[nodiscard]] absl::StatusOr<bool> NextTerms(Terms& rows);
  [[nodiscard]] absl::StatusOr<bool> PullTerms(Terms& rows);
  [[nodiscard]] absl::StatusOr<bool> PullColumns(ColumnBatchImpl& columns);
  // Rows to bytes_; where there are none left, the end of the document.
  [[nodiscard]] absl::Status Encode(const Terms& rows, bool more);
  [[nodiscard]] absl::Status StartEncoding(ResultFormat format);

  // Destroyed last: the rest stands on it.
  const std::shared_ptr<const ViewImpl> view_;
  Cancellation cancellation_;
  const size_t memory_bytes_;
  std::optional<ServiceBridge> services_;
  QueryTables tables_;
  QueryResult::Form form_ = QueryResult::Form::kSolutions;
  std::vector<std::string> variables_;
  std::vector<std::pair<std::string, std::string>> prefixes_;
  bool boolean_ = false;
  std::unique_ptr<query::Solutions> solutions_;
  std::unique_ptr<query::GraphAnswer> triples_;
  absl::Status failed_;
  uint64_t rows_ = 0;
  // One of the two once bytes are asked for; they append to bytes_.
  std::unique_ptr<sparql::ResultWriter> row_writer_;
  std::unique_ptr<rdf::Writer> graph_writer_;
  std::string bytes_;
  bool encoded_all_ = false;
};

}  // namespace skg::engine
