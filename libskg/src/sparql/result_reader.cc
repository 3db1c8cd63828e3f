#include "sparql/result_reader.h"

#include "absl/status/status.h"
#include "sparql/result_readers.h"

namespace skg::sparql {

absl::StatusOr<ResultSet> ReadResults(ResultFormat format,
                                      std::string_view text) {
  switch (format) {
    case ResultFormat::kJson:
      return ReadJsonResults(text);
    case ResultFormat::kXml:
      return ReadXmlResults(text);
    case ResultFormat::kCsv:
      return ReadCsvResults(text);
    case ResultFormat::kTsv:
      return ReadTsvResults(text);
  }
  return absl::InternalError("no such result format");
}

}  // namespace skg::sparql
