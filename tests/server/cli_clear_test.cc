// `skg clear`: what goes, what is said, and what stays in the past.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "server/subprocess.h"
#include "support/test_support.h"

namespace skg::test {
namespace {

struct Place {
  Place() {
    Must({"load", "--data", data, "--format", "nquads", "-"},
         "<urn:a> <urn:p> <urn:b> .\n<urn:a> <urn:p> <urn:c> .\n"
         "<urn:a> <urn:p> <urn:b> <urn:g> .\n"
         "<urn:a> <urn:p> <urn:b> <urn:h> .\n");
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
  [[nodiscard]] ProcessResult Clear(std::vector<std::string> words) const {
    words.insert(words.begin(), {"clear", "--data", data});
    return Run(words);
  }
  [[nodiscard]] std::string Export(const std::string& as_of = {}) const {
    std::vector<std::string> words = {"export", "--data", data, "--format",
                                      "nquads"};
    if (!as_of.empty()) words.insert(words.end(), {"--as-of", as_of});
    return Must(words);
  }
  TemporaryDirectory directory;
  std::string data = directory / "data";
};

size_t Lines(const std::string& text) {
  return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST_CASE("clear removes what it is told and says how much") {
  const Place place;
  ProcessResult result = place.Clear({"--named-graph", "<urn:g>"});
  CHECK(result.status == 0);
  CHECK(result.out == "public/main: 1 statement removed (commit 2)\n");
  CHECK(result.err.empty());
  CHECK(Lines(place.Export()) == 3);
  CHECK(place.Clear({"--named-graph", "<urn:g>"}).out ==
        "public/main: 0 statements removed (commit 3)\n");
  CHECK(place.Clear({"--default"}).out ==
        "public/main: 2 statements removed (commit 4)\n");
  CHECK(place.Export() == "<urn:a> <urn:p> <urn:b> <urn:h> .\n");
  CHECK(place.Clear({"--named"}).out ==
        "public/main: 1 statement removed (commit 5)\n");
  CHECK(place.Clear({"--all", "--graph", "main"}).out ==
        "public/main: 0 statements removed (commit 6)\n");
  CHECK(place.Export().empty());
  CHECK(Lines(place.Export("1")) == 4);
  CHECK(Lines(place.Export("2")) == 3);
  Place::Must({"check", "--deep", "--data", place.data});
}

TEST_CASE("clear must be told what goes, once") {
  const Place place;
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{},
        {"--all", "--default"},
        {"--named", "--named-graph", "<urn:g>"},
        {"--named-graph", ""},
        {"--everything"}}) {
    const ProcessResult result = place.Clear(words);
    INFO(result.err);
    CHECK(result.status == 2);
    CHECK(result.out.empty());
  }
  const ProcessResult malformed = place.Clear({"--named-graph", "<no iri>"});
  CHECK(malformed.status == 1);
  CHECK(Lines(malformed.err) == 1);
  CHECK(place.Clear({"--all", "--graph", "nowhere"}).status == 1);
  CHECK(Lines(place.Export()) == 4);
}

}  // namespace
}  // namespace skg::test
