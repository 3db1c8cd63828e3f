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

}  // namespace
}  // namespace engine

absl::StatusOr<ExportResult> Graph::Export(const ExportSink& sink,
                                           const ExportOptions& options) const {
  if (!sink.write)
    return absl::InvalidArgumentError("the sink has no write function");
  SKG_ASSIGN_OR_RETURN(const std::shared_ptr<const engine::ViewImpl> snapshot,
                       engine::ViewImpl::AsOf(impl_, options.as_of));
  const storage::ReadView& view = snapshot->view();
  if (!engine::CarriesNamedGraphs(options.format)) {
    SKG_ASSIGN_OR_RETURN(const bool named, engine::HasNamedGraphs(view));
    if (named) {
      return absl::FailedPreconditionError(absl::StrCat(
          "graph \"", av(tenant()), "/", av(name()),
          "\" holds named graphs, which ", av(FormatName(options.format)),
          " cannot carry; export as nquads, trig or json"));
    }
  }
  engine::ExportMeter meter(sink, options);
  engine::ExportJob job{options, view, snapshot->names(), meter};
  SKG_RETURN_IF_ERROR(engine::WriteAll(job));
  return meter.result();
}

}  // namespace skg
