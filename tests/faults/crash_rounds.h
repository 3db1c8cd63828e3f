// Kills a process full of writers and looks at what it left.
#pragma once

namespace skg::test {

// Each round starts the writers on the same directory, kills them with SIGKILL
// at a random moment and opens it again: everything acknowledged must be there,
// nothing out of order, and Check must find nothing.
void RunCrashRounds(int rounds);

}  // namespace skg::test
