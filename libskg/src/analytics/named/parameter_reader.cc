#include "analytics/named/parameter_reader.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/strings.h"

namespace skg::analytics {
namespace {

std::string RangeText(const AnalysisParameter& parameter) {
  if (std::isinf(parameter.most))
    return absl::StrCat("at least ", parameter.least);
  return absl::StrCat("from ", parameter.least, " to ", parameter.most);
}

}  // namespace

ParameterReader::ParameterReader(const AnalysisInfo& info,
                                 const GraphView& view,
                                 const AnalysisParameters& given)
    : info_(info), view_(view), given_(given) {
  for (const auto& [name, value] : given) {
    const bool known = std::any_of(
        info.parameters.begin(), info.parameters.end(),
        [&](const AnalysisParameter& one) { return one.name == name; });
    if (known) continue;
    std::vector<std::string> names;
    for (const AnalysisParameter& one : info.parameters)
      names.emplace_back(one.name);
    errors_.push_back(
        {{name},
         absl::StrCat(av(info.name), " has no such parameter; it has ",
                      names.empty() ? "none" : absl::StrJoin(names, ", ")),
         "unknown_field"});
  }
}

const AnalysisParameter& ParameterReader::Find(std::string_view name) const {
  return *std::find_if(
      info_.parameters.begin(), info_.parameters.end(),
      [&](const AnalysisParameter& one) { return one.name == name; });
}

void ParameterReader::Refuse(const AnalysisParameter& parameter,
                             std::string message, std::string type) {
  errors_.push_back(
      {{std::string(parameter.name)}, std::move(message), std::move(type)});
}

std::string ParameterReader::Text(std::string_view name) {
  const auto given = given_.find(std::string(name));
  if (given != given_.end()) return given->second;
  const AnalysisParameter& parameter = Find(name);
  if (parameter.fallback.empty()) {
    Refuse(parameter, absl::StrCat("give it: ", av(parameter.meaning)),
           "missing");
  }
  return std::string(parameter.fallback);
}

double ParameterReader::Number(std::string_view name) {
  const AnalysisParameter& parameter = Find(name);
  const std::string text = Text(name);
  if (text.empty()) return parameter.least;
  double value = 0;
  if (!absl::SimpleAtod(text, &value) || std::isnan(value)) {
    Refuse(parameter,
           absl::StrCat("\"", text, "\" is no number; give one ",
                        RangeText(parameter)),
           "wrong_type");
  } else if (value < parameter.least || value > parameter.most) {
    Refuse(parameter, absl::StrCat(value, " is not ", RangeText(parameter)),
           "out_of_range");
  }
  return value;
}

uint64_t ParameterReader::Integer(std::string_view name) {
  const AnalysisParameter& parameter = Find(name);
  const std::string text = Text(name);
  if (text.empty()) return 0;
  uint64_t value = 0;
  if (!absl::SimpleAtoi(text, &value)) {
    Refuse(parameter,
           absl::StrCat("\"", text, "\" is no whole number; give one ",
                        RangeText(parameter)),
           "wrong_type");
  } else if (static_cast<double>(value) < parameter.least ||
             static_cast<double>(value) > parameter.most) {
    Refuse(parameter, absl::StrCat(value, " is not ", RangeText(parameter)),
           "out_of_range");
  }
  return value;
}

bool ParameterReader::Flag(std::string_view name) {
  const std::string text = Text(name);
  if (text == "true" || text == "1") return true;
  if (text != "false" && text != "0") {
    Refuse(Find(name), absl::StrCat("\"", text, "\" is neither true nor false"),
           "wrong_type");
  }
  return false;
}

size_t ParameterReader::Choice(std::string_view name) {
  const AnalysisParameter& parameter = Find(name);
  const std::string text = Text(name);
  const std::vector<std::string> choices =
      absl::StrSplit(av(parameter.choices), '|');
  const auto at = std::find(choices.begin(), choices.end(), text);
  if (at != choices.end()) return static_cast<size_t>(at - choices.begin());
  Refuse(
      parameter,
      absl::StrCat("\"", text, "\" is none of ", absl::StrJoin(choices, ", ")),
      "out_of_range");
  return 0;
}

std::optional<Vertex> ParameterReader::Node(std::string_view name) {
  const std::string text = Text(name);
  if (text.empty()) return std::nullopt;
  const absl::StatusOr<std::optional<Vertex>> vertex = view_.Find(text);
  if (vertex.ok()) return *vertex;
  if (vertex.status().code() == absl::StatusCode::kInvalidArgument) {
    Refuse(Find(name), std::string(sv(vertex.status().message())), "malformed");
  } else {
    failure_ = vertex.status();
  }
  return std::nullopt;
}

absl::Status ParameterReader::status() const {
  if (!failure_.ok()) return failure_;
  return errors_.empty() ? absl::OkStatus() : FieldErrorStatus(errors_);
}

}  // namespace skg::analytics
