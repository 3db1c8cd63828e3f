// The writers behind MakeResultWriter.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sparql/results.h"

namespace skg::sparql {

[[nodiscard]] std::unique_ptr<ResultWriter> MakeJsonWriter(
    rdf::ByteSink sink, std::vector<std::string> variables);
[[nodiscard]] std::unique_ptr<ResultWriter> MakeXmlWriter(
    rdf::ByteSink sink, const std::vector<std::string>& variables);
[[nodiscard]] std::unique_ptr<ResultWriter> MakeCsvWriter(
    rdf::ByteSink sink, const std::vector<std::string>& variables);
[[nodiscard]] std::unique_ptr<ResultWriter> MakeTsvWriter(
    rdf::ByteSink sink, const std::vector<std::string>& variables);

inline constexpr std::string_view kResultsNamespace =
    "http://www.w3.org/2005/sparql-results#";
inline constexpr std::string_view kItsNamespace =
    "http://www.w3.org/2005/11/its";

}  // namespace skg::sparql
