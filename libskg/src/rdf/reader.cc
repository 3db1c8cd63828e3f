#include "rdf/reader.h"

#include "rdf/characters.h"
#include "rdf/input_window.h"
#include "rdf/line_reader.h"
#include "rdf/rdfxml_parser.h"
#include "rdf/turtle_parser.h"

namespace skg::rdf {
namespace {

absl::Status ReadWindow(
    InputWindow& window, const ReaderOptions& options,
    const std::function<absl::Status(const Quad&)>& on_quad) {
  if (options.syntax == Syntax::kNTriples ||
      options.syntax == Syntax::kNQuads) {
    return ReadLines(window, options, on_quad);
  }
  if (!options.base_iri.empty() && !IsAbsoluteIri(options.base_iri)) {
    return absl::InvalidArgumentError("base_iri \"" +
                                      options.base_iri.substr(0, 200) +
                                      "\" is not an absolute IRI");
  }
  if (options.syntax == Syntax::kRdfXml) {
    return RdfXmlParser(window, options, on_quad).Run();
  }
  return TurtleParser(window, options, on_quad).Run();
}

}  // namespace

absl::Status Read(const ByteSource& source, const ReaderOptions& options,
                  const std::function<absl::Status(const Quad&)>& on_quad) {
  InputWindow window(source);
  return ReadWindow(window, options, on_quad);
}

absl::Status ReadText(std::string_view text, const ReaderOptions& options,
                      const std::function<absl::Status(const Quad&)>& on_quad) {
  InputWindow window(text);
  return ReadWindow(window, options, on_quad);
}

}  // namespace skg::rdf
