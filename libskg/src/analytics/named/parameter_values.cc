#include "analytics/named/parameter_values.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/strings.h"

namespace skg::analytics {
namespace {

absl::Status Refused(const AnalysisParameter& parameter, std::string message,
                     std::string type) {
  return FieldErrorStatus(
      {{{std::string(parameter.name)}, std::move(message), std::move(type)}});
}

std::string RangeText(const AnalysisParameter& parameter) {
  if (std::isinf(parameter.most))
    return absl::StrCat("at least ", parameter.least);
  return absl::StrCat("from ", parameter.least, " to ", parameter.most);
}

absl::Status CheckRange(const AnalysisParameter& parameter, double value) {
  if (value >= parameter.least && value <= parameter.most)
    return absl::OkStatus();
  return Refused(parameter,
                 absl::StrCat(value, " is not ", RangeText(parameter)),
                 "out_of_range");
}

absl::Status CheckText(const AnalysisParameter& parameter,
                       std::string_view text) {
  switch (parameter.type) {
    case ParameterType::kNumber:
      return NumberOf(parameter, text).status();
    case ParameterType::kInteger:
      return IntegerOf(parameter, text).status();
    case ParameterType::kFlag:
      return FlagOf(parameter, text).status();
    case ParameterType::kChoice:
      return ChoiceOf(parameter, text).status();
    case ParameterType::kNode:
    case ParameterType::kName:
      break;
  }
  return absl::OkStatus();
}

}  // namespace

const AnalysisParameter* FindParameter(
    std::span<const AnalysisParameter> parameters, std::string_view name) {
  const auto at = std::find_if(
      parameters.begin(), parameters.end(),
      [&](const AnalysisParameter& one) { return one.name == name; });
  return at == parameters.end() ? nullptr : &*at;
}

absl::StatusOr<double> NumberOf(const AnalysisParameter& parameter,
                                std::string_view text) {
  double value = 0;
  if (!absl::SimpleAtod(av(text), &value) || !std::isfinite(value)) {
    return Refused(parameter,
                   absl::StrCat("\"", av(text), "\" is no number; give one ",
                                RangeText(parameter)),
                   "wrong_type");
  }
  const absl::Status range = CheckRange(parameter, value);
  if (!range.ok()) return range;
  return value;
}

absl::StatusOr<uint64_t> IntegerOf(const AnalysisParameter& parameter,
                                   std::string_view text) {
  uint64_t value = 0;
  if (!absl::SimpleAtoi(av(text), &value)) {
    return Refused(
        parameter,
        absl::StrCat("\"", av(text), "\" is no whole number; give one ",
                     RangeText(parameter)),
        "wrong_type");
  }
  const absl::Status range = CheckRange(parameter, static_cast<double>(value));
  if (!range.ok()) return range;
  return value;
}

absl::StatusOr<bool> FlagOf(const AnalysisParameter& parameter,
                            std::string_view text) {
  bool value = false;
  if (absl::SimpleAtob(av(text), &value)) return value;
  return Refused(parameter,
                 absl::StrCat("\"", av(text), "\" is neither true nor false"),
                 "wrong_type");
}

absl::StatusOr<size_t> ChoiceOf(const AnalysisParameter& parameter,
                                std::string_view text) {
  const std::vector<std::string> choices =
      absl::StrSplit(av(parameter.choices), '|');
  const auto at = std::find(choices.begin(), choices.end(), text);
  if (at != choices.end()) return static_cast<size_t>(at - choices.begin());
  return Refused(parameter,
                 absl::StrCat("\"", av(text), "\" is none of ",
                              absl::StrJoin(choices, ", ")),
                 "out_of_range");
}

std::vector<FieldError> ParameterErrors(const AnalysisInfo& info,
                                        const AnalysisParameters& given) {
  std::vector<FieldError> errors;
  for (const auto& [name, text] : given) {
    if (FindParameter(info.parameters, name) != nullptr) continue;
    std::vector<std::string> names;
    for (const AnalysisParameter& one : info.parameters)
      names.emplace_back(one.name);
    errors.push_back(
        {{name},
         absl::StrCat(av(info.name), " has no such parameter; it has ",
                      names.empty() ? "none" : absl::StrJoin(names, ", ")),
         "unknown_field"});
  }
  for (const AnalysisParameter& one : info.parameters) {
    const auto at = given.find(std::string(one.name));
    if (at == given.end()) {
      if (!one.fallback.empty()) continue;
      errors.push_back({{std::string(one.name)},
                        absl::StrCat("give it: ", av(one.meaning)),
                        "missing"});
      continue;
    }
    for (FieldError& error : FieldErrors(CheckText(one, at->second)))
      errors.push_back(std::move(error));
  }
  return errors;
}

}  // namespace skg::analytics
