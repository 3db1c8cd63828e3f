// Writing quads as N-Triples, N-Quads, Turtle, TriG or RDF/XML.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "rdf/reader.h"
#include "rdf/term.h"

namespace skg::rdf {

using ByteSink = std::function<absl::Status(std::string_view bytes)>;

struct WriterOptions {
  Syntax syntax = Syntax::kTurtle;
  // Prefix (without colon) -> namespace IRI, for Turtle, TriG and RDF/XML.
  std::map<std::string, std::string> prefixes = {};
};

// Streams quads out; buffers at most 64 KiB. Turtle and TriG group runs of
// equal graph, subject and predicate as they come, RDF/XML those of equal
// subject. What a syntax cannot say is kInvalidArgument: a named graph in
// N-Triples, Turtle and RDF/XML; in RDF/XML also predicates that do not end in
// an XML name or mean something else there, and control characters.
// Thread safety: one thread at a time.
class Writer {
 public:
  virtual ~Writer() = default;
  [[nodiscard]] virtual absl::Status Write(const Quad& quad) = 0;
  // Must be called once at the end; nothing may be written after it.
  [[nodiscard]] virtual absl::Status Finish() = 0;
};

[[nodiscard]] std::unique_ptr<Writer> MakeWriter(ByteSink sink,
                                                 WriterOptions options);

}  // namespace skg::rdf
