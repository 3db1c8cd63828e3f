// The texts of the W3C suites of SPARQL: those of syntax cases are accepted or
// rejected as they must be, those of all other cases are accepted.
#include <catch2/catch.hpp>
#include <string>

#include "conformance/suite.h"
#include "sparql/parser.h"
#include "support/test_support.h"

namespace skg {
namespace {

std::string RunText(const std::filesystem::path& folder,
                    const nlohmann::json& test_case) {
  const bool is_update = test_case.contains("update");
  if (!is_update && !test_case.contains("query")) return "has no text";
  const std::string file = test_case.at(is_update ? "update" : "query");
  const auto text = test::ReadFile(folder / file);
  if (!text.ok()) return text.status().ToString();
  const sparql::ParseOptions options{
      .base_iri = test_case.at("base").get<std::string>() + file};
  // Negative cases of updates are of either type.
  const absl::Status status = is_update || file.ends_with(".ru")
                                  ? sparql::ParseUpdate(*text, options).status()
                                  : sparql::ParseQuery(*text, options).status();
  const std::string type = test_case.at("type");
  if (type.starts_with("Negative")) {
    if (status.ok()) return "is accepted";
    return status.code() == absl::StatusCode::kInvalidArgument
               ? ""
               : "is rejected for another reason: " + status.ToString();
  }
  return status.ok() ? "" : status.ToString();
}

}  // namespace

TEST_CASE("the texts of the suites of SPARQL are accepted or rejected",
          "[conformance]") {
  for (const char* suite :
       {"sparql10-query", "sparql11-query", "sparql11-update",
        "sparql11-federation", "sparql11-results", "sparql11-entailment",
        "sparql12"}) {
    test::RunSuite(suite, RunText, "syntax");
  }
}

}  // namespace skg
