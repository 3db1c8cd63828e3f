// In SQLite's manner: a script of changes over a key-value store whose n-th
// operation fails, for n = 1, 2, ... until the script is through. Afterwards
// each change is all there or absent, and Check finds nothing.
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "faults/fault_script.h"
#include "faults/store_workload.h"
#include "storage/memory_kv.h"
#include "storage/store.h"
#include "support/fault_kv.h"
#include "support/test_support.h"

namespace skg::test {
namespace {

using storage::Store;

// True: the fault was met.
bool RunScript(const FaultPlan& plan) {
  const std::vector<Step> steps = Script();
  const std::shared_ptr<storage::KvStore> disk = storage::MakeMemoryKv();
  Results results(steps.size());
  bool fired = false;
  {
    auto faulty = std::make_unique<FaultKv>(disk, plan);
    const FaultKv& counters = *faulty;
    auto store = Store::Open(std::move(faulty), ScriptOptions());
    if (!store.ok()) {
      CHECK(store.status().code() == plan.error.code());
      fired = true;
    } else {
      for (size_t i = 0; i < steps.size(); ++i) {
        results[i] = steps[i].run(**store);
        (*store)->WaitForMaintenance();
        const auto code = results[i]->code();
        INFO(steps[i].name << ": " << *results[i]);
        // Later steps may miss a graph whose creation failed.
        CHECK((results[i]->ok() || code == plan.error.code() ||
               code == absl::StatusCode::kNotFound));
      }
      fired = counters.fired();
      // A fault that has passed: the store that met it is as good as a new one.
      if (!plan.every_later_one && fired && plan.read == 0) {
        CompareWithResults(**store, steps, results);
      }
      if (!fired) {
        for (const auto& result : results) REQUIRE_OK(*result);
      }
    }
  }
  auto store = Store::Open(std::make_unique<FaultKv>(disk), ScriptOptions());
  REQUIRE_OK(store);
  CompareWithResults(**store, steps, results);
  // And it can go on from there.
  for (const Step& step : steps) {
    INFO("again: " << step.name);
    REQUIRE_OK(step.run(**store));
    CHECK(step.seen(**store) == step.whole);
  }
  CheckClean(**store);
  return fired;
}

TEST_CASE("a change whose n-th write fails is all there or absent",
          "[faults]") {
  const bool every_later_one = GENERATE(false, true);
  const auto code = GENERATE(absl::StatusCode::kUnavailable,
                             absl::StatusCode::kResourceExhausted);
  uint64_t n = 1;
  for (bool fired = true; fired; ++n) {
    INFO("write " << n << ", every later one: " << every_later_one);
    REQUIRE(n < 1000);
    fired = RunScript({.write = n,
                       .every_later_one = every_later_one,
                       .error = absl::Status(code, "injected fault")});
  }
  CHECK(n > 12);  // each step writes at least once
}

// There are many reads: every kParts-th one, so that no test takes too long.
constexpr uint64_t kParts = 8;
void FailReads(bool every_later_one, uint64_t part) {
  uint64_t n = part;
  for (bool fired = true; fired; n += kParts) {
    INFO("read " << n << ", every later one: " << every_later_one);
    REQUIRE(n < 100000);
    fired = RunScript({.read = n,
                       .every_later_one = every_later_one,
                       .error = absl::DataLossError("injected fault")});
  }
  CHECK(n > 30);
}

TEST_CASE("a change whose n-th read fails is all there or absent, part 1",
          "[faults]") {
  FailReads(false, 1);
}
TEST_CASE("a change whose n-th read fails is all there or absent, part 2",
          "[faults]") {
  FailReads(false, 2);
}
TEST_CASE("a change whose n-th read fails is all there or absent, part 3",
          "[faults]") {
  FailReads(false, 3);
}
TEST_CASE("a change whose n-th read fails is all there or absent, part 4",
          "[faults]") {
  FailReads(false, 4);
}
TEST_CASE("a change whose n-th read fails is all there or absent, part 5",
          "[faults]") {
  FailReads(false, 5);
}
TEST_CASE("a change whose n-th read fails is all there or absent, part 6",
          "[faults]") {
  FailReads(false, 6);
}
TEST_CASE("a change whose n-th read fails is all there or absent, part 7",
          "[faults]") {
  FailReads(false, 7);
}
TEST_CASE("a change whose n-th read fails is all there or absent, part 8",
          "[faults]") {
  FailReads(false, 8);
}
TEST_CASE(
    "a change whose reads fail from the n-th on is whole or absent, part 1",
    "[faults]") {
  FailReads(true, 1);
}
TEST_CASE(
    "a change whose reads fail from the n-th on is whole or absent, part 2",
    "[faults]") {
  FailReads(true, 2);
}
TEST_CASE(
    "a change whose reads fail from the n-th on is whole or absent, part 3",
    "[faults]") {
  FailReads(true, 3);
}
TEST_CASE(
    "a change whose reads fail from the n-th on is whole or absent, part 4",
    "[faults]") {
  FailReads(true, 4);
}
TEST_CASE(
    "a change whose reads fail from the n-th on is whole or absent, part 5",
    "[faults]") {
  FailReads(true, 5);
}
TEST_CASE(
    "a change whose reads fail from the n-th on is whole or absent, part 6",
    "[faults]") {
  FailReads(true, 6);
}
TEST_CASE(
    "a change whose reads fail from the n-th on is whole or absent, part 7",
    "[faults]") {
  FailReads(true, 7);
}
TEST_CASE(
    "a change whose reads fail from the n-th on is whole or absent, part 8",
    "[faults]") {
  FailReads(true, 8);
}

}  // namespace
}  // namespace skg::test
