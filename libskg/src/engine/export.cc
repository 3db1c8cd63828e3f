// Graph::Export: one snapshot, one document.
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "engine/export_job.h"
#include "engine/graph_impl.h"
#include "engine/view_impl.h"
#include "skg/graph.h"

namespace skg {
namespace engine {
namespace {

bool CarriesNamedGraphs(Format format) {
  return format == Format::kNQuads || format == Format::kTriG ||
         format == Format::kJson;
}

absl::Status WriteAll(ExportJob& job) {
  switch (job.options.format) {
    case Format::kNTriples:
    case Format::kNQuads:
    case Format::kTurtle:
    case Format::kTriG:
    case Format::kRdfXml:
      return ExportRdf(job);
    case Format::kTsv:
    case Format::kCsv:
      return ExportTable(job);
    case Format::kJson:
      return ExportJson(job);
  }
  return absl::InvalidArgumentError(
      "unknown format; it must be one of skg::Format");
}

bool IsRdf(Format format) {
  return format != Format::kTsv && format != Format::kCsv &&
         format != Format::kJson;
}

// What the graph of this name holds.
absl::StatusOr<storage::ScanPattern> PartOf(const std::string& graph,
                                            const ViewImpl& view) {
  if (graph.empty())
    return storage::ScanPattern{.scope = storage::GraphScope::kDefault};
  const absl::StatusOr<rdf::Term> term = view.names().ToTerm(graph);
  if (!term.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("graph: ", term.status().message()));
  }
  storage::ScanPattern pattern{.scope = storage::GraphScope::kOne};
  SKG_ASSIGN_OR_RETURN(pattern.graph, view.view().Lookup(*term));
  return pattern;
}

// Errors: what the format cannot carry.
absl::Status CheckNoNamedGraphs(const Graph& graph, const ViewImpl& view,
                                Format format) {
  if (CarriesNamedGraphs(format)) return absl::OkStatus();
  SKG_ASSIGN_OR_RETURN(const bool named, HasNamedGraphs(view.view()));
  if (!named) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("graph \"", av(graph.tenant()), "/", av(graph.name()),
                   "\" holds named graphs, which ", av(FormatName(format)),
                   " cannot carry; export as nquads, trig or json"));
}

}  // namespace
}  // namespace engine

absl::StatusOr<ExportResult> Graph::Export(const ExportSink& sink,
                                           const ExportOptions& options) const {
  if (!sink.write)
    return absl::InvalidArgumentError("the sink has no write function");
  SKG_ASSIGN_OR_RETURN(const std::shared_ptr<const engine::ViewImpl> snapshot,
                       engine::ViewImpl::AsOf(impl_, options.as_of));
  const storage::ReadView& view = snapshot->view();
  engine::ExportMeter meter(sink, options);
  engine::ExportJob job{options, view, snapshot->names(), meter};
  if (!options.graph) {
    SKG_RETURN_IF_ERROR(
        engine::CheckNoNamedGraphs(*this, *snapshot, options.format));
  } else if (!engine::IsRdf(options.format)) {
    return absl::InvalidArgumentError(
        absl::StrCat("one graph alone is exported in RDF syntaxes, not as ",
                     av(FormatName(options.format))));
  } else {
    SKG_ASSIGN_OR_RETURN(job.one_graph,
                         engine::PartOf(*options.graph, *snapshot));
  }
  SKG_RETURN_IF_ERROR(engine::WriteAll(job));
  return meter.result();
}

}  // namespace skg
