// Graph::Query, ReadView::Query: SPARQL over a view.
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "engine/parameters.h"
#include "engine/prepared_query.h"
#include "engine/query_impl.h"
#include "query/parameters.h"
#include "rdf/writer.h"
#include "skg/field_error.h"
#include "skg/graph.h"
#include "sparql/results.h"

namespace skg {
namespace engine {
namespace {

// Names of graphs, as everywhere, to the terms of a dataset.
absl::StatusOr<std::vector<rdf::Term>> GraphTerms(
    const std::vector<std::string>& names, const rdf::NameSpace& space,
    const char* field) {
  std::vector<rdf::Term> graphs;
  for (size_t i = 0; i < names.size(); ++i) {
    absl::StatusOr<rdf::Term> term = space.ToTerm(names[i]);
    if (!term.ok() || !query::NamesGraph(*term)) {
      return FieldErrorStatus(
          {{{field, absl::StrCat(i)},
            term.ok() ? "a graph is named by an IRI or a blank node"
                      : std::string(sv(term.status().message())),
            "malformed"}});
    }
    graphs.push_back(*std::move(term));
  }
  return graphs;
}

absl::StatusOr<query::QueryOptions> ForExecutor(const QueryOptions& options,
                                                const ViewImpl& view,
                                                const query::Query& query,
                                                const Cancellation& stop) {
  query::QueryOptions out;
  out.cancellation = &stop;
  out.memory_bytes = options.memory_bytes;
  out.memory = &view.graph().engine().memory();
  out.statistics = &view.graph().query_statistics();
  out.max_rows = options.max_rows;
  out.threads = options.threads;
  out.max_service_rows = options.max_service_rows;
  out.union_default_graph = options.union_default_graph;
  out.base_iri = query.base_iri;
  out.profile = options.profile;
  out.valid_at = options.valid_at;
  out.min_weight = options.min_weight;
  // Also what is no number at all.
  if (!(options.min_weight >= 0 && options.min_weight <= 1)) {
    return FieldErrorStatus(
        {{{"min_weight"}, "a weight is between 0 and 1", "out_of_range"}});
  }
  SKG_ASSIGN_OR_RETURN(
      out.dataset.default_graphs,
      GraphTerms(options.default_graphs, view.names(), "default_graphs"));
  SKG_ASSIGN_OR_RETURN(
      out.dataset.named_graphs,
      GraphTerms(options.named_graphs, view.names(), "named_graphs"));
  return out;
}

sparql::ResultFormat RowFormat(ResultFormat format) {
  switch (format) {
    case ResultFormat::kXml:
      return sparql::ResultFormat::kXml;
    case ResultFormat::kCsv:
      return sparql::ResultFormat::kCsv;
    case ResultFormat::kTsv:
      return sparql::ResultFormat::kTsv;
    default:
      return sparql::ResultFormat::kJson;
  }
}

bool WritesGraphs(ResultFormat format) {
  return format == ResultFormat::kTurtle || format == ResultFormat::kNTriples ||
         format == ResultFormat::kRdfXml;
}

}  // namespace

QueryResult::Form FormOf(const query::Query& query) {
  switch (query.form) {
    case query::Query::Form::kSelect:
      return QueryResult::Form::kSolutions;
    case query::Query::Form::kAsk:
      return QueryResult::Form::kBoolean;
    case query::Query::Form::kConstruct:
    case query::Query::Form::kDescribe:
      break;
  }
  return QueryResult::Form::kGraph;
}

std::vector<std::string> ColumnsOf(const query::Query& query) {
  if (FormOf(query) == QueryResult::Form::kGraph)
    return {"subject", "predicate", "object"};
  std::vector<std::string> names;
  for (const query::Variable v : query.result)
    names.push_back(query.variables.names[v]);
  return names;
}

absl::StatusOr<QueryResult> QueryImpl::Run(std::shared_ptr<const ViewImpl> view,
                                           const query::Query& query,
                                           const ParameterValues& parameters,
                                           const QueryOptions& options) {
  std::unique_ptr<QueryImpl> impl(new QueryImpl(std::move(view), options));
  if (parameters.empty()) {
    SKG_RETURN_IF_ERROR(impl->Start(query, options));
  } else {
    SKG_ASSIGN_OR_RETURN(
        const query::VariableValues values,
        ResolveParameters(parameters, query.variables, impl->view_->names()));
    SKG_ASSIGN_OR_RETURN(const query::Query bound,
                         query::WithParameters(query, values));
    SKG_RETURN_IF_ERROR(impl->Start(bound, options));
  }
  return QueryResult(std::move(impl));
}

absl::Status QueryImpl::Start(const query::Query& query,
                              const QueryOptions& options) {
  SKG_ASSIGN_OR_RETURN(query::QueryOptions run,
                       ForExecutor(options, *view_, query, cancellation_));
  if (options.services != nullptr)
    run.services = &services_.emplace(*options.services, options.deadline);
  run.tables = &tables_;
  form_ = FormOf(query);
  variables_ = ColumnsOf(query);
  switch (form_) {
    case QueryResult::Form::kSolutions: {
      SKG_ASSIGN_OR_RETURN(solutions_,
                           query::RunSelect(query, view_->view(), run));
      break;
    }
    case QueryResult::Form::kBoolean: {
      // Kept for its plan.
      SKG_ASSIGN_OR_RETURN(solutions_,
                           query::RunPattern(query, {}, view_->view(), run));
      query::Batch batch;
      SKG_ASSIGN_OR_RETURN(boolean_, solutions_->Next(batch));
      break;
    }
    case QueryResult::Form::kGraph: {
      prefixes_ = query.prefixes;
      SKG_ASSIGN_OR_RETURN(triples_,
                           query::RunGraph(query, view_->view(), run));
      break;
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> QueryImpl::NextTerms(Terms& rows) {
  rows.clear();
  SKG_RETURN_IF_ERROR(failed_);
  absl::StatusOr<bool> more = PullTerms(rows);
  if (!more.ok()) {
    failed_ = more.status();
    rows.clear();
  }
  rows_ += rows.size();
  return more;
}

absl::StatusOr<bool> QueryImpl::PullTerms(Terms& rows) {
  if (triples_ != nullptr) {
    std::vector<rdf::TripleTerm> triples;
    SKG_ASSIGN_OR_RETURN(const bool more, triples_->Next(&triples));
    for (rdf::TripleTerm& triple : triples) {
      auto& row = rows.emplace_back();
      row.reserve(3);
      row.emplace_back(std::move(triple.subject));
      row.emplace_back(std::move(triple.predicate));
      row.emplace_back(std::move(triple.object));
    }
    return more;
  }
  if (form_ == QueryResult::Form::kBoolean) return false;
  query::Batch batch;
  SKG_ASSIGN_OR_RETURN(const bool more, solutions_->Next(batch));
  if (!more) return false;
  SKG_RETURN_IF_ERROR(solutions_->Decode(batch, &rows));
  return true;
}

absl::StatusOr<bool> QueryImpl::Next(
    std::vector<std::vector<std::string>>& rows) {
  rows.clear();
  Terms terms;
  SKG_ASSIGN_OR_RETURN(const bool more, NextTerms(terms));
  rows.reserve(terms.size());
  for (const auto& row : terms) {
    std::vector<std::string>& names = rows.emplace_back();
    names.reserve(row.size());
    for (const auto& term : row)
      names.push_back(term ? view_->names().ToName(*term) : std::string());
  }
  return more;
}

absl::StatusOr<bool> QueryImpl::PullColumns(ColumnBatchImpl& columns) {
  if (form_ == QueryResult::Form::kBoolean) return false;
  query::Batch batch;
  SKG_ASSIGN_OR_RETURN(const bool more, solutions_->Next(batch));
  if (!more) return false;
  SKG_RETURN_IF_ERROR(
      columns.Fill(batch, solutions_->terms(), view_->names(), memory_bytes_));
  return true;
}

absl::StatusOr<bool> QueryImpl::NextBatch(ColumnBatchImpl& columns) {
  columns.Clear();
  SKG_RETURN_IF_ERROR(failed_);
  if (form_ == QueryResult::Form::kGraph) {
    return absl::InvalidArgumentError(
        "the answer is a graph, which has no columns; take its triples by "
        "Next");
  }
  absl::StatusOr<bool> more = PullColumns(columns);
  if (!more.ok()) {
    failed_ = more.status();
    columns.Clear();
  }
  rows_ += columns.rows();
  return more;
}

absl::Status QueryImpl::StartEncoding(ResultFormat format) {
  const bool graph = form_ == QueryResult::Form::kGraph;
  if (WritesGraphs(format) != graph) {
    return absl::InvalidArgumentError(
        graph ? "the answer is a graph; write it as Turtle, N-Triples or "
                "RDF/XML"
              : "the answer is no graph; write it as JSON, XML, CSV or TSV");
  }
  const auto append = [this](std::string_view bytes) {
    bytes_.append(bytes);
    return absl::OkStatus();
  };
  if (graph) {
    rdf::WriterOptions options{.syntax = rdf::Syntax::kNTriples};
    if (format != ResultFormat::kNTriples) {
      options.syntax = format == ResultFormat::kTurtle ? rdf::Syntax::kTurtle
                                                       : rdf::Syntax::kRdfXml;
      options.prefixes = {prefixes_.begin(), prefixes_.end()};
    }
    graph_writer_ = rdf::MakeWriter(append, std::move(options));
  } else if (form_ == QueryResult::Form::kBoolean) {
    encoded_all_ = true;
    return sparql::WriteBoolean(RowFormat(format), boolean_, append);
  } else {
    row_writer_ =
        sparql::MakeResultWriter(RowFormat(format), append, variables_);
  }
  return absl::OkStatus();
}

absl::Status QueryImpl::Encode(const Terms& rows, bool more) {
  encoded_all_ = !more;
  if (graph_writer_ != nullptr) {
    for (const auto& row : rows) {
      SKG_RETURN_IF_ERROR(
          graph_writer_->Write({*row[0], *row[1], *row[2], rdf::Term()}));
    }
    return more ? absl::OkStatus() : graph_writer_->Finish();
  }
  std::vector<const rdf::Term*> values(variables_.size());
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i)
      values[i] = row[i] ? &*row[i] : nullptr;
    SKG_RETURN_IF_ERROR(row_writer_->Write(values));
  }
  return more ? absl::OkStatus() : row_writer_->Finish();
}

absl::StatusOr<bool> QueryImpl::NextBytes(ResultFormat format,
                                          std::string& bytes) {
  bytes.clear();
  const bool begun =
      row_writer_ != nullptr || graph_writer_ != nullptr || encoded_all_;
  if (!begun) SKG_RETURN_IF_ERROR(StartEncoding(format));
  Terms rows;
  while (bytes_.empty() && !encoded_all_) {
    SKG_ASSIGN_OR_RETURN(const bool more, NextTerms(rows));
    SKG_RETURN_IF_ERROR(Encode(rows, more));
  }
  bytes.swap(bytes_);
  return !bytes.empty();
}

static absl::StatusOr<QueryResult> RunText(std::shared_ptr<const ViewImpl> view,
                                           std::string_view text,
                                           const QueryOptions& options) {
  const GraphImpl& graph = view->graph();
  ParsedQueries& known = graph.engine().parsed_queries();
  const ParsedQueries::Text key{text, options.base_iri, graph.names().base()};
  std::shared_ptr<const query::Query> query;
  if (text.size() <= options.max_text_bytes) query = known.Find(key);
  if (query == nullptr) {
    SKG_ASSIGN_OR_RETURN(
        query::Query parsed,
        ParseText(graph, text, options.base_iri, options.max_text_bytes));
    query = std::make_shared<const query::Query>(std::move(parsed));
    known.Insert(key, query);
  }
  return QueryImpl::Run(std::move(view), *query, options.parameters, options);
}

std::string QueryImpl::Explain(ExplainFormat format) const {
  if (triples_ != nullptr) {
    return format == ExplainFormat::kText ? triples_->ExplainText()
                                          : triples_->ExplainJson();
  }
  return format == ExplainFormat::kText ? solutions_->ExplainText()
                                        : solutions_->ExplainJson();
}

}  // namespace engine

QueryResult::QueryResult(std::unique_ptr<engine::QueryImpl> impl)
    : impl_(std::move(impl)) {}
QueryResult::QueryResult(QueryResult&&) noexcept = default;
QueryResult& QueryResult::operator=(QueryResult&&) noexcept = default;
QueryResult::~QueryResult() = default;

QueryResult::Form QueryResult::form() const { return impl_->form(); }
const std::vector<std::string>& QueryResult::variables() const {
  return impl_->variables();
}
bool QueryResult::boolean() const { return impl_->boolean(); }
absl::StatusOr<bool> QueryResult::Next(
    std::vector<std::vector<std::string>>& rows) {
  return impl_->Next(rows);
}
absl::StatusOr<bool> QueryResult::NextBatch(ColumnBatch& batch) {
  return impl_->NextBatch(engine::ColumnBatchImpl::Of(batch));
}
absl::StatusOr<bool> QueryResult::NextBytes(ResultFormat format,
                                            std::string& bytes) {
  return impl_->NextBytes(format, bytes);
}
absl::Status QueryResult::Write(
    ResultFormat format,
    const std::function<absl::Status(std::string_view bytes)>& sink) {
  std::string bytes;
  for (;;) {
    SKG_ASSIGN_OR_RETURN(const bool more, impl_->NextBytes(format, bytes));
    if (!more) return absl::OkStatus();
    SKG_RETURN_IF_ERROR(sink(bytes));
  }
}
uint64_t QueryResult::rows() const { return impl_->rows(); }
std::string QueryResult::Explain(ExplainFormat format) const {
  return impl_->Explain(format);
}
void QueryResult::Cancel() { impl_->Cancel(); }

std::string_view MediaType(ResultFormat format) {
  switch (format) {
    case ResultFormat::kJson:
      return "application/sparql-results+json";
    case ResultFormat::kXml:
      return "application/sparql-results+xml";
    case ResultFormat::kCsv:
      return "text/csv; charset=utf-8";
    case ResultFormat::kTsv:
      return "text/tab-separated-values; charset=utf-8";
    case ResultFormat::kTurtle:
      return "text/turtle; charset=utf-8";
    case ResultFormat::kNTriples:
      return "application/n-triples; charset=utf-8";
    case ResultFormat::kRdfXml:
      return "application/rdf+xml";
  }
  return {};
}

absl::StatusOr<QueryResult> ReadView::Query(std::string_view text,
                                            const QueryOptions& options) const {
  if (options.as_of) {
    return absl::InvalidArgumentError(
        "a view is one state already; ask Graph::Query as of another");
  }
  return engine::RunText(impl_, text, options);
}

absl::StatusOr<QueryResult> Graph::Query(std::string_view text,
                                         const QueryOptions& options) const {
  SKG_ASSIGN_OR_RETURN(auto view, engine::ViewImpl::AsOf(impl_, options.as_of));
  return engine::RunText(std::move(view), text, options);
}

}  // namespace skg
