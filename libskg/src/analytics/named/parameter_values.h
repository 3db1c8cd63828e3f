// The text of a parameter as its value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "skg/analyze.h"
#include "skg/field_error.h"

namespace skg::analytics {

// Null: there is none of this name.
[[nodiscard]] const AnalysisParameter* FindParameter(
    std::span<const AnalysisParameter> parameters, std::string_view name);

// Errors: kInvalidArgument with the parameter as its field: the text is none of
// this type, or out of the parameter's range.
[[nodiscard]] absl::StatusOr<double> NumberOf(
    const AnalysisParameter& parameter, std::string_view text);
[[nodiscard]] absl::StatusOr<uint64_t> IntegerOf(
    const AnalysisParameter& parameter, std::string_view text);
[[nodiscard]] absl::StatusOr<bool> FlagOf(const AnalysisParameter& parameter,
                                          std::string_view text);
// Its place among the choices.
[[nodiscard]] absl::StatusOr<size_t> ChoiceOf(
    const AnalysisParameter& parameter, std::string_view text);

// All that is wrong with the parameters of an analysis, but for names: what is
// a node only a graph knows.
[[nodiscard]] std::vector<FieldError> ParameterErrors(
    const AnalysisInfo& info, const AnalysisParameters& given);

}  // namespace skg::analytics
