// `skg tenants`: who has graphs, and quotas that bind the other verbs.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "server/subprocess.h"
#include "support/test_support.h"

namespace skg::test {
namespace {

struct Place {
  Place() {
    Must({"load", "--data", data, "--graph", "acme/crm", "--format", "ntriples",
          "-"},
         "<urn:x:1> <urn:x:p> <urn:x:2> .\n");
  }
  [[nodiscard]] static ProcessResult Run(const std::vector<std::string>& words,
                                         const std::string& input = {}) {
    return RunSkg(words, {.input = input});
  }
  static std::string Must(const std::vector<std::string>& words,
                          const std::string& input = {}) {
    const ProcessResult result = Run(words, input);
    INFO(result.err);
    REQUIRE(result.status == 0);
    return result.out;
  }
  std::string Tenants(std::vector<std::string> words) const {
    words.insert(words.begin(), {"tenants", "--data", data});
    return Must(words);
  }

  TemporaryDirectory directory;
  std::string data = directory / "data";
};

TEST_CASE("tenants lists who has graphs") {
  const Place place;
  const auto json = nlohmann::json::parse(place.Tenants({"--json"}));
  CHECK(json == nlohmann::json::parse(R"({"tenants": [{"tenant": "acme",
      "graphs": 1, "statements": 1, "max_statements": null,
      "max_bytes": null}]})"));
  CHECK(place.Tenants({"list"}) == place.Tenants({}));
  CHECK(place.Tenants({}).find("acme") != std::string::npos);
}

TEST_CASE("a quota that is set stops a load") {
  const Place place;
  CHECK(place.Tenants({"quota", "acme"})
            .starts_with("acme: 1 statements, no limit; "));
  CHECK(place.Tenants({"quota", "acme", "--max-statements", "1"})
            .starts_with("acme: 1 statements of 1; "));
  const std::vector<std::string> load = {"load",     "--data",   place.data,
                                         "--graph",  "acme/crm", "--format",
                                         "ntriples", "-"};
  const std::string line = "<urn:x:3> <urn:x:p> <urn:x:4> .\n";
  const ProcessResult refused = Place::Run(load, line);
  CHECK(refused.status == 1);
  CHECK(refused.err.find("the quota of tenant \"acme\" is 1 statements") !=
        std::string::npos);

  // The other limit of the same quota stays as it is.
  place.Tenants({"quota", "acme", "--max-bytes", "1000000000"});
  const auto json =
      nlohmann::json::parse(place.Tenants({"quota", "acme", "--json"}));
  CHECK(json["tenant"] == "acme");
  CHECK(json["statements"] == 1);
  CHECK(json["max_statements"] == 1);
  CHECK(json["max_bytes"] == 1000000000);
  place.Tenants({"quota", "acme/crm", "--max-statements", "2"});
  place.Tenants({"quota", "acme", "--max-statements", "none"});
  Place::Must(load, line);
  CHECK(Place::Run(load, "<urn:x:5> <urn:x:p> <urn:x:6> .\n").status == 1);
}

TEST_CASE("a wrong quota is a usage error") {
  const Place place;
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"quota"},
        {"quota", "acme", "--max-statements", "-1"},
        {"quota", "acme", "--max-bytes", "much"},
        {"quota", "acme", "--max-bytes", "9999999999999999999"},
        {"drop"}}) {
    std::vector<std::string> all = {"tenants", "--data", place.data};
    all.insert(all.end(), words.begin(), words.end());
    CHECK(Place::Run(all).status == 2);
  }
  CHECK(Place::Run({"tenants", "--data", place.data, "quota", "NoTenant"})
            .status == 1);
}

}  // namespace
}  // namespace skg::test
