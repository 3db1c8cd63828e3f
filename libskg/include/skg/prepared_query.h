// PreparedQuery: a SPARQL query that is parsed once and run many times.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "skg/export.h"
#include "skg/parameters.h"
#include "skg/query.h"

namespace skg {

class ReadView;

namespace engine {
class PreparedQueryImpl;
}

struct PrepareOptions {
  // As in QueryOptions.
  std::string base_iri = {};
  size_t max_text_bytes = size_t{1} << 20;
};

// Made by Graph::Prepare (asks the present state, or that of
// QueryOptions::as_of) and ReadView::Prepare (asks that view). A plan is made
// for each run, for its values and the state as it is then.
// Thread safety: all methods from any thread; each QueryResult is a run of its
// own. Copies share everything. Lifetime: before the Engine's end; that of a
// view keeps the view.
class SKG_EXPORT PreparedQuery {
 public:
  PreparedQuery(const PreparedQuery&);
  PreparedQuery(PreparedQuery&&) noexcept;
  PreparedQuery& operator=(const PreparedQuery&);
  PreparedQuery& operator=(PreparedQuery&&) noexcept;
  ~PreparedQuery();

  // As those of its results.
  [[nodiscard]] QueryResult::Form form() const;
  [[nodiscard]] const std::vector<std::string>& variables() const;

  // QueryOptions::base_iri and max_text_bytes say nothing here: the text has
  // been read. Errors: as Graph::Query; those of parameters.h; kInvalidArgument
  // (QueryOptions::parameters are given too).
  [[nodiscard]] absl::StatusOr<QueryResult> Run(
      const ParameterValues& parameters = {},
      const QueryOptions& options = {}) const;
  // The same on a view of the same graph (else kInvalidArgument).
  [[nodiscard]] absl::StatusOr<QueryResult> RunOn(
      const ReadView& view, const ParameterValues& parameters = {},
      const QueryOptions& options = {}) const;

 private:
  friend class engine::PreparedQueryImpl;
  explicit PreparedQuery(std::shared_ptr<const engine::PreparedQueryImpl> impl);
  std::shared_ptr<const engine::PreparedQueryImpl> impl_;
};

}  // namespace skg
