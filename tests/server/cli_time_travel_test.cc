// `skg diff` and `skg history`.
#include <signal.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/subprocess.h"
#include "skg/engine.h"
#include "support/test_support.h"

namespace skg::test {
namespace {

using Arguments = std::vector<std::string>;
using nlohmann::json;

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Four commits: a, b; c; a heavier; b gone.
struct Place {
  Place() {
    auto engine = Engine::Open(data);
    REQUIRE_OK(engine);
    auto graph = (*engine)->OpenGraph("", {.create = true});
    REQUIRE_OK(graph);
    const std::vector<NewStatement> first = {
        {.subject = "a", .predicate = "p", .object = "1", .weight = 0.5f},
        {.subject = "b", .predicate = "p", .object = "2, \"quoted\""}};
    REQUIRE_OK(graph->AddBatch(first).status());
    REQUIRE_OK(
        graph
            ->Add(
                {.subject = "c", .predicate = "q", .object = "3", .graph = "g"})
            .status());
    Statement stored;
    auto third = graph->Add({.subject = "a",
                             .predicate = "p",
                             .object = "1",
                             .weight = 0.75f,
                             .metadata = R"({"by":"me"})"},
                            {}, &stored);
    REQUIRE_OK(third);
    third_time = absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", third->time,
                                  absl::UTCTimeZone());
    id = stored.id;
    REQUIRE_OK(graph->Remove("b", "p", "2, \"quoted\"").status());
  }
  [[nodiscard]] ProcessResult Run(Arguments arguments) const {
    arguments.insert(arguments.begin() + 1, {"--data", data});
    return RunSkg(arguments);
  }
  [[nodiscard]] std::string Must(const Arguments& arguments) const {
    const ProcessResult result = Run(arguments);
    INFO(result.err);
    REQUIRE(result.status == 0);
    CHECK(result.err.empty());
    return result.out;
  }
  [[nodiscard]] std::string Fail(const Arguments& arguments,
                                 int status = 1) const {
    const ProcessResult result = Run(arguments);
    CHECK(result.status == status);
    CHECK(result.out.empty());
    return result.err;
  }
  // "added a", "changed c" ... in the order of the answer.
  [[nodiscard]] std::vector<std::string> Diff(Arguments arguments) const {
    arguments.insert(arguments.begin(), "diff");
    std::vector<std::string> said;
    const json answer = json::parse(Must(arguments));
    for (const json& each : answer["differences"]) {
      const std::string change = each["change"];
      said.push_back(
          change + " " +
          std::string(
              each[change == "removed" ? "before" : "after"]["subject"]));
    }
    return said;
  }

  TemporaryDirectory directory;
  std::string data = directory / "data";
  std::string id, third_time;
};

TEST_CASE("diff tells what was added, removed and changed") {
  const Place place;
  using List = std::vector<std::string>;
  CHECK(place.Diff({"--from", "0", "--to", "1"}) == List{"added a", "added b"});
  CHECK(place.Diff({"--from", "1"}) ==
        List{"changed a", "removed b", "added c"});
  CHECK(place.Diff({"--from", "4", "--to", "1"}) ==
        List{"changed a", "added b", "removed c"});
  CHECK(place.Diff({"--from", place.third_time}) == List{"removed b"});
  CHECK(place.Diff({"--from", "2", "--to", place.third_time}) ==
        List{"changed a"});
  CHECK(place.Diff({"--from", "4"}).empty());
  CHECK(place.Diff({"--from", "1", "--subject", "c"}) == List{"added c"});
  CHECK(place.Diff({"--from", "1", "--predicate", "p", "--object", "1"}) ==
        List{"changed a"});
  CHECK(place.Diff({"--from", "1", "--named-graph", "g"}) == List{"added c"});
  CHECK(place.Diff({"--from", "1", "--named-graph", ""}) ==
        List{"changed a", "removed b"});

  const json whole = json::parse(place.Must({"diff", "--from", "1"}));
  CHECK(whole["from"] == 1);
  CHECK(whole["to"] == 4);
  const json& changed = whole["differences"][0];
  CHECK(changed["before"]["weight"] == 0.5);
  CHECK(changed["before"]["metadata"] == json::object());
  CHECK(changed["after"]["weight"] == 0.75);
  CHECK(changed["after"]["metadata"] == json{{"by", "me"}});
  CHECK(changed["after"]["version"] == 3);
  CHECK(!whole["differences"][1].contains("after"));
}

TEST_CASE("diff as rows") {
  const Place place;
  const std::string csv =
      place.Must({"diff", "--from", "1", "--results", "csv"});
  CHECK(csv ==
        "change,subject,predicate,object,graph,edge,weight before,"
        "weight after,metadata before,metadata after\r\n"
        "changed,a,p,1,,0,0.5,0.75,{},\"{\"\"by\"\":\"\"me\"\"}\"\r\n"
        "removed,b,p,\"2, \"\"quoted\"\"\",,0,1,,{},\r\n"
        "added,c,q,3,g,0,,1,,{}\r\n");
  CHECK(place.Must({"diff", "--from", "4", "--results", "tsv"}) ==
        "change\tsubject\tpredicate\tobject\tgraph\tedge\tweight before\t"
        "weight after\tmetadata before\tmetadata after\n");
  const std::string table =
      place.Must({"diff", "--from", "1", "--results", "table"});
  CHECK(Contains(table, "\nchanged  a        p "));
  CHECK(table.ends_with("\n(3 rows)\n"));
  CHECK(place.Must({"diff", "--from", "4", "--results", "table"})
            .ends_with("\n(0 rows)\n"));
}

TEST_CASE("a diff of more than one batch is one document") {
  const TemporaryDirectory directory;
  const std::string data = directory / "data";
  std::string text;
  for (int i = 0; i < 5000; ++i) absl::StrAppend(&text, "s", i, "\tp\to\n");
  REQUIRE(
      RunSkg({"load", "--data", data, "--format", "tsv", "-"}, {.input = text})
          .status == 0);
  const ProcessResult all = RunSkg({"diff", "--data", data, "--from", "0"});
  CHECK(all.status == 0);
  CHECK(json::parse(all.out)["differences"].size() == 5000);
  const ProcessResult table =
      RunSkg({"diff", "--data", data, "--from", "0", "--results", "table"});
  CHECK(std::count(table.out.begin(), table.out.end(), '\n') == 5003);
  CHECK(table.out.ends_with("(5,000 rows)\n"));
  // A reader that goes away early is no failure.
  SkgProcess process({"diff", "--data", data, "--from", "0"});
  process.CloseOutput();
  CHECK(process.Wait().status == 0);
}

TEST_CASE("history tells the versions of one statement") {
  const Place place;
  const json versions = json::parse(place.Must({"history", "a", "p", "1"}));
  REQUIRE(versions["versions"].size() == 2);
  CHECK(versions["versions"][0]["version"] == 1);
  CHECK(versions["versions"][0]["weight"] == 0.5);
  CHECK(versions["versions"][1]["version"] == 3);
  CHECK(versions["versions"][1]["metadata"] == json{{"by", "me"}});
  CHECK(json::parse(place.Must({"history", "--id", place.id})) == versions);

  const std::string removed =
      place.Must({"history", "b", "p", "2, \"quoted\"", "--results", "tsv"});
  CHECK(removed.starts_with(
      "version\tat\tchange\tweight\tmetadata\tvalid_from\tvalid_to\tsource\n"
      "1\t"));
  CHECK(Contains(removed, "\tinserted\t1\t{}\t"));
  CHECK(Contains(removed, "\n4\t"));
  CHECK(Contains(removed, "\tremoved\t\t\t\t\t\n"));
  CHECK(place.Must({"history", "a", "p", "1", "--results", "table"})
            .ends_with("\n(2 rows)\n"));
  CHECK(Contains(place.Must({"history", "c", "q", "3", "--named-graph", "g",
                             "--results", "csv"}),
                 "inserted"));
  CHECK(Contains(place.Fail({"history", "c", "q", "3"}), "no such statement"));
  CHECK(Contains(place.Fail({"history", "a", "p", "1", "--edge", "1"}),
                 "no such statement"));
  CHECK(Contains(place.Fail({"history", "--id", "nonsense"}), "is not a UUID"));
}

TEST_CASE("diff and history beside a server") {
  const Place place;
  SkgProcess server(
      {"serve", "--data", place.data, "--no-auth", "--port", "0"});
  REQUIRE(server.WaitForOutput("listening on"));
  CHECK(place.Diff({"--read-only", "--from", "3"}) ==
        std::vector<std::string>{"removed b"});
  CHECK(json::parse(
            place.Must({"history", "--read-only", "a", "p", "1"}))["versions"]
            .size() == 2);
  CHECK(Contains(place.Fail({"diff", "--from", "3"}), "--read-only"));
  server.Signal(SIGTERM);
  CHECK(server.Wait().status == 0);
}

TEST_CASE("points that are not there, and wrong command lines") {
  const Place place;
  CHECK(Contains(place.Fail({"diff", "--from", "99"}), "99"));
  CHECK(Contains(place.Fail({"diff", "--from", "1999-01-01"}), "commit"));
  CHECK(place.Fail({"diff", "--from", "0", "--graph", "none"}) != "");
  for (const Arguments& wrong : {Arguments{"diff"},
                                 {"diff", "--from", "yesterday"},
                                 {"diff", "--from", "1", "--results", "xml"},
                                 {"history"},
                                 {"history", "a", "p"},
                                 {"history", "--id", place.id, "a", "p", "1"},
                                 {"history", "a", "p", "1", "--edge", "-1"}}) {
    CHECK(Contains(place.Fail(wrong, 2), "--help"));
  }
}

}  // namespace
}  // namespace skg::test
