// The four formats of query results.
#pragma once

#include <cstdint>
#include <string_view>

namespace skg::sparql {

// SPARQL 1.1 Query Results JSON, XML, and CSV and TSV formats, with what
// SPARQL 1.2 adds for triple terms and base direction.
enum class ResultFormat : uint8_t { kJson, kXml, kCsv, kTsv };

[[nodiscard]] constexpr std::string_view MediaType(ResultFormat format) {
  switch (format) {
    case ResultFormat::kJson:
      return "application/sparql-results+json";
    case ResultFormat::kXml:
      return "application/sparql-results+xml";
    case ResultFormat::kCsv:
      return "text/csv; charset=utf-8";
    case ResultFormat::kTsv:
      return "text/tab-separated-values; charset=utf-8";
  }
  return {};
}

}  // namespace skg::sparql
