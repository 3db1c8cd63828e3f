#include "faults/shared_directory_rounds.h"

#include <catch2/catch.hpp>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "skg/engine.h"
#include "support/child_process.h"
#include "support/test_support.h"

namespace skg::test {
namespace {

std::unique_ptr<ChildProcess> Start(const std::string& mode,
                                    const std::string& directory, uint64_t seed,
                                    int seconds = 0) {
  std::vector<std::string> arguments = {SKG_SHARED_DIRECTORY, mode, directory,
                                        std::to_string(seed)};
  if (seconds > 0) arguments.push_back(std::to_string(seconds));
  return std::make_unique<ChildProcess>(std::move(arguments));
}

// How many different commits a reader says it saw.
int CommitsOf(const std::string& output) {
  std::istringstream words(output);
  std::string ignored;
  int views = 0, commits = 0;
  words >> views >> ignored >> ignored >> commits;
  return commits;
}

void CheckClean(const std::string& directory) {
  auto engine = Engine::Open(
      directory, {.create = false, .memory_budget_bytes = size_t{16} << 20});
  REQUIRE_OK(engine);
  const auto report = (*engine)->Check(true);
  REQUIRE_OK(report);
  for (const CheckFinding& finding : report->findings)
    FAIL_CHECK(finding.graph << ": " << finding.message);
}

}  // namespace

void RunSharedDirectoryRounds(int rounds, int seconds) {
  const TemporaryDirectory directory;
  const std::string path = directory / "data";
  auto random = Random(410);
  std::vector<std::unique_ptr<ChildProcess>> readers;
  for (int round = 0; round < rounds; ++round) {
    INFO("round " << round);
    const auto writer = Start("write", path, random());
    REQUIRE(writer->WaitForOutput("ready"));
    while (readers.size() < 2)
      readers.push_back(Start("read", path, random(), rounds * seconds));
    {
      const auto killed = Start("read", path, random(), 1000);
      absl::SleepFor(absl::Seconds(seconds) * 0.7);
      CHECK(killed->Kill());  // it had not failed
    }
    absl::SleepFor(absl::Seconds(seconds) * 0.3);
    REQUIRE(writer->Kill());
    // Without a writer, and while one opens, the readers go on.
    absl::SleepFor(absl::Milliseconds(random() % 300));
  }
  for (const auto& reader : readers) {
    REQUIRE(reader->Wait() == 0);
    INFO(reader->output());
    CHECK(CommitsOf(reader->output()) > rounds);
  }
  CheckClean(path);
}

}  // namespace skg::test
