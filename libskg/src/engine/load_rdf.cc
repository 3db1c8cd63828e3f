// N-Triples, N-Quads, Turtle, TriG and RDF/XML, through the readers of rdf/.
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/load_job.h"
#include "rdf/reader.h"

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

// What is well-formed but cannot be stored has no place that the reader tells.
absl::Status Refused(LoadJob& job, const absl::Status& status) {
  if (!absl::IsInvalidArgument(status)) return status;
  const std::string message = absl::StrCat(
      "statement ", job.input.statements() + 1, ": ", status.message());
  if (job.errors.continues()) return job.errors.Malformed(0, 0, message);
  return absl::InvalidArgumentError(
      absl::StrCat(job.input.name(), ": ", message));
}

}  // namespace

absl::Status LoadRdf(LoadJob& job) {
  rdf::ReaderOptions options;
  options.syntax = SyntaxOf(job.options.format);
  options.source_name = job.input.name();
  options.base_iri = job.options.base_iri;
  if (job.errors.continues()) {
    options.on_error = [&job](const rdf::SyntaxError& error) {
      return job.errors.Malformed(error.line, error.column, error.message).ok();
    };
  }
  return rdf::Read([&job](char* buffer,
                          size_t size) { return job.input.Read(buffer, size); },
                   options,
                   [&job](const rdf::Quad& quad) {
                     const absl::Status added = job.collector.Add(quad);
                     return added.ok() ? added : Refused(job, added);
                   });
}

}  // namespace skg::engine
