// Every kind of file of a data directory, damaged at chosen and random places.
#pragma once

#include <cstdint>

namespace skg::test {

// Flips a bit of each file and cuts it, at `places` random places; `thorough`:
// at its ends too, and each is opened for writing and for reading, else for one
// of the two.
// Each time a process opens the directory and tells all that it holds: the
// truth, or an error that says that data are lost; of a log whose end is
// damaged, what a prefix of the commits left. Never anything else.
void RunDamageRounds(uint64_t stream, int places, bool thorough);

}  // namespace skg::test
