// Many rounds, in parts that may run at the same time.
#include <catch2/catch.hpp>

#include "faults/crash_rounds.h"
#include "faults/index_crash_rounds.h"

TEST_CASE("kill -9 loses nothing that was acknowledged, 50 times", "[crash]") {
  skg::test::RunCrashRounds(50, false);
}
TEST_CASE("kill -9 amid folds, merges and drops loses nothing, 50 times",
          "[crash]") {
  skg::test::RunCrashRounds(50, true);
}
TEST_CASE("kill -9 leaves indexes that find what scans find, 40 times",
          "[crash]") {
  skg::test::RunIndexCrashRounds(40);
}
