// Running a query over a view.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "query/exec/batch.h"
#include "query/exec/query_options.h"
#include "query/request.h"
#include "query/values/term_space.h"
#include "rdf/term.h"
#include "storage/read_view.h"

namespace skg::query {

struct PatternRequest;

// The solutions of a query's pattern, a batch at a time. Not thread-safe. Needs
// neither the Query nor the options once it is made; ends before the view's
// store, and before what the options refer to.
class Solutions {
 public:
  ~Solutions();
  Solutions(const Solutions&) = delete;
  Solutions& operator=(const Solutions&) = delete;

  // Column i of the batches is variable i of these.
  [[nodiscard]] const std::vector<std::string>& variables() const;

  // At least one row; false: there are no more. Errors: kDeadlineExceeded,
  // kCancelled, kResourceExhausted (memory, or more rows than allowed),
  // kDataLoss.
  [[nodiscard]] absl::StatusOr<bool> Next(Batch& batch);

  // Terms of the batches' ids. Unbound ids are kInternal.
  [[nodiscard]] TermSpace& terms();
  // The rows of a batch as terms, unset where unbound.
  [[nodiscard]] absl::Status Decode(
      const Batch& batch,
      std::vector<std::vector<std::optional<rdf::Term>>>* rows);

  // The plan, and with QueryOptions::profile what its operators did so far.
  [[nodiscard]] std::string ExplainText() const;
  [[nodiscard]] std::string ExplainJson() const;

 private:
  friend absl::StatusOr<std::unique_ptr<Solutions>> RunPattern(
      const PatternRequest& request, const storage::ReadView& view,
      const QueryOptions& options);
  class Impl;
  explicit Solutions(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// A pattern, and what it needs of the request that it is part of. Nothing here
// is owned.
struct PatternRequest {
  const VariableTable& variables;
  const DatasetClause& dataset;
  const Algebra& pattern;
  const std::vector<Variable>& result;  // the columns
  bool first_only = false;              // any one solution will do
};
// Its solutions. Errors: kInvalidArgument (nested too deeply), and those of
// Solutions.
[[nodiscard]] absl::StatusOr<std::unique_ptr<Solutions>> RunPattern(
    const PatternRequest& request, const storage::ReadView& view,
    const QueryOptions& options);

// The triples of a CONSTRUCT or DESCRIBE, each once. Not thread-safe; as
// Solutions.
class GraphAnswer {
 public:
  virtual ~GraphAnswer() = default;
  // At least one; false: there are no more.
  [[nodiscard]] virtual absl::StatusOr<bool> Next(
      std::vector<rdf::TripleTerm>* triples) = 0;
  // As of Solutions.
  [[nodiscard]] virtual std::string ExplainText() const = 0;
  [[nodiscard]] virtual std::string ExplainJson() const = 0;
};

// Solutions of a query's pattern with these columns, whatever its form.
[[nodiscard]] absl::StatusOr<std::unique_ptr<Solutions>> RunPattern(
    const Query& query, const std::vector<Variable>& result,
    const storage::ReadView& view, const QueryOptions& options);

// Of a kSelect. Errors: kInvalidArgument (another form), those of RunPattern.
[[nodiscard]] absl::StatusOr<std::unique_ptr<Solutions>> RunSelect(
    const Query& query, const storage::ReadView& view,
    const QueryOptions& options);
// Of a kAsk.
[[nodiscard]] absl::StatusOr<bool> RunAsk(const Query& query,
                                          const storage::ReadView& view,
                                          const QueryOptions& options);
// Of a kConstruct or kDescribe. A description is the statements whose subject
// is the resource, and those of blank nodes that they lead to.
[[nodiscard]] absl::StatusOr<std::unique_ptr<GraphAnswer>> RunGraph(
    const Query& query, const storage::ReadView& view,
    const QueryOptions& options);

}  // namespace skg::query
