#include "harness/runner.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"

namespace skg::bench {
namespace {

const SeriesResult* FindSeries(const WorkloadResult& result,
                               const std::string& name) {
  for (const SeriesResult& series : result.series) {
    if (series.name == name) return &series;
  }
  return nullptr;
}

absl::StatusOr<ComparisonResult> Compare(const Comparison& comparison,
                                         const WorkloadResult& result) {
  const SeriesResult* ours = FindSeries(result, comparison.ours);
  const SeriesResult* best = nullptr;
  for (const std::string& name : comparison.peers) {
    const SeriesResult* peer = FindSeries(result, name);
    if (peer == nullptr) return absl::InternalError("no series " + name);
    if (best == nullptr || peer->Rates().median > best->Rates().median) {
      best = peer;
    }
  }
  if (ours == nullptr || best == nullptr) {
    return absl::InternalError("a comparison of " + comparison.ours +
                               " without series");
  }
  std::vector<double> ratios;
  std::vector<double> cpu_ratios;
  for (size_t i = 0; i < ours->samples.size(); ++i) {
    const Sample& a = ours->samples[i];
    const Sample& b = best->samples[i];
    ratios.push_back(a.Rate() / b.Rate());
    if (a.cpu_seconds > 0 && b.cpu_seconds > 0) {
      cpu_ratios.push_back(b.CpuMicros() / a.CpuMicros());
    }
  }
  return ComparisonResult{.ours = ours->name,
                          .peer = best->name,
                          .ratios = SpreadOf(std::move(ratios)),
                          .cpu_ratios = SpreadOf(std::move(cpu_ratios)),
                          .wanted_ratio = comparison.wanted_ratio};
}

absl::Status InSeries(const absl::Status& status, const Series& series) {
  return {status.code(), absl::StrCat(series.name, ": ", av(status.message()))};
}

// A comparison needs all of its series.
void KeepSeries(const std::string& part, Plan& plan) {
  const auto left_out = [&](const std::string& name) {
    return name.find(part) == std::string::npos;
  };
  std::erase_if(plan.series,
                [&](const Series& series) { return left_out(series.name); });
  std::erase_if(plan.comparisons, [&](const Comparison& comparison) {
    return left_out(comparison.ours) ||
           std::any_of(comparison.peers.begin(), comparison.peers.end(),
                       left_out);
  });
}

}  // namespace

std::string DurabilityName(Durability durability) {
  switch (durability) {
    case Durability::kSync:
      return "sync";
    case Durability::kGroup:
      return "group";
    case Durability::kNone:
      return "none";
  }
  return "?";
}

Spread SeriesResult::Rates() const {
  std::vector<double> rates;
  rates.reserve(samples.size());
  for (const Sample& sample : samples) rates.push_back(sample.Rate());
  return SpreadOf(std::move(rates));
}

Spread SeriesResult::CpuMicros() const {
  std::vector<double> micros;
  micros.reserve(samples.size());
  for (const Sample& sample : samples) micros.push_back(sample.CpuMicros());
  return SpreadOf(std::move(micros));
}

double SeriesResult::Figure(const std::string& figure) const {
  std::vector<double> values;
  for (const Sample& sample : samples) {
    for (const auto& [name_of_it, value] : sample.figures) {
      if (name_of_it == figure) values.push_back(value);
    }
  }
  return SpreadOf(std::move(values)).median;
}

absl::StatusOr<WorkloadResult> Run(const Workload& workload,
                                   const Options& options,
                                   const Progress& progress) {
  WorkloadResult result;
  result.name = std::string(workload.name);
  progress(absl::StrCat(result.name, ": preparing"));
  absl::StatusOr<Plan> plan = workload.prepare(options);
  if (absl::IsUnavailable(plan.status())) {
    result.skipped = std::string(sv(plan.status().message()));
    return result;
  }
  if (!plan.ok()) return plan.status();
  result.facts = plan->facts;
  if (!options.series.empty()) KeepSeries(options.series, *plan);
  for (const Series& series : plan->series) {
    result.series.push_back({.name = series.name,
                             .unit = series.unit,
                             .wanted_rate = series.wanted_rate});
  }
  for (int round = 0; round <= options.repeat; ++round) {
    for (size_t i = 0; i < plan->series.size(); ++i) {
      const Series& series = plan->series[i];
      progress(absl::StrCat(
          result.name, ": ", series.name, ": ",
          round == 0 ? std::string("warm-up")
                     : absl::StrCat("run ", round, " of ", options.repeat)));
      absl::StatusOr<Sample> sample = series.run();
      if (!sample.ok()) return InSeries(sample.status(), series);
      if (round > 0) result.series[i].samples.push_back(*std::move(sample));
    }
  }
  for (const Comparison& comparison : plan->comparisons) {
    SKG_ASSIGN_OR_RETURN(ComparisonResult compared,
                         Compare(comparison, result));
    result.comparisons.push_back(std::move(compared));
  }
  return result;
}

}  // namespace skg::bench
