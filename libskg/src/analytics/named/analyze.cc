#include "skg/analyze.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "analytics/named/analyses.h"
#include "analytics/named/parameter_values.h"
#include "base/status.h"
#include "skg/field_error.h"

namespace skg {
namespace {

std::vector<analytics::Analysis> SortedAnalyses() {
  std::vector<analytics::Analysis> all;
  for (const auto part :
       {analytics::CentralityAnalyses(), analytics::StructureAnalyses(),
        analytics::GroupAnalyses(), analytics::PathAnalyses()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return a.info.name < b.info.name;
  });
  return all;
}

const std::vector<analytics::Analysis>& All() {
  static const auto* const all =
      new std::vector<analytics::Analysis>(SortedAnalyses());
  return *all;
}

absl::Status Unknown(std::string_view algorithm) {
  std::vector<std::string> names;
  for (const analytics::Analysis& one : All())
    names.emplace_back(one.info.name);
  return FieldErrorStatus(
      {{{"algorithm"},
        absl::StrCat("\"", std::string(algorithm), "\" is none of ",
                     absl::StrJoin(names, ", ")),
        "out_of_range"}});
}

absl::StatusOr<const analytics::Analysis*> AnalysisOf(
    std::string_view algorithm) {
  const auto at =
      std::find_if(All().begin(), All().end(),
                   [&](const auto& one) { return one.info.name == algorithm; });
  if (at == All().end()) return Unknown(algorithm);
  return &*at;
}

}  // namespace

std::span<const AnalysisInfo> Analyses() {
  static const auto* const infos = [] {
    auto* const list = new std::vector<AnalysisInfo>();
    for (const analytics::Analysis& one : All()) list->push_back(one.info);
    return list;
  }();
  return *infos;
}

const AnalysisInfo* FindAnalysis(std::string_view name) {
  const absl::StatusOr<const analytics::Analysis*> found = AnalysisOf(name);
  return found.ok() ? &(*found)->info : nullptr;
}

absl::Status CheckAnalysis(std::string_view algorithm,
                           const AnalysisParameters& parameters) {
  SKG_ASSIGN_OR_RETURN(const analytics::Analysis* const analysis,
                       AnalysisOf(algorithm));
  const std::vector<FieldError> errors =
      analytics::ParameterErrors(analysis->info, parameters);
  return errors.empty() ? absl::OkStatus() : FieldErrorStatus(errors);
}

absl::StatusOr<AnalysisTable> Analyze(const GraphView& view,
                                      std::string_view algorithm,
                                      const AnalysisParameters& parameters,
                                      const KernelOptions& run) {
  SKG_ASSIGN_OR_RETURN(const analytics::Analysis* const analysis,
                       AnalysisOf(algorithm));
  analytics::ParameterReader reader(analysis->info, view, parameters);
  SKG_ASSIGN_OR_RETURN(AnalysisTable table, analysis->run(view, reader, run));
  table.algorithm = std::string(algorithm);
  table.kind = analysis->info.kind;
  return table;
}

}  // namespace skg
