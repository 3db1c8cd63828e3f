// ResultWriter: solutions as bytes of one of the result formats.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "rdf/term.h"
#include "rdf/writer.h"
#include "sparql/result_format.h"

namespace skg::sparql {

// Streams: memory does not depend on the number of rows. CSV is lossy, as its
// standard has it. Not thread-safe. Errors: those of the sink.
class ResultWriter {
 public:
  virtual ~ResultWriter() = default;
  // Value i is that of variable i; null: unbound.
  [[nodiscard]] virtual absl::Status Row(
      std::span<const rdf::Term* const> values) = 0;
  // Must be called once at the end; nothing may be written after it.
  [[nodiscard]] virtual absl::Status Finish() = 0;
};

// `variables`: without `?`.
[[nodiscard]] std::unique_ptr<ResultWriter> MakeResultWriter(
    ResultFormat format, std::vector<std::string> variables,
    rdf::ByteSink sink);

// The whole answer to an ASK. CSV and TSV have none in the standards: the word
// alone, on a line.
[[nodiscard]] std::string BooleanResult(ResultFormat format, bool value);

}  // namespace skg::sparql
