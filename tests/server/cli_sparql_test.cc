// `skg query` in SPARQL.
#include <catch2/catch.hpp>
#include <string>

#include "server/cli_support.h"

namespace skg::test {
namespace {

constexpr char kPeople[] =
    "@prefix : <urn:skg:> .\n:Curie :discovered :Radium ; :born 1867 .\n"
    ":Einstein :discovered :Relativity ; :born 1879 .\n";

struct LoadedPlace : CliPlace {
  LoadedPlace() {
    MustRun({"load", "--data", data, File("people.ttl", kPeople)});
  }
  [[nodiscard]] Arguments Ask(const std::string& query,
                              const Arguments& more = {}) const {
    Arguments arguments = {"query", "--data", data};
    arguments.insert(arguments.end(), more.begin(), more.end());
    arguments.push_back(query);
    return arguments;
  }
};

constexpr char kOld[] = "SELECT ?who { ?who :born ?year FILTER(?year < 1870) }";

TEST_CASE("SPARQL in all its forms and results") {
  const LoadedPlace place;
  const auto json = nlohmann::json::parse(MustRun(place.Ask(kOld)));
  CHECK(json["results"]["bindings"][0]["who"]["value"] == "urn:skg:Curie");
  CHECK(MustRun(place.Ask(kOld, {"--results", "csv"})) ==
        "who\r\nurn:skg:Curie\r\n");
  CHECK(MustRun(place.Ask(kOld, {"--results", "tsv"})) ==
        "?who\n<urn:skg:Curie>\n");
  CHECK(Contains(MustRun(place.Ask(kOld, {"--results", "xml"})),
                 "<uri>urn:skg:Curie</uri>"));
  CHECK(MustRun(place.Ask(kOld, {"--results", "table"})) ==
        "who\n-----\nCurie\n(1 row)\n");
  CHECK(MustRun(
            place.Ask("PREFIX r: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> "
                      "SELECT (COUNT(*) AS ?n) (r:type AS ?t) "
                      "('a>' AS ?x) { ?s :born ?y }",
                      {"--results", "table"})) ==
        "n  t         x\n-  --------  ----\n2  rdf:type  \"a>\"\n(1 row)\n");
  CHECK(MustRun(place.Ask("ASK { :Curie ?p ?o }", {"--results", "table"})) ==
        "true\n");
  CHECK(MustRun(place.Ask("DESCRIBE :Einstein", {"--results", "ntriples"}))
            .starts_with("<urn:skg:Einstein> "));
  CHECK(Contains(MustRun(place.Ask("CONSTRUCT WHERE { ?s :discovered ?o }")),
                 "Radium"));
}

TEST_CASE("a graph comes as RDF/XML") {
  const LoadedPlace place;
  const std::string graph =
      MustRun(place.Ask("DESCRIBE :Einstein", {"--results", "rdfxml"}));
  CHECK(graph.starts_with("<?xml"));
  CHECK(Contains(graph, "rdf:about=\"urn:skg:Einstein\""));
  CHECK(
      Contains(MustFail(place.Ask(kOld, {"--results", "rdfxml"})), "no graph"));
  CHECK(
      RunSkg(place.Ask(R"({"pattern": []})", {"--results", "rdfxml"})).status ==
      2);
}

TEST_CASE("values of variables are given by --param, in queries and updates") {
  const LoadedPlace place;
  const std::vector<std::string> csv = {"--results", "csv"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.end(), csv.begin(), csv.end());
    return more;
  };
  CHECK(Contains(MustRun(place.Ask("SELECT ?what { ?who :discovered ?what }",
                                   with({"--param", "who=Curie"}))),
                 "Radium"));
  CHECK(MustRun(place.Ask("SELECT ?a ?b {}", with({"--param", "a=\"x = y\"",
                                                   "--param", "b=<urn:b>"}))) ==
        "a,b\r\nx = y,urn:b\r\n");
  CHECK(Contains(MustFail(place.Ask("ASK {}", {"--param", "who=Curie"})),
                 "no variable ?who"));
  CHECK(
      Contains(MustFail(place.Ask("ASK { ?s ?p ?o }", {"--param", "s=<a b>"})),
               "parameters.s"));
  CHECK(Contains(MustFail(place.Ask("ASK { ?s ?p ?o }",
                                    {"--param", "s=a", "--param", "s=b"})),
                 "two values"));
  CHECK(RunSkg(place.Ask("ASK {}", {"--param", "who"})).status == 2);
  CHECK(RunSkg(place.Ask(R"({"pattern": []})", {"--param", "a=b"})).status ==
        2);
  CHECK(Contains(MustRun(place.Ask("INSERT { ?who :born ?year } WHERE {}",
                                   {"--update", "--param", "who=Meitner",
                                    "--param", "year=\"1878\""})),
                 "1 inserted"));
  CHECK(Contains(MustRun(place.Ask("SELECT ?y { :Meitner :born ?y }", csv)),
                 "1878"));
}

TEST_CASE("the language of a query is told by its first character, or said") {
  const LoadedPlace place;
  CHECK(Contains(
      MustRun(place.Ask(R"({"pattern": ["Curie", "discovered", null]})")),
      "Radium"));
  CHECK(Contains(MustFail(place.Ask(kOld, {"--language", "pattern"})), "JSON"));
  CHECK(Contains(MustFail(place.Ask("{}", {"--language", "sparql"})),
                 "SPARQL 1:1"));
  const ProcessResult mixed =
      RunSkg(place.Ask(R"({"pattern": []})", {"--union-default-graph"}));
  CHECK(mixed.status == 2);
}

TEST_CASE("mistakes and limits end with one line") {
  const LoadedPlace place;
  CHECK(Contains(MustFail(place.Ask("SELECT ?x\nWHERE {")), "SPARQL 2:"));
  CHECK(
      Contains(MustFail(place.Ask(kOld, {"--results", "turtle"})), "no graph"));
  std::string crossed, all;
  for (int i = 0; i < 30; ++i) {
    const std::string n = std::to_string(i);
    crossed += "?a" + n + " ?b" + n + " ?c" + n + " . ";
    all += (i > 0 ? ", STR(?a" : "STR(?a") + n + ")";
  }
  const std::string endless =
      "SELECT * { " + crossed + "FILTER(STRLEN(CONCAT(" + all + ")) > 9999) }";
  CHECK(
      Contains(MustFail(place.Ask(endless, {"--timeout", "0.2"})), "deadline"));
}

TEST_CASE("the plan of a query, before it runs and after") {
  const LoadedPlace place;
  CHECK(Contains(MustRun(place.Ask(kOld, {"--explain"})), "scan"));
  const auto plan = nlohmann::json::parse(
      MustRun(place.Ask(kOld, {"--explain", "--results", "json"})));
  CHECK(plan.is_object());
  CHECK(Contains(MustRun(place.Ask(kOld, {"--profile"})), "blocks read"));
  const std::string pattern = R"({"pattern": ["Curie", null, null]})";
  CHECK(Contains(MustRun(place.Ask(pattern, {"--explain"})), "scan"));
  CHECK(nlohmann::json::parse(
            MustRun(place.Ask(pattern, {"--profile", "--results", "json"})))
            .contains("results"));
}

TEST_CASE("a query may be told how many threads it has") {
  const LoadedPlace place;
  const std::vector<std::string> csv = {"--results", "csv"};
  const std::string rows = MustRun(place.Ask(kOld, csv));
  for (const char* const threads : {"1", "3", "100000"}) {
    CHECK(MustRun(place.Ask(
              kOld, {"--results", "csv", "--threads", threads})) == rows);
  }
  for (const char* const threads : {"0", "-1", "many"})
    CHECK(RunSkg(place.Ask(kOld, {"--threads", threads})).status == 2);
  CHECK(RunSkg(place.Ask("CLEAR ALL", {"--update", "--threads", "2"})).status ==
        2);
}

TEST_CASE("an update is one commit") {
  const LoadedPlace place;
  CHECK(MustRun(place.Ask("DELETE { ?s :born ?y } INSERT { ?s :birth ?y } "
                          "WHERE { ?s :born ?y }",
                          {"--update"})) ==
        "2 inserted, 2 removed (commit 2)\n");
  CHECK(MustRun(place.Ask("ASK { ?s :born ?y }", {"--results", "table"})) ==
        "false\n");
  CHECK(Contains(MustFail(place.Ask("INSERT DATA {", {"--update"})),
                 "SPARQL 1:"));
  CHECK(RunSkg(place.Ask("CLEAR ALL", {"--update", "--as-of", "1"})).status ==
        2);
  CHECK(place.Statements() == 4);
}

TEST_CASE("SPARQL asks the past, too") {
  const LoadedPlace place;
  MustRun({"load", "--data", place.data,
           place.File("more.nt", "<urn:skg:x> <urn:skg:born> \"1\" .\n")});
  const std::string count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }";
  CHECK(MustRun(place.Ask(count, {"--results", "csv"})) == "n\r\n5\r\n");
  CHECK(MustRun(place.Ask(count, {"--results", "csv", "--as-of", "1"})) ==
        "n\r\n4\r\n");
}

TEST_CASE("what holds in the world at a time, and weighs enough") {
  const CliPlace place;
  MustRun({"load", "--data", place.data,
           place.File("jobs.json",
                      R"({"triples":[{"subject":"Curie","predicate":"worksAt",)"
                      R"("object":"Sorbonne","weight":0.4,)"
                      R"("valid_from":"1900-01-01","valid_to":"1934-07-04"},)"
                      R"({"subject":"Joliot","predicate":"worksAt",)"
                      R"("object":"Sorbonne","weight":0.9}]})")});
  const auto who = [&](const Arguments& more) {
    Arguments arguments = {"query", "--data", place.data, "--results", "csv"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    arguments.push_back("SELECT ?x { ?x :worksAt ?y } ORDER BY ?x");
    return arguments;
  };
  CHECK(MustRun(who({"--valid-at", "1920-05-01"})) ==
        "x\r\nurn:skg:Curie\r\nurn:skg:Joliot\r\n");
  CHECK(MustRun(who({"--valid-at", "1950-05-01"})) ==
        "x\r\nurn:skg:Joliot\r\n");
  CHECK(MustRun(who({"--min-weight", "0.5"})) == "x\r\nurn:skg:Joliot\r\n");
  CHECK(RunSkg(who({"--valid-at", "7"})).status == 2);
  CHECK(RunSkg(who({"--min-weight", "2"})).status == 2);
}

}  // namespace
}  // namespace skg::test
