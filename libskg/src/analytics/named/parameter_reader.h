// ParameterReader: the parameters of one analysis as values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "skg/analyze.h"
#include "skg/field_error.h"

namespace skg::analytics {

// What is wrong is gathered: status() tells all of it, and until then wrong
// values are 0. A name that is asked for must be one of the analysis'.
class ParameterReader {
 public:
  // All outlive it. Parameters of other names are errors.
  ParameterReader(const AnalysisInfo& info, const GraphView& view,
                  const AnalysisParameters& given);

  [[nodiscard]] double Number(std::string_view name) const;
  [[nodiscard]] uint64_t Integer(std::string_view name) const;
  [[nodiscard]] bool Flag(std::string_view name) const;
  // Its place among the choices.
  [[nodiscard]] size_t Choice(std::string_view name) const;
  // Unset: the graph has no such node, or the name is malformed.
  [[nodiscard]] std::optional<Vertex> Node(std::string_view name);
  [[nodiscard]] std::string Text(std::string_view name) const;

  // OK, or kInvalidArgument with the fields; other errors of finding nodes.
  [[nodiscard]] absl::Status status() const;

 private:
  const AnalysisParameter& Find(std::string_view name) const;

  const AnalysisInfo& info_;
  const GraphView& view_;
  const AnalysisParameters& given_;
  std::vector<FieldError> errors_;
  absl::Status failure_;
};

}  // namespace skg::analytics
