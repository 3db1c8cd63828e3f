#include <catch2/catch.hpp>

#include "faults/damage_rounds.h"

TEST_CASE("a damaged directory is read truly or not at all", "[damage]") {
  skg::test::RunDamageRounds(600, 1, false);
}
