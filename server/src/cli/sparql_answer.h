// The answer to a SPARQL query, on standard output.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "cli/verbs.h"
#include "skg/graph.h"

namespace skg::cli {

// In a stream, but for tables, which are gathered to be aligned.
[[nodiscard]] absl::Status AnswerSparql(const QueryVerb& verb,
                                        const Graph& graph,
                                        const std::string& text);

// Runs an update, and says what it did.
[[nodiscard]] absl::Status RunSparqlUpdate(const QueryVerb& verb, Graph graph,
                                           const std::string& text);

}  // namespace skg::cli
