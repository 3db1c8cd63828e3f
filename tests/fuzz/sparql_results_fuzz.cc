// Any bytes as a document of the result formats: no crash, no hang, and what is
// read is written so that it reads back equal.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"
#include "sparql/results.h"

namespace skg::sparql {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

struct Results {
  std::vector<std::string> variables;
  std::vector<std::vector<std::optional<rdf::Term>>> rows;
  bool is_table = false;
  friend bool operator==(const Results&, const Results&) = default;
};

absl::Status Read(ResultFormat format, std::string_view text,
                  Results& results) {
  const ResultHandler handler{
      .on_variables =
          [&](const std::vector<std::string>& variables) {
            results.variables = variables;
            results.is_table = true;
            return absl::OkStatus();
          },
      .on_row =
          [&](std::span<const std::optional<rdf::Term>> row) {
            Require(row.size() == results.variables.size());
            results.rows.emplace_back(row.begin(), row.end());
            return absl::OkStatus();
          },
      .on_boolean = [](bool) { return absl::OkStatus(); }};
  return ReadResults(format, text, handler);
}

void TestOneDocument(ResultFormat format, std::string_view text) {
  Results results;
  const absl::Status status = Read(format, text, results);
  if (!status.ok()) {
    Require(sv(status.message()).starts_with("SPARQL results: "));
    return;
  }
  if (!results.is_table) return;
  // JSON holds all that any of the others does, but for bytes that are no text.
  std::string written;
  const auto writer = MakeResultWriter(
      ResultFormat::kJson,
      [&](std::string_view bytes) {
        written.append(bytes);
        return absl::OkStatus();
      },
      results.variables);
  for (const auto& row : results.rows) {
    std::vector<const rdf::Term*> terms;
    for (const auto& term : row) terms.push_back(term ? &*term : nullptr);
    Require(writer->Write(terms).ok());
  }
  Require(writer->Finish().ok());
  Results again;
  const absl::Status second = Read(ResultFormat::kJson, written, again);
  if (format == ResultFormat::kJson || format == ResultFormat::kXml)
    Require(second.ok() && again == results);
}

}  // namespace
}  // namespace skg::sparql

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  skg::sparql::TestOneDocument(
      static_cast<skg::sparql::ResultFormat>(data[0] & 3),
      std::string_view(reinterpret_cast<const char*>(data) + 1, size - 1));
  return 0;
}
