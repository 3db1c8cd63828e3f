#include <catch2/catch.hpp>

#include "faults/shared_directory_rounds.h"

TEST_CASE("readers see whole states beside a writer that is killed, for long") {
  skg::test::RunSharedDirectoryRounds(12, 8);
}
