// SPARQL Query Results XML Format, as far as the suites use XML.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "conformance/result_reader.h"

namespace skg::test {

[[nodiscard]] absl::StatusOr<QueryResult> ReadXmlResult(
    const std::string& text);

}  // namespace skg::test
