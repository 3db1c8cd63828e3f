// `skg analyze ALGORITHM`: a verb for each analysis of the library, with its
// parameters as options.
#pragma once

#include "cli/options.h"

namespace skg::cli {

void AddAnalyze(CLI::App& app, Chosen& chosen);

}  // namespace skg::cli
