// SPARQL queries: SPARQL 1.1 Query, with the triple terms and base directions
// of SPARQL 1.2.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "skg/export.h"
#include "skg/parameters.h"
#include "skg/service.h"
#include "skg/time_travel.h"

namespace skg {

namespace engine {
class QueryImpl;
}
class ColumnBatch;

struct QueryOptions {
  // The state that is asked; unset: the present. Of Graph::Query only; a view
  // is a state already (kInvalidArgument).
  std::optional<PointInTime> as_of = std::nullopt;
  // Values for variables of the text.
  ParameterValues parameters = {};
  // Only statements that hold in the world at this time are there: valid_from
  // <= it < valid_to, where an absent end is open. Costs one record read a row
  // that has one. With SERVICE skg:NAME kInvalidArgument: analyses do not ask
  // when statements hold.
  std::optional<absl::Time> valid_at = std::nullopt;
  // Only statements of at least this weight are there, also for analyses by
  // SERVICE skg:NAME; in [0, 1].
  float min_weight = 0;
  absl::Time deadline = absl::InfiniteFuture();
  // Ends the call, and those of its QueryResult, with kCancelled.
  std::stop_token stop = {};
  // What the query may hold in memory, taken from the engine's budget; beyond:
  // kResourceExhausted.
  size_t memory_bytes = size_t{256} << 20;
  // More rows (or triples) than that: kResourceExhausted.
  uint64_t max_rows = std::numeric_limits<uint64_t>::max();
  // How many threads may work on the query at once, the caller's among them; 0:
  // as many as the machine runs at once; 1: the caller's alone. More than twice
  // as many as the machine runs are never started, for all queries of the
  // process together. Rows and their sequence do not depend on it.
  size_t threads = 0;
  // The default graph is all graphs together, each triple once.
  bool union_default_graph = false;
  // For the query's own FROM and FROM NAMED: names, <IRI>s or blank nodes.
  std::vector<std::string> default_graphs = {}, named_graphs = {};
  // For relative IRIs of the query; empty: they are an error.
  std::string base_iri = {};
  // Whom SERVICE asks; null: nobody, it is kFailedPrecondition (one empty
  // solution with SILENT). Must outlive the call and its QueryResult. An answer
  // must fit into the memory that is left; more rows than max_service_rows for
  // one pattern are kResourceExhausted, also with SILENT.
  ServiceClient* services = nullptr;
  uint64_t max_service_rows = 1'000'000;
  // Text and nesting are limited, too: kResourceExhausted.
  size_t max_text_bytes = size_t{1} << 20;
  // Measure what each step of the plan does, for Explain.
  bool profile = false;
};

// What QueryResult::NextBytes and Write make.
enum class ResultFormat {
  kJson,  // SPARQL Query Results JSON, XML, CSV, TSV
  kXml,
  kCsv,
  kTsv,
  kTurtle,  // of CONSTRUCT and DESCRIBE
  kNTriples,
  kRdfXml,  // kInvalidArgument for a predicate that XML cannot name
};

enum class ExplainFormat { kText, kJson };

// The answer to one query, computed as it is asked for.
// Thread safety: one thread at a time; Cancel from any. Lifetime: keeps its
// view alive; must be destroyed before the Engine.
class SKG_EXPORT QueryResult {
 public:
  enum class Form {
    kSolutions,  // SELECT: rows of variables()
    kBoolean,    // ASK: boolean()
    kGraph,      // CONSTRUCT, DESCRIBE: rows of subject, predicate, object
  };

  QueryResult(QueryResult&&) noexcept;
  QueryResult& operator=(QueryResult&&) noexcept;
  ~QueryResult();

  [[nodiscard]] Form form() const;
  // Names of the columns, without `?`; none for kBoolean.
  [[nodiscard]] const std::vector<std::string>& variables() const;
  // False unless kBoolean.
  [[nodiscard]] bool boolean() const;

  // Fills `rows` (cleared first) with up to 2048 rows of names, or terms in
  // N-Triples form, as a Statement has them; an empty text is an unbound
  // variable. False: the end. Errors: kDeadlineExceeded, kCancelled,
  // kResourceExhausted, kDataLoss.
  [[nodiscard]] absl::StatusOr<bool> Next(
      std::vector<std::vector<std::string>>& rows);

  // The same as columns (see column_batch.h): numbers as numbers, texts only
  // where they are asked for. May take turns with Next. Errors: those of Next,
  // and kInvalidArgument (a graph, whose triples come by Next).
  [[nodiscard]] absl::StatusOr<bool> NextBatch(ColumnBatch& batch);

  // Some more of the answer as bytes of a format, always the same one: at least
  // a byte, about 32 KiB. False: that was all (`bytes` is empty). Not to be
  // mixed with Next and NextBatch. Errors: kInvalidArgument (a format of the
  // other form), and those of Next.
  [[nodiscard]] absl::StatusOr<bool> NextBytes(ResultFormat format,
                                               std::string& bytes);
  // All of that. Errors: also those of the sink.
  [[nodiscard]] absl::Status Write(
      ResultFormat format,
      const std::function<absl::Status(std::string_view bytes)>& sink);

  // Rows (or triples) handed out so far.
  [[nodiscard]] uint64_t rows() const;

  // The plan: steps with estimates and orders; with QueryOptions::profile also
  // what each of them has done so far.
  [[nodiscard]] std::string Explain(
      ExplainFormat format = ExplainFormat::kText) const;

  // The call that runs, or the next one, ends with kCancelled.
  void Cancel();

 private:
  friend class engine::QueryImpl;
  explicit QueryResult(std::unique_ptr<engine::QueryImpl> impl);
  std::unique_ptr<engine::QueryImpl> impl_;
};

// The media type that a format has in HTTP.
[[nodiscard]] SKG_EXPORT std::string_view MediaType(ResultFormat format);

}  // namespace skg
