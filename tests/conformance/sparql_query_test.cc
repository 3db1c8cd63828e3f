// The W3C suites of SPARQL Query, 1.0, 1.1 and what is new in 1.2: syntax and
// evaluation; and those of the result formats.
#include <catch2/catch.hpp>
#include <cstdio>

#include "conformance/query_case.h"
#include "conformance/result_reader.h"
#include "conformance/suite.h"

namespace skg {

TEST_CASE("the suites of SPARQL Query pass", "[conformance]") {
  const auto has_query = [](const nlohmann::json& test_case) {
    return test_case.contains("query");
  };
  for (const char* const suite : {"sparql10-query", "sparql11-query",
                                  "sparql11-results", "sparql11-entailment"}) {
    test::RunSuite(suite, test::RunQueryCase);
  }
  test::RunSuite("sparql12", test::RunQueryCase, "query", has_query);
  std::printf("of these with numbers in another form: %zu\n",
              test::ResultsEqualByValue());
}

}  // namespace skg
