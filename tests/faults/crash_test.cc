#include <catch2/catch.hpp>

#include "faults/crash_rounds.h"
#include "faults/index_crash_rounds.h"

TEST_CASE("kill -9 loses nothing that was acknowledged", "[crash]") {
  skg::test::RunCrashRounds(3, false);
}
TEST_CASE("kill -9 amid folds, merges and drops loses nothing", "[crash]") {
  skg::test::RunCrashRounds(3, true);
}
TEST_CASE("kill -9 leaves indexes that find what scans find", "[crash]") {
  skg::test::RunIndexCrashRounds(3);
}
