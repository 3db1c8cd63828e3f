// From arguments to a verb and what it is told. All use of CLI11 is in the
// source of this header.
#pragma once

namespace skg::cli {

// Parses, runs the verb, and gives the exit status of the program: 0 done, 1
// failed (one line on standard error), 2 the command line is wrong, 128 + n
// ended by signal n (130: Ctrl-C).
[[nodiscard]] int RunCommandLine(int argc, char** argv);

}  // namespace skg::cli
