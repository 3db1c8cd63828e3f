#include <catch2/catch.hpp>

#include "faults/damage_rounds.h"

TEST_CASE("a directory damaged at many places is read truly or not at all",
          "[damage]") {
  skg::test::RunDamageRounds(20, true);
}
