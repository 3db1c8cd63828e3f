// The result formats of SPARQL 1.1 and 1.2: JSON, XML, CSV and TSV.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "rdf/term.h"
#include "rdf/writer.h"

namespace skg::sparql {

enum class ResultFormat : uint8_t { kJson, kXml, kCsv, kTsv };

// Streams solutions out; buffers about 32 KiB, or one row if that is longer.
// Thread safety: one thread at a time.
class ResultWriter {
 public:
  virtual ~ResultWriter() = default;
  // One place for each variable; null: unbound. Errors: kInvalidArgument (XML
  // cannot hold some control characters), what the sink returns.
  [[nodiscard]] virtual absl::Status Write(
      std::span<const rdf::Term* const> row) = 0;
  // Must be called once at the end; nothing may be written after it.
  [[nodiscard]] virtual absl::Status Finish() = 0;
};

// `variables` without `?`; they are the columns.
//   JSON, XML   base directions and triple terms as in 1.2
//   CSV         lines end with CR LF; the kinds of terms are lost; a triple
//               term is in N-Triples form; unbound is empty, the empty string
//               ""
//   TSV         terms in N-Triples form, but numbers and booleans that SPARQL
//               can write bare are so
[[nodiscard]] std::unique_ptr<ResultWriter> MakeResultWriter(
    ResultFormat format, rdf::ByteSink sink,
    std::vector<std::string> variables);

// The answer of ASK. Errors: kInvalidArgument (CSV and TSV have no form for
// it), what the sink returns.
[[nodiscard]] absl::Status WriteBoolean(ResultFormat format, bool answer,
                                        const rdf::ByteSink& sink);

// What a reader hands out: the variables and then the rows, or the answer of
// ASK. A status from any ends the reading.
struct ResultHandler {
  std::function<absl::Status(const std::vector<std::string>& variables)>
      on_variables;
  std::function<absl::Status(std::span<const std::optional<rdf::Term>> row)>
      on_row;
  std::function<absl::Status(bool answer)> on_boolean;
};

// Reads a whole document. Relative IRIs (of JSON and XML) are resolved against
// `base_iri`, which is absolute; empty: they are an error. Labels of blank
// nodes are the document's, whatever characters they have. The terms of CSV are
// strings, and its empty fields unbound. Memory: one row. Errors:
// kInvalidArgument (with the place, or the row), kResourceExhausted (triple
// terms nested more than 200 levels deep), what the handler returns.
[[nodiscard]] absl::Status ReadResults(ResultFormat format,
                                       std::string_view text,
                                       const ResultHandler& handler,
                                       std::string_view base_iri = {});

}  // namespace skg::sparql
