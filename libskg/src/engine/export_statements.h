// Statements with names, in batches, and text collected into large writes: for
// the formats that are not RDF syntaxes.
#pragma once

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "engine/export_job.h"
#include "skg/statement.h"

namespace skg::engine {

// Calls `append` for each statement of `pattern`, and writes the text that it
// has appended to `out` in pieces of some 64 KiB.
[[nodiscard]] absl::Status ExportStatements(
    ExportJob& job, const storage::ScanPattern& pattern, bool metadata,
    const std::function<void(const Statement& statement, std::string& out)>&
        append);

// A name that holds control characters, or that would be taken for a file's
// byte-order mark, in the form of its IRI; every other text as it is.
[[nodiscard]] std::string PortableName(const rdf::NameSpace& names,
                                       const std::string& name);

// The shortest digits that read back as the same weight.
void AppendWeight(float weight, std::string& out);

}  // namespace skg::engine
