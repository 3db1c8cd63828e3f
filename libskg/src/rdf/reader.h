// Reading RDF syntaxes as a stream of quads.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rdf/term.h"

namespace skg::rdf {

enum class Syntax : uint8_t { kNTriples, kNQuads, kTurtle, kTriG, kRdfXml };

struct SyntaxError {
  uint64_t line = 0;    // 1-based
  uint64_t column = 0;  // 1-based, bytes
  std::string message;  // what was wrong and what would be right
};

struct ReaderOptions {
  Syntax syntax = Syntax::kTurtle;
  // Name of the input in messages.
  std::string source_name = "input";
  // For relative IRIs; empty: a relative IRI is an error.
  std::string base_iri = {};
  // Called for each malformed part. True: skip to the next statement (line
  // oriented syntaxes: the next line; Turtle and TriG: past the next
  // statement's end; RDF/XML: past the element) and go on; false or unset:
  // reading ends with kInvalidArgument "NAME:LINE:COLUMN: ...". Not called
  // where nothing can follow: XML that is not well-formed.
  std::function<bool(const SyntaxError&)> on_error = nullptr;
};

// Bytes in: fills `buffer`, returns how many; 0 is the end.
using ByteSource =
    std::function<absl::StatusOr<size_t>(char* buffer, size_t size)>;

// Reads the whole input and hands each quad to `on_quad`; a status from there
// ends the reading and is returned. Blank node labels are the document's; a
// generated one cannot clash with them. Memory: bounded but for the longest
// single term (at most 64 MiB; longer: an error) and the prefixes; in RDF/XML
// but for the elements that are open (see xml_parser.h).
// Errors: kInvalidArgument (syntax, with place), what `source` and `on_quad`
// return, kResourceExhausted (nesting deeper than 1000; in RDF/XML also the
// limits on entities and open elements).
[[nodiscard]] absl::Status Read(
    const ByteSource& source, const ReaderOptions& options,
    const std::function<absl::Status(const Quad&)>& on_quad);
// The same from memory.
[[nodiscard]] absl::Status ReadText(
    std::string_view text, const ReaderOptions& options,
    const std::function<absl::Status(const Quad&)>& on_quad);

}  // namespace skg::rdf
