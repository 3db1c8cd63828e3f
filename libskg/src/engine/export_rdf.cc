// N-Triples, N-Quads, Turtle, TriG and RDF/XML, through the writers of rdf/.
#include <memory>
#include <utility>
#include <vector>

#include "base/status.h"
#include "engine/export_job.h"
#include "engine/export_prefixes.h"
#include "rdf/writer.h"

namespace skg::engine {
namespace {

rdf::Syntax SyntaxOf(Format format) {
  switch (format) {
    case Format::kNTriples:
      return rdf::Syntax::kNTriples;
    case Format::kNQuads:
      return rdf::Syntax::kNQuads;
    case Format::kTriG:
      return rdf::Syntax::kTriG;
    case Format::kRdfXml:
      return rdf::Syntax::kRdfXml;
    default:
      return rdf::Syntax::kTurtle;
  }
}

class RdfExport {
 public:
  RdfExport(ExportJob& job, rdf::WriterOptions options)
      : job_(job),
        terms_(job.view),
        writer_(rdf::MakeWriter(
            [&job](std::string_view bytes) { return job.meter.Write(bytes); },
            std::move(options))) {}

  absl::Status Run() {
    if (job_.one_graph) {
      const bool known = job_.one_graph->scope != storage::GraphScope::kOne ||
                         job_.one_graph->graph.bound();
      if (known) SKG_RETURN_IF_ERROR(WritePart(*job_.one_graph));
      return writer_->Finish();
    }
    switch (job_.options.format) {
      case Format::kNQuads:
        SKG_RETURN_IF_ERROR(WritePart({}));
        break;
      case Format::kTriG: {
        // One block a graph.
        SKG_RETURN_IF_ERROR(
            WritePart({.scope = storage::GraphScope::kDefault}));
        SKG_ASSIGN_OR_RETURN(const std::vector<rdf::TermId> graphs,
                             NamedGraphs(job_.view));
        for (const rdf::TermId graph : graphs) {
          SKG_RETURN_IF_ERROR(
              WritePart({.scope = storage::GraphScope::kOne, .graph = graph}));
        }
        break;
      }
      default:
        SKG_RETURN_IF_ERROR(
            WritePart({.scope = storage::GraphScope::kDefault}));
    }
    return writer_->Finish();
  }

 private:
  absl::Status WritePart(const storage::ScanPattern& pattern) {
    last_ = {};
    quad_ = {};
    return ScanBatches(
        job_.view, pattern,
        [this](const storage::StatementBatch& batch) { return Write(batch); });
  }

  absl::Status Write(const storage::StatementBatch& batch) {
    SKG_RETURN_IF_ERROR(terms_.Load(batch));
    uint64_t written = 0;
    for (size_t i = 0; i < batch.size(); ++i) {
      const storage::StatementKey key{batch.graph[i], batch.subject[i],
                                      batch.predicate[i], batch.object[i]};
      // Parallel relationships are one triple.
      if (key == last_) continue;
      SetQuad(key);
      SKG_RETURN_IF_ERROR(writer_->Write(quad_));
      last_ = key;
      ++written;
    }
    return job_.meter.AddStatements(written);
  }

  // Subjects and predicates come in runs: they are copied once a run.
  void SetQuad(const storage::StatementKey& key) {
    if (!job_.one_graph && key.graph != last_.graph) {
      quad_.graph = key.graph.bound() ? terms_.Get(key.graph) : rdf::Term();
    }
    if (key.subject != last_.subject) quad_.subject = terms_.Get(key.subject);
    if (key.predicate != last_.predicate)
      quad_.predicate = terms_.Get(key.predicate);
    quad_.object = terms_.Get(key.object);
  }

  ExportJob& job_;
  TermCache terms_;
  std::unique_ptr<rdf::Writer> writer_;
  storage::StatementKey last_;
  rdf::Quad quad_;
};

}  // namespace

absl::Status ExportRdf(ExportJob& job) {
  rdf::WriterOptions options{.syntax = SyntaxOf(job.options.format)};
  if (job.options.format == Format::kTurtle ||
      job.options.format == Format::kTriG ||
      job.options.format == Format::kRdfXml) {
    SKG_ASSIGN_OR_RETURN(options.prefixes,
                         ChoosePrefixes(job.view, job.names.base()));
  }
  return RdfExport(job, std::move(options)).Run();
}

}  // namespace skg::engine
