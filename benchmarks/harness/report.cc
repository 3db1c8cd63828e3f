#include "harness/report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>

#include "nlohmann/json.hpp"

namespace skg::bench {
namespace {

using nlohmann::json;

std::string Fixed(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

// 1234567 as 1,234,567; small numbers with a fraction.
std::string Grouped(double value) {
  if (std::fabs(value) < 100 && value != std::floor(value)) {
    return Fixed(value, 2);
  }
  std::string digits = Fixed(value, 0);
  for (size_t at = digits.size(); at > 3 && digits[at - 4] != '-';) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

std::string Left(std::string text, size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}
std::string Right(std::string text, size_t width) {
  if (text.size() < width) text.insert(0, width - text.size(), ' ');
  return text;
}

std::string Notes(const SeriesResult& series) {
  std::string notes;
  if (!series.samples.empty()) {
    for (const auto& [name, value] : series.samples.front().figures) {
      notes += "  " + name + " " + Grouped(series.Figure(name));
    }
  }
  if (series.wanted_rate) {
    notes +=
        "  wanted " + Grouped(*series.wanted_rate) +
        (series.Rates().median >= *series.wanted_rate ? ": met" : ": NOT met");
  }
  return notes;
}

json SpreadJson(const Spread& spread) {
  return {{"median", spread.median}, {"min", spread.min}, {"max", spread.max}};
}

json SeriesJson(const SeriesResult& series) {
  json samples = json::array();
  for (const Sample& sample : series.samples) {
    json figures = json::object();
    for (const auto& [name, value] : sample.figures) figures[name] = value;
    samples.push_back({{"operations", sample.operations},
                       {"seconds", sample.seconds},
                       {"rate", sample.Rate()},
                       {"cpu_seconds", sample.cpu_seconds},
                       {"rows", sample.rows},
                       {"figures", std::move(figures)}});
  }
  json object = {{"name", series.name},
                 {"unit", series.unit + "/s"},
                 {"rate", SpreadJson(series.Rates())},
                 {"cpu_micros", SpreadJson(series.CpuMicros())},
                 {"runs", std::move(samples)}};
  if (series.wanted_rate) object["wanted_rate"] = *series.wanted_rate;
  return object;
}

json ComparisonJson(const ComparisonResult& comparison) {
  json object = {{"ours", comparison.ours},
                 {"peer", comparison.peer},
                 {"ratio", SpreadJson(comparison.ratios)},
                 {"cpu_ratio", SpreadJson(comparison.cpu_ratios)}};
  if (comparison.wanted_ratio) {
    object["wanted_ratio"] = *comparison.wanted_ratio;
    object["met"] = comparison.met();
  }
  return object;
}

json WorkloadJson(const WorkloadResult& result) {
  json object = {{"name", result.name}};
  if (!result.skipped.empty()) object["skipped"] = result.skipped;
  json facts = json::object();
  for (const auto& [name, value] : result.facts) facts[name] = value;
  object["facts"] = std::move(facts);
  object["series"] = json::array();
  for (const SeriesResult& series : result.series) {
    object["series"].push_back(SeriesJson(series));
  }
  object["comparisons"] = json::array();
  for (const ComparisonResult& comparison : result.comparisons) {
    object["comparisons"].push_back(ComparisonJson(comparison));
  }
  return object;
}

json MachineJson(const Machine& machine) {
  return {{"version", machine.version},
          {"commit", machine.commit},
          {"date", machine.date},
          {"cpu", machine.cpu},
          {"cpus", machine.cpus},
          {"memory_gib", machine.memory_gib},
          {"kernel", machine.kernel},
          {"disk", machine.disk},
          {"fdatasync_micros", SpreadJson(machine.fdatasync_micros)},
          {"compiler", machine.compiler},
          {"flags", machine.flags},
          {"load", machine.load},
          {"warnings", machine.warnings}};
}

}  // namespace

void PrintMachine(const Machine& machine, std::ostream& out) {
  const Spread& sync = machine.fdatasync_micros;
  out << "skg-bench " << machine.version << ", commit " << machine.commit
      << ", " << machine.date << "\n"
      << "machine:  " << machine.cpu << ", " << machine.cpus << " CPUs, "
      << Fixed(machine.memory_gib, 1) << " GiB; " << machine.kernel << "; load "
      << Fixed(machine.load, 1) << "\n"
      << "disk:     " << machine.disk << "; fdatasync of a 4 KiB append "
      << Grouped(sync.median) << " us (" << Grouped(sync.min) << " to "
      << Grouped(sync.max) << ")\n"
      << "compiler: " << machine.compiler << "; " << machine.flags << "\n";
  for (const std::string& warning : machine.warnings) {
    out << "WARNING:  " << warning << "\n";
  }
}

void PrintWorkload(const WorkloadResult& result, std::ostream& out) {
  out << "\n" << result.name << "\n";
  if (!result.skipped.empty()) {
    out << "  skipped: " << result.skipped << "\n";
    return;
  }
  for (const auto& [name, value] : result.facts) {
    out << "  " << name << ": " << value << "\n";
  }
  size_t width = 6;
  size_t unit_width = 4;
  for (const SeriesResult& series : result.series) {
    width = std::max(width, series.name.size());
    unit_width = std::max(unit_width, series.unit.size() + 2);
  }
  out << "  " << Left("series", width) << "  " << Left("unit", unit_width)
      << Right("median", 12) << Right("min", 12) << Right("max", 12)
      << Right("cpu us/op", 12) << Right("rows", 12) << "\n";
  for (const SeriesResult& series : result.series) {
    const Spread rates = series.Rates();
    const double cpu = series.CpuMicros().median;
    const uint64_t rows =
        series.samples.empty() ? 0 : series.samples.back().rows;
    out << "  " << Left(series.name, width) << "  "
        << Left(series.unit + "/s", unit_width)
        << Right(Grouped(rates.median), 12) << Right(Grouped(rates.min), 12)
        << Right(Grouped(rates.max), 12)
        << Right(cpu > 0 ? Fixed(cpu, 2) : "-", 12)
        << Right(Grouped(static_cast<double>(rows)), 12) << Notes(series)
        << "\n";
  }
  for (const ComparisonResult& comparison : result.comparisons) {
    const Spread& ratios = comparison.ratios;
    out << "  ratio " << comparison.ours << " / " << comparison.peer << ": "
        << Fixed(ratios.median, 2) << " (" << Fixed(ratios.min, 2) << " to "
        << Fixed(ratios.max, 2) << ")";
    if (comparison.wanted_ratio) {
      out << ", wanted " << Fixed(*comparison.wanted_ratio, 2)
          << (comparison.met() ? ": met" : ": NOT met");
    }
    if (comparison.cpu_ratios.median > 0) {
      out << "; by processor time " << Fixed(comparison.cpu_ratios.median, 2);
    }
    out << "\n";
  }
}

json ReportJson(const Machine& machine, const Options& options,
                const std::vector<WorkloadResult>& results) {
  json workloads = json::array();
  for (const WorkloadResult& result : results) {
    workloads.push_back(WorkloadJson(result));
  }
  return {{"machine", MachineJson(machine)},
          {"options",
           {{"repeat", options.repeat},
            {"seconds", options.seconds},
            {"statements", options.statements},
            {"statements_per_commit", options.statements_per_commit},
            {"seed", options.seed},
            {"memory_bytes", options.memory_bytes}}},
          {"workloads", std::move(workloads)}};
}

}  // namespace skg::bench
