// A writer and its readers in one directory, each a process that may be killed.
#pragma once

namespace skg::test {

// Each round a writer works for about `seconds` and is killed; two readers go
// on through all rounds, a third one is killed in each.
void RunSharedDirectoryRounds(int rounds, int seconds);

}  // namespace skg::test
