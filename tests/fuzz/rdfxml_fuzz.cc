// Any bytes as RDF/XML: no crash, no hang, the same answer whatever the pieces
// it comes in; what was read can be written as N-Quads and, where XML can say
// it, as RDF/XML again.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "rdf/name.h"
#include "rdf/reader.h"
#include "rdf/writer.h"

namespace skg::rdf {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

std::vector<Quad> ReadAll(std::string_view text, const ReaderOptions& options,
                          absl::Status* status) {
  std::vector<Quad> quads;
  *status = ReadText(text, options, [&](const Quad& quad) {
    quads.push_back(quad);
    return absl::OkStatus();
  });
  return quads;
}

void CheckPieces(std::string_view text, size_t piece,
                 const ReaderOptions& options, const std::vector<Quad>& quads,
                 const absl::Status& status) {
  size_t read = 0;
  const absl::Status piecewise = Read(
      [&](char* buffer, size_t size) -> absl::StatusOr<size_t> {
        const size_t count = std::min({size, piece, text.size()});
        std::memcpy(buffer, text.data(), count);
        text.remove_prefix(count);
        return count;
      },
      options,
      [&](const Quad& quad) {
        Require(read < quads.size() && quad == quads[read]);
        ++read;
        return absl::OkStatus();
      });
  Require(read == quads.size() && piecewise == status);
}

// Writes what the syntax can say, and reads it again.
void CheckWriting(Syntax syntax, const std::vector<Quad>& quads) {
  std::string written;
  size_t taken = 0;
  const auto writer = MakeWriter(
      [&written](std::string_view bytes) {
        written.append(bytes);
        return absl::OkStatus();
      },
      {.syntax = syntax});
  for (const Quad& quad : quads) {
    const absl::Status status = writer->Write(quad);
    Require(status.ok() || syntax == Syntax::kRdfXml);
    if (status.ok()) ++taken;
  }
  Require(writer->Finish().ok());
  absl::Status again;
  const std::vector<Quad> back = ReadAll(written, {.syntax = syntax}, &again);
  Require(again.ok() && back.size() == taken);
  Require(syntax == Syntax::kRdfXml || back == quads);
}

// The first byte chooses tolerance, base and the size of the pieces.
void TestOneDocument(uint8_t choice, std::string_view text) {
  ReaderOptions options{.syntax = Syntax::kRdfXml};
  if ((choice & 1) != 0) options.base_iri = "http://example.org/a/b?c";
  uint64_t errors = 0;
  if ((choice & 2) != 0) {
    options.on_error = [&errors](const SyntaxError& error) {
      Require(error.line > 0 && !error.message.empty());
      ++errors;
      return true;
    };
  }
  absl::Status status;
  const std::vector<Quad> quads = ReadAll(text, options, &status);
  for (const Quad& quad : quads) {
    for (const Term* term : {&quad.subject, &quad.predicate, &quad.object}) {
      Require(CheckTerm(*term).ok());
    }
  }
  const uint64_t errors_at_once = errors;
  errors = 0;
  CheckPieces(text, 1 + (choice >> 4), options, quads, status);
  Require(errors == errors_at_once);
  CheckWriting(Syntax::kNQuads, quads);
  CheckWriting(Syntax::kRdfXml, quads);
}

}  // namespace
}  // namespace skg::rdf

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  skg::rdf::TestOneDocument(
      data[0],
      std::string_view(reinterpret_cast<const char*>(data) + 1, size - 1));
  return 0;
}
