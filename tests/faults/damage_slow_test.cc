// In parts that may run at the same time.
#include <catch2/catch.hpp>

#include "faults/damage_rounds.h"

TEST_CASE("a directory damaged at many places is read truly or not at all, 1",
          "[damage]") {
  skg::test::RunDamageRounds(601, 3, true);
}
TEST_CASE("a directory damaged at many places is read truly or not at all, 2",
          "[damage]") {
  skg::test::RunDamageRounds(602, 3, true);
}
TEST_CASE("a directory damaged at many places is read truly or not at all, 3",
          "[damage]") {
  skg::test::RunDamageRounds(603, 3, true);
}
