// The command lines of `skg search` and `skg index`.
#pragma once

#include "cli/options.h"

namespace skg::cli {

void AddSearch(CLI::App& app, Chosen& chosen);
void AddIndex(CLI::App& app, Chosen& chosen);

}  // namespace skg::cli
