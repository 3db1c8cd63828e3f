#include <catch2/catch.hpp>

#include "faults/power_loss_rounds.h"

TEST_CASE("a store that loses power loses nothing that it owes",
          "[power_loss]") {
  skg::test::RunPowerLossRounds(0, 20);
}
