// ViewParameters, SetViewOption: the options of a view by name.
#include <string>
#include <vector>

#include "analytics/named/parameter_values.h"
#include "base/status.h"
#include "skg/analyze.h"

namespace skg {
namespace {

struct ViewOption {
  AnalysisParameter parameter;
  absl::Status (*set)(const AnalysisParameter& parameter,
                      std::string_view value, GraphViewOptions& options);
};

template <std::vector<std::string> GraphViewOptions::*kNames>
absl::Status AddName(const AnalysisParameter& /*parameter*/,
                     std::string_view value, GraphViewOptions& options) {
  (options.*kNames).emplace_back(value);
  return absl::OkStatus();
}

template <bool GraphViewOptions::*kFlag>
absl::Status SetFlag(const AnalysisParameter& parameter, std::string_view value,
                     GraphViewOptions& options) {
  SKG_ASSIGN_OR_RETURN(options.*kFlag, analytics::FlagOf(parameter, value));
  return absl::OkStatus();
}

absl::Status SetGraph(const AnalysisParameter& /*parameter*/,
                      std::string_view value, GraphViewOptions& options) {
  options.graph = std::string(value);
  return absl::OkStatus();
}

absl::Status SetMinWeight(const AnalysisParameter& parameter,
                          std::string_view value, GraphViewOptions& options) {
  SKG_ASSIGN_OR_RETURN(const double weight,
                       analytics::NumberOf(parameter, value));
  options.min_weight = static_cast<float>(weight);
  return absl::OkStatus();
}

absl::Status SetParallel(const AnalysisParameter& parameter,
                         std::string_view value, GraphViewOptions& options) {
  constexpr ParallelEdges kRules[] = {
      ParallelEdges::kSum, ParallelEdges::kGreatest, ParallelEdges::kLeast,
      ParallelEdges::kMean};
  SKG_ASSIGN_OR_RETURN(const size_t choice,
                       analytics::ChoiceOf(parameter, value));
  options.parallel_edges = kRules[choice];
  return absl::OkStatus();
}

constexpr ViewOption kOptions[] = {
    {{.name = "predicate",
      .type = ParameterType::kName,
      .meaning = "only statements of this predicate are edges",
      .repeats = true},
     AddName<&GraphViewOptions::predicates>},
    {{.name = "without_predicate",
      .type = ParameterType::kName,
      .meaning = "statements of this predicate are none",
      .repeats = true},
     AddName<&GraphViewOptions::without_predicates>},
    {{.name = "node_type",
      .type = ParameterType::kName,
      .meaning = "only nodes of this rdf:type",
      .repeats = true},
     AddName<&GraphViewOptions::node_types>},
    {{.name = "named_graph",
      .type = ParameterType::kName,
      .meaning = "only this graph of the dataset; empty: its default graph"},
     SetGraph},
    {{.name = "min_weight",
      .type = ParameterType::kNumber,
      .fallback = "0",
      .least = 0,
      .most = 1,
      .meaning = "only statements of at least this weight"},
     SetMinWeight},
    {{.name = "literals",
      .type = ParameterType::kFlag,
      .fallback = "false",
      .meaning = "literals are nodes, too"},
     SetFlag<&GraphViewOptions::literals>},
    {{.name = "weighted",
      .type = ParameterType::kFlag,
      .fallback = "false",
      .meaning = "edges weigh what their statements do; else each weighs 1"},
     SetFlag<&GraphViewOptions::weighted>},
    {{.name = "parallel",
      .type = ParameterType::kChoice,
      .fallback = "sum",
      .choices = "sum|greatest|least|mean",
      .meaning = "the weight of an edge that several statements make"},
     SetParallel},
};

}  // namespace

std::span<const AnalysisParameter> ViewParameters() {
  static const auto* const parameters = [] {
    auto* const list = new std::vector<AnalysisParameter>();
    for (const ViewOption& one : kOptions) list->push_back(one.parameter);
    return list;
  }();
  return *parameters;
}

absl::StatusOr<bool> SetViewOption(std::string_view name,
                                   std::string_view value,
                                   GraphViewOptions& options) {
  for (const ViewOption& one : kOptions) {
    if (one.parameter.name != name) continue;
    SKG_RETURN_IF_ERROR(one.set(one.parameter, value, options));
    return true;
  }
  return false;
}

}  // namespace skg
