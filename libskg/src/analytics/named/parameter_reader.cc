#include "analytics/named/parameter_reader.h"

#include "analytics/named/parameter_values.h"
#include "base/strings.h"

namespace skg::analytics {

ParameterReader::ParameterReader(const AnalysisInfo& info,
                                 const GraphView& view,
                                 const AnalysisParameters& given)
    : info_(info),
      view_(view),
      given_(given),
      errors_(ParameterErrors(info, given)) {}

const AnalysisParameter& ParameterReader::Find(std::string_view name) const {
  return *FindParameter(info_.parameters, name);
}

std::string ParameterReader::Text(std::string_view name) const {
  const auto given = given_.find(std::string(name));
  return given != given_.end() ? given->second
                               : std::string(Find(name).fallback);
}

double ParameterReader::Number(std::string_view name) const {
  return NumberOf(Find(name), Text(name)).value_or(0);
}

uint64_t ParameterReader::Integer(std::string_view name) const {
  return IntegerOf(Find(name), Text(name)).value_or(0);
}

bool ParameterReader::Flag(std::string_view name) const {
  return FlagOf(Find(name), Text(name)).value_or(false);
}

size_t ParameterReader::Choice(std::string_view name) const {
  return ChoiceOf(Find(name), Text(name)).value_or(0);
}

std::optional<Vertex> ParameterReader::Node(std::string_view name) {
  const auto given = given_.find(std::string(name));
  if (given == given_.end()) return std::nullopt;
  const absl::StatusOr<std::optional<Vertex>> vertex =
      view_.Find(given->second);
  if (vertex.ok()) return *vertex;
  if (vertex.status().code() == absl::StatusCode::kInvalidArgument) {
    errors_.push_back({{std::string(name)},
                       std::string(sv(vertex.status().message())),
                       "malformed"});
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
