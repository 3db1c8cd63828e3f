#include "conformance/suite.h"

#include <catch2/catch.hpp>
#include <cstdio>
#include <fstream>
#include <map>

#include "support/test_support.h"

namespace skg::test {
namespace {

nlohmann::json ReadJson(const std::filesystem::path& path) {
  std::ifstream file(path);
  INFO(path.string());
  REQUIRE(file.good());
  return nlohmann::json::parse(file);
}

}  // namespace

void RunSuite(const std::string& folder_name, const RunCase& run,
              const std::string& aspect, const CaseFilter& applies) {
  const std::string suite =
      aspect.empty() ? folder_name : folder_name + " " + aspect;
  const auto shared = SharedFolder();
  if (!shared) {
    std::printf(
        "%-26s skipped: there is no shared folder beside the checkout\n",
        suite.c_str());
    return;
  }
  const std::filesystem::path folder = *shared / "conformance" / folder_name;
  const nlohmann::json expectations = ReadJson(SKG_CONFORMANCE_EXPECTATIONS);
  const nlohmann::json& known = expectations.at("known_failures");
  const nlohmann::json cases = ReadJson(folder / "cases.json");

  // What cases may require that the project does not have, with the reason.
  const nlohmann::json lacking =
      expectations.at("not_supported").value(suite, nlohmann::json::object());

  size_t passed = 0, failed = 0;
  std::map<std::string, size_t> skipped;
  for (const nlohmann::json& test_case : cases) {
    if (applies && !applies(test_case)) continue;
    const std::string needs = test_case.value("requires", "");
    if (lacking.contains(needs)) {
      ++skipped[lacking.at(needs)];
      continue;
    }
    const std::string id = test_case.at("id");
    const std::string reason = run(folder, test_case);
    ++(reason.empty() ? passed : failed);
    const bool is_known = known.contains(suite) && known.at(suite).contains(id);
    if (!reason.empty() && !is_known) {
      UNSCOPED_INFO(suite << " " << id << ": " << reason);
      CHECK(reason.empty());
    }
    if (reason.empty() && is_known) {
      UNSCOPED_INFO(suite << " " << id
                          << " passes; take it off the known failures");
      CHECK_FALSE(is_known);
    }
  }
  std::printf("%-26s %zu/%zu\n", suite.c_str(), passed, passed + failed);
  for (const auto& [reason, count] : skipped)
    std::printf("%-26s   skipped %zu: %s\n", "", count, reason.c_str());
  REQUIRE(passed >= expectations.at("passed").at(suite).get<size_t>());
}

}  // namespace skg::test
