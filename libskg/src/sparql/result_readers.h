// One reader for each format; see result_reader.h.
#pragma once

#include <cstddef>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "sparql/result_reader.h"

namespace skg::sparql {

inline constexpr size_t kMostNesting = 1000;

[[nodiscard]] absl::StatusOr<ResultSet> ReadJsonResults(std::string_view text);
[[nodiscard]] absl::StatusOr<ResultSet> ReadXmlResults(std::string_view text);
[[nodiscard]] absl::StatusOr<ResultSet> ReadCsvResults(std::string_view text);
[[nodiscard]] absl::StatusOr<ResultSet> ReadTsvResults(std::string_view text);

[[nodiscard]] inline absl::Status NestedTooDeep() {
  return absl::ResourceExhaustedError(absl::StrCat(
      "query results: triple terms are nested deeper than ", kMostNesting));
}

}  // namespace skg::sparql
