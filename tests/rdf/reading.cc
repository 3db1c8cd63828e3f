#include "rdf/reading.h"

#include <algorithm>
#include <cstring>

#include "rdf/input_window.h"
#include "rdf/line_reader.h"
#include "rdf/name.h"
#include "rdf/rdfxml_parser.h"
#include "rdf/turtle_parser.h"

namespace skg::test {

ReadResult ReadAll(std::string_view text, rdf::Syntax syntax,
                   const ReadHow& how) {
  ReadResult result;
  rdf::ReaderOptions options{
      .syntax = syntax, .source_name = "test", .base_iri = how.base};
  if (how.recover) {
    options.on_error = [&](const rdf::SyntaxError& error) {
      result.errors.push_back(error);
      return true;
    };
  }
  const std::function<absl::Status(const rdf::Quad&)> on_quad =
      [&](const rdf::Quad& quad) {
        result.quads.push_back(quad);
        return absl::OkStatus();
      };
  if (how.chunk == 0) {
    result.status = rdf::ReadText(text, options, on_quad);
    return result;
  }
  const rdf::ByteSource source = [&](char* buffer,
                                     size_t size) -> absl::StatusOr<size_t> {
    const size_t taken = std::min({size, how.chunk, text.size()});
    std::memcpy(buffer, text.data(), taken);
    text.remove_prefix(taken);
    return taken;
  };
  rdf::InputWindow window(source, how.chunk);
  if (syntax == rdf::Syntax::kNTriples || syntax == rdf::Syntax::kNQuads) {
    result.status = rdf::ReadLines(window, options, on_quad);
  } else if (syntax == rdf::Syntax::kRdfXml) {
    result.status = rdf::RdfXmlParser(window, options, on_quad).Run();
  } else {
    result.status = rdf::TurtleParser(window, options, on_quad).Run();
  }
  return result;
}

std::string Lines(const std::vector<rdf::Quad>& quads) {
  std::string out;
  for (const rdf::Quad& quad : quads) {
    for (const rdf::Term* term :
         {&quad.subject, &quad.predicate, &quad.object}) {
      rdf::AppendNTriples(*term, out);
      out += ' ';
    }
    if (!quad.in_default_graph()) out += rdf::ToNTriples(quad.graph) + ' ';
    out += ".\n";
  }
  return out;
}

}  // namespace skg::test
