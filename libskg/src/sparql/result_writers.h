// One maker for each format; see result_writer.h.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sparql/result_writer.h"

namespace skg::sparql {

[[nodiscard]] std::unique_ptr<ResultWriter> MakeJsonWriter(
    std::vector<std::string> variables, rdf::ByteSink sink);
[[nodiscard]] std::unique_ptr<ResultWriter> MakeXmlWriter(
    const std::vector<std::string>& variables, rdf::ByteSink sink);
[[nodiscard]] std::unique_ptr<ResultWriter> MakeCsvWriter(
    const std::vector<std::string>& variables, rdf::ByteSink sink);
[[nodiscard]] std::unique_ptr<ResultWriter> MakeTsvWriter(
    const std::vector<std::string>& variables, rdf::ByteSink sink);

// The XML document up to what stands in it.
inline constexpr std::string_view kXmlBegin =
    "<?xml version=\"1.0\"?>\n"
    "<sparql xmlns=\"http://www.w3.org/2005/sparql-results#\""
    " xmlns:its=\"http://www.w3.org/2005/11/its\" its:version=\"2.0\">\n";

}  // namespace skg::sparql
