#include "sparql/result_writer.h"

#include <utility>

#include "sparql/result_writers.h"

namespace skg::sparql {

std::unique_ptr<ResultWriter> MakeResultWriter(
    ResultFormat format, std::vector<std::string> variables,
    rdf::ByteSink sink) {
  switch (format) {
    case ResultFormat::kJson:
      return MakeJsonWriter(std::move(variables), std::move(sink));
    case ResultFormat::kXml:
      return MakeXmlWriter(variables, std::move(sink));
    case ResultFormat::kCsv:
      return MakeCsvWriter(variables, std::move(sink));
    case ResultFormat::kTsv:
      return MakeTsvWriter(variables, std::move(sink));
  }
  return nullptr;
}

std::string BooleanResult(ResultFormat format, bool value) {
  const std::string word = value ? "true" : "false";
  switch (format) {
    case ResultFormat::kJson:
      return "{\"head\":{},\"boolean\":" + word + "}\n";
    case ResultFormat::kXml:
      return std::string(kXmlBegin) + "<head></head>\n<boolean>" + word +
             "</boolean>\n</sparql>\n";
    case ResultFormat::kCsv:
    case ResultFormat::kTsv:
      return word + "\n";
  }
  return word;
}

}  // namespace skg::sparql
