// `skg analyze`.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "server/cli_support.h"

namespace skg::test {
namespace {

using nlohmann::json;

struct Filled : CliPlace {
  Filled() {
    MustRun({"load", "--data", data,
             File("knows.tsv",
                  "a\tknows\tb\t0.5\nb\tknows\tc\t1\nc\tknows\ta\t0.25\n"
                  "c\tknows\td\t1\nd\tknows\te\t1\ne\tknows\tf\t1\n"
                  "f\tknows\td\t1\na\tborn\t\"1867\"\n")});
  }
};

TEST_CASE("analyze prints rows in every form", "[analyze]") {
  const Filled place;
  const json ranks = json::parse(
      MustRun({"analyze", "pagerank", "--data", place.data, "--limit", "2",
               "--damping", "0.5", "--results", "json"}));
  CHECK(ranks["algorithm"] == "pagerank");
  CHECK(ranks["results"].size() == 2);
  CHECK(ranks["results"][0]["entity"] == "d");
  const std::string csv =
      MustRun({"analyze", "degree", "--data", place.data, "--kind", "in",
               "--normalised", "false", "--results", "csv", "--limit", "1"});
  CHECK(csv == "entity,score\r\nd,2\r\n");
  const std::string table = MustRun(
      {"analyze", "louvain", "--data", place.data, "--results", "table"});
  CHECK(Contains(table, "community"));
  CHECK(Contains(table, "modularity"));
  const json paths = json::parse(
      MustRun({"analyze", "shortest_path", "--data", place.data, "--source",
               "a", "--target", "c", "--weighted", "--results", "json"}));
  CHECK(paths["paths"] == json::parse(R"([["a","b","c"]])"));
  CHECK(paths["lengths"] == json::parse("[1.5]"));
}

TEST_CASE("analyze chooses edges and states", "[analyze]") {
  const Filled place;
  const auto nodes = [&](Arguments more) {
    more.insert(more.begin(), {"analyze", "components", "--data", place.data,
                               "--results", "json"});
    const json found = json::parse(MustRun(more));
    size_t count = 0;
    for (const json& one : found["components"]) count += one.size();
    return count;
  };
  CHECK(nodes({}) == 6);
  CHECK(nodes({"--literals"}) == 7);
  CHECK(nodes({"--predicate", "born", "--literals"}) == 2);
  CHECK(nodes({"--min-weight", "0.9"}) == 5);
  CHECK(nodes({"--as-of", "0"}) == 0);
  CHECK(nodes({"--named-graph", "nowhere"}) == 0);
  CHECK(nodes({"--named-graph", ""}) == 6);
  CHECK(nodes({"--predicate", "born", "--predicate", "knows", "--literals"}) ==
        7);
  CHECK(nodes({"--without-predicate", "knows"}) == 0);
  CHECK(nodes({"--node-type", "Person"}) == 0);
}

TEST_CASE("analyze puts parallel statements together by the rule",
          "[analyze]") {
  const Filled place;
  MustRun({"load", "--data", place.data,
           place.File("likes.tsv", "a\tlikes\tb\t0.25\n")});
  const auto strength = [&](Arguments more) {
    more.insert(more.begin(),
                {"analyze", "degree", "--data", place.data, "--kind", "in",
                 "--normalised", "false", "--results", "csv", "--limit", "9",
                 "--weighted"});
    const std::string rows = MustRun(more);
    const size_t begin = rows.find("\nb,") + 3;
    return rows.substr(begin, rows.find('\r', begin) - begin);
  };
  CHECK(strength({}) == "0.75");
  CHECK(strength({"--parallel", "greatest"}) == "0.5");
  CHECK(strength({"--parallel", "mean"}) == "0.375");
}

TEST_CASE("analyze writes its answer back", "[analyze]") {
  const Filled place;
  MustRun({"analyze", "core_numbers", "--data", place.data, "--write-graph",
           "cores", "--results", "csv"});
  CHECK(place.Statements() == 8 + 6);
  MustRun({"analyze", "core_numbers", "--data", place.data, "--write-graph",
           "cores", "--predicate", "knows", "--results", "csv"});
  CHECK(place.Statements() == 8 + 6);
}

TEST_CASE("a wrong command line of analyze is a usage error", "[analyze]") {
  const Filled place;
  const auto fails = [&](Arguments arguments) {
    arguments.insert(arguments.begin(), "analyze");
    arguments.insert(arguments.end(), {"--data", place.data});
    const ProcessResult result = RunSkg(arguments);
    CHECK(result.status == 2);
    CHECK(LineCount(result.err) <= 2);
    return result.err;
  };
  CHECK(Contains(fails({"pagerankk"}), "pagerankk"));
  CHECK(Contains(fails({"pagerank", "--damping", "2"}), "damping"));
  CHECK(Contains(fails({"pagerank", "--limit", "many"}), "limit"));
  CHECK(Contains(fails({"shortest_paths", "--source", "a"}), "target"));
  CHECK(Contains(fails({"triangles", "--write-graph", "g"}), "write-graph"));
  CHECK(Contains(fails({"degree", "--kind", "up"}), "kind"));
  CHECK(Contains(fails({"degree", "--parallel", "most"}), "sum, greatest"));
  CHECK(Contains(fails({"degree", "--min-weight", "2"}), "min-weight"));
  CHECK(Contains(fails({"degree", "--predicate", ""}), "predicate"));
  CHECK(Contains(fails({"degree", "--named-graph", "g", "--named-graph", "h"}),
                 "named-graph"));
  CHECK(
      Contains(fails({"pagerank", "--read-only", "--write-predicate", "rank"}),
               "read-only"));
}

}  // namespace
}  // namespace skg::test
