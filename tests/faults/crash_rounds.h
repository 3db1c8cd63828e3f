// Kills a process full of writers and looks at what it left.
#pragma once

namespace skg::test {

// Each round starts the writers on the same directory, kills them with SIGKILL
// at a random moment and opens it again: everything acknowledged must be there,
// nothing out of order, and Check must find nothing. `busy`: with folds,
// merges, compactions, cuts of log and history, and drops under way all the
// time. Each tenth round begins a new directory, so that the time is bounded.
void RunCrashRounds(int rounds, bool busy);

}  // namespace skg::test
