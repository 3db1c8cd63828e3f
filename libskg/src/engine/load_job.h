// What the readers of all formats work with, and the readers.
//
// Each reader goes through the whole input, hands its statements to the
// collector, and reports what is malformed to `errors`. An error status ends
// the load.
#pragma once

#include "absl/status/status.h"
#include "engine/load_collector.h"
#include "engine/load_errors.h"
#include "engine/load_input.h"
#include "rdf/name.h"
#include "skg/load.h"

namespace skg::engine {

struct LoadJob {
  const LoadOptions& options;
  const rdf::NameSpace& names;
  LoadInput& input;
  LoadErrors& errors;
  LoadCollector& collector;
};

[[nodiscard]] absl::Status LoadRdf(LoadJob& job);  // the four RDF syntaxes
[[nodiscard]] absl::Status LoadTsv(LoadJob& job);
[[nodiscard]] absl::Status LoadCsv(LoadJob& job);
[[nodiscard]] absl::Status LoadJson(LoadJob& job);

}  // namespace skg::engine
