// 200 rounds, in parts that may run at the same time.
#include <catch2/catch.hpp>

#include "faults/power_loss_rounds.h"

TEST_CASE("power loss, rounds 1 to 50", "[power_loss]") {
  skg::test::RunPowerLossRounds(0, 50);
}
TEST_CASE("power loss, rounds 51 to 100", "[power_loss]") {
  skg::test::RunPowerLossRounds(50, 50);
}
TEST_CASE("power loss, rounds 101 to 150", "[power_loss]") {
  skg::test::RunPowerLossRounds(100, 50);
}
TEST_CASE("power loss, rounds 151 to 200", "[power_loss]") {
  skg::test::RunPowerLossRounds(150, 50);
}
