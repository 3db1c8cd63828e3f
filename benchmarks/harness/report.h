// A report as a table for people and as JSON for programs.
#pragma once

#include <ostream>
#include <vector>

#include "harness/machine.h"
#include "harness/options.h"
#include "harness/runner.h"
#include "nlohmann/json_fwd.hpp"

namespace skg::bench {

void PrintMachine(const Machine& machine, std::ostream& out);
void PrintWorkload(const WorkloadResult& result, std::ostream& out);

[[nodiscard]] nlohmann::json ReportJson(
    const Machine& machine, const Options& options,
    const std::vector<WorkloadResult>& results);

}  // namespace skg::bench
