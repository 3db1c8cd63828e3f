// Any bytes as a document of the four syntaxes: no crash, no hang, the same
// answer whatever the pieces it comes in, and what was read is written so that
// it reads back equal.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
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

// The first byte chooses syntax, tolerance, base and the size of the pieces.
void TestOneDocument(uint8_t choice, std::string_view text) {
  ReaderOptions options;
  options.syntax = static_cast<Syntax>(choice & 3);
  if ((choice & 4) != 0) options.base_iri = "http://example.org/a/b?c";
  uint64_t errors = 0;
  if ((choice & 8) != 0) {
    options.on_error = [&errors](const SyntaxError& error) {
      Require(error.line > 0 && !error.message.empty());
      ++errors;
      return true;
    };
  }
  absl::Status status;
  const std::vector<Quad> quads = ReadAll(text, options, &status);
  const uint64_t errors_at_once = errors;

  const size_t piece = 1 + (choice >> 4);
  size_t at = 0;
  size_t read = 0;
  errors = 0;
  const absl::Status piecewise = Read(
      [&](char* buffer, size_t size) -> absl::StatusOr<size_t> {
        const size_t count = std::min({size, piece, text.size() - at});
        std::memcpy(buffer, text.data() + at, count);
        at += count;
        return count;
      },
      options,
      [&](const Quad& quad) {
        Require(read < quads.size() && quad == quads[read]);
        ++read;
        return absl::OkStatus();
      });
  Require(read == quads.size() && piecewise == status &&
          errors == errors_at_once);

  std::string written;
  const auto writer = MakeWriter(
      [&written](std::string_view bytes) {
        written.append(bytes);
        return absl::OkStatus();
      },
      {.syntax = Syntax::kNQuads});
  for (const Quad& quad : quads) Require(writer->Write(quad).ok());
  Require(writer->Finish().ok());
  absl::Status again;
  Require(ReadAll(written, {.syntax = Syntax::kNQuads}, &again) == quads);
  Require(again.ok());
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
