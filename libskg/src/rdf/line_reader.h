// Reads a whole input of N-Triples or N-Quads.
#pragma once

#include "absl/status/status.h"
#include "rdf/input_window.h"
#include "rdf/lexical.h"
#include "rdf/reader.h"

namespace skg::rdf {

[[nodiscard]] absl::Status ReadLines(
    InputWindow& window, const ReaderOptions& options,
    const std::function<absl::Status(const Quad&)>& on_quad);

// Tells options.on_error, and gives OK if it says to go on; else the status to
// return.
[[nodiscard]] absl::Status ReportError(const ReaderOptions& options,
                                       Place place, const LexicalError& error);
// The status of an error that nothing can go on after.
[[nodiscard]] absl::Status ErrorStatus(const ReaderOptions& options,
                                       Place place, const LexicalError& error);

}  // namespace skg::rdf
