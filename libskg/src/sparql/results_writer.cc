#include "absl/strings/str_cat.h"
#include "base/strings.h"
#include "sparql/results.h"
#include "sparql/results_writers.h"

namespace skg::sparql {

std::unique_ptr<ResultWriter> MakeResultWriter(
    ResultFormat format, rdf::ByteSink sink,
    std::vector<std::string> variables) {
  switch (format) {
    case ResultFormat::kJson:
      return MakeJsonWriter(std::move(sink), std::move(variables));
    case ResultFormat::kXml:
      return MakeXmlWriter(std::move(sink), variables);
    case ResultFormat::kCsv:
      return MakeCsvWriter(std::move(sink), variables);
    case ResultFormat::kTsv:
      break;
  }
  return MakeTsvWriter(std::move(sink), variables);
}

absl::Status WriteBoolean(ResultFormat format, bool answer,
                          const rdf::ByteSink& sink) {
  const char* const word = answer ? "true" : "false";
  switch (format) {
    case ResultFormat::kJson:
      return sink(absl::StrCat(R"({"head":{},"boolean":)", word, "}\n"));
    case ResultFormat::kXml:
      return sink(absl::StrCat("<?xml version=\"1.0\"?>\n<sparql xmlns=\"",
                               av(kResultsNamespace), "\">\n<head/>\n<boolean>",
                               word, "</boolean>\n</sparql>\n"));
    case ResultFormat::kCsv:
    case ResultFormat::kTsv:
      break;
  }
  return absl::InvalidArgumentError(
      "CSV and TSV have no form for the answer of ASK; take JSON or XML");
}

}  // namespace skg::sparql
