// A Store on a disk that loses power at a random change.
#pragma once

namespace skg::test {

// Each round writes to several graphs with all durabilities until the power is
// cut, restores what such a disk may hold, and compares: with `sync` and
// `group` everything acknowledged is there, with `none` a gapless prefix; Check
// finds nothing.
// Other rounds, other random numbers: `first` is a multiple of 5.
void RunPowerLossRounds(int first, int rounds);

}  // namespace skg::test
