// The W3C suites of SPARQL Update, 1.1 and what is new in 1.2: syntax and
// evaluation, through the public door.
#include <catch2/catch.hpp>

#include "conformance/suite.h"
#include "conformance/update_case.h"
#include "skg/engine.h"
#include "support/test_support.h"

namespace skg {

TEST_CASE("the suites of SPARQL Update pass", "[conformance]") {
  const test::TemporaryDirectory directory;
  EngineOptions options;
  options.durability = Durability::kNone;
  const auto engine = Engine::Open(directory / "data", options);
  REQUIRE_OK(engine);
  const auto run = [&](const std::filesystem::path& folder,
                       const nlohmann::json& test_case) {
    return test::RunUpdateCase(**engine, folder, test_case);
  };
  const auto has_update = [](const nlohmann::json& test_case) {
    return test_case.contains("update");
  };
  test::RunSuite("sparql11-update", run);
  test::RunSuite("sparql12", run, "update", has_update);
}

}  // namespace skg
