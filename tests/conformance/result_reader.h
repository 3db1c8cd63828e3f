// Expected results of queries, as the suites hold them.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "rdf/term.h"
#include "sparql/results.h"

namespace skg::test {

struct QueryResult {
  std::optional<bool> boolean;  // of an ASK; else the rest
  std::vector<std::string> variables;
  std::vector<std::map<std::string, rdf::Term>> rows;
};

// The format of query results that a file's ending stands for.
[[nodiscard]] std::optional<sparql::ResultFormat> FormatOf(
    const std::filesystem::path& path);

// A document in one of those. CSV: see sparql::ReadResults; but fields that
// begin with `_:` are blank nodes.
[[nodiscard]] absl::StatusOr<QueryResult> ReadDocument(
    sparql::ResultFormat format, const std::string& text,
    const std::string& base_iri = "");

// SPARQL XML (.srx), JSON (.srj), CSV and TSV results, and result sets in
// Turtle (.ttl) and RDF/XML (.rdf, with the vocabulary of the data access
// working group's tests). kUnimplemented: another ending.
[[nodiscard]] absl::StatusOr<QueryResult> ReadQueryResult(
    const std::filesystem::path& path, const std::string& base_iri);

// Empty: they are the same solutions, blank nodes up to their labels; else what
// differs. `ordered`: in the same sequence. `lax`: each expected one at least
// once and at most as often.
[[nodiscard]] std::string CompareResults(const QueryResult& got,
                                         const QueryResult& want, bool ordered,
                                         bool lax);

// How many comparisons so far found numbers written otherwise, of equal value
// and datatype.
[[nodiscard]] size_t& ResultsEqualByValue();

}  // namespace skg::test
