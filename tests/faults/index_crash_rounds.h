// Kills a process that writes through text and vector indexes, and looks at
// what it left.
#pragma once

namespace skg::test {

// Each round starts the writer on the same directory, kills it with SIGKILL at
// a random moment and opens it again: vectors and statements are those of the
// acknowledged commits (and perhaps the one under way, whole), searches find
// what scans find, embeddings catch up, no half-made index of texts is left,
// others can be rebuilt and dropped, no file is left that nobody knows of, and
// Check finds nothing. Each tenth round begins a new directory, so that the
// time is bounded.
void RunIndexCrashRounds(int rounds);

}  // namespace skg::test
