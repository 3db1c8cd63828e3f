// What the writers of all formats work with, and the writers.
#pragma once

#include <optional>

#include "absl/status/status.h"
#include "engine/export_rows.h"
#include "rdf/name.h"
#include "skg/load.h"
#include "storage/read_view.h"

namespace skg::engine {

struct ExportJob {
  const ExportOptions& options;
  const storage::ReadView& view;
  const rdf::NameSpace& names;
  ExportMeter& meter;
  // What one graph holds, without its name; unset: all there is. Of ExportRdf.
  std::optional<storage::ScanPattern> one_graph = std::nullopt;
};

[[nodiscard]] absl::Status ExportRdf(ExportJob& job);  // the four RDF syntaxes
[[nodiscard]] absl::Status ExportTable(ExportJob& job);  // kTsv, kCsv
[[nodiscard]] absl::Status ExportJson(ExportJob& job);

}  // namespace skg::engine
