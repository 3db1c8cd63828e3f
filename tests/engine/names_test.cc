#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "engine/open_graph.h"

namespace skg::test {
namespace {

TEST_CASE("terms come back in the form that gives the same term again") {
  TestGraph t;
  struct Case {
    std::string given, shown;
  };
  const std::vector<Case> cases = {
      {"Marie Curie", "Marie Curie"},
      {"100% <pure> \"x\"", "100% <pure> \"x\""},
      {"\xE7\xB4\x84", "\xE7\xB4\x84"},
      {"a/b#c?d&e", "a/b#c?d&e"},
      {"\\\"quoted name\"", "\\\"quoted name\""},
      {"\\<not an iri>", "\\<not an iri>"},
      {"\\_:not blank", "\\_:not blank"},
      {"\\\\backslash", "\\\\backslash"},
      {"<urn:skg:Ulm>", "Ulm"},
      {"<https://schema.org/Person>", "<https://schema.org/Person>"},
      {"\"plain\"", "\"plain\""},
      {"\"plain\"^^<http://www.w3.org/2001/XMLSchema#string>", "\"plain\""},
      {"\"Ulm\"@de", "\"Ulm\"@de"},
      {"\"Ulm\"@DE-ch", "\"Ulm\"@de-ch"},
      {"\"x\"@ar--rtl", "\"x\"@ar--rtl"},
      {"\"1879\"^^<http://www.w3.org/2001/XMLSchema#gYear>",
       "\"1879\"^^<http://www.w3.org/2001/XMLSchema#gYear>"},
      {"\"01\"^^<http://www.w3.org/2001/XMLSchema#integer>",
       "\"01\"^^<http://www.w3.org/2001/XMLSchema#integer>"},
      {"\"1\"^^<http://www.w3.org/2001/XMLSchema#integer>",
       "\"1\"^^<http://www.w3.org/2001/XMLSchema#integer>"},
      {"\"19.90\"^^<http://www.w3.org/2001/XMLSchema#decimal>",
       "\"19.90\"^^<http://www.w3.org/2001/XMLSchema#decimal>"},
      {"\"line\\nbreak \\\" quote\"", "\"line\\nbreak \\\" quote\""},
      {"\"\"", "\"\""},
      {"\"short\"", "\"short\""},
      {"\"" + std::string(3000000, 'l') + "\"",
       "\"" + std::string(3000000, 'l') + "\""},
      {std::string(100000, 'n'), std::string(100000, 'n')},
      {"<<( <urn:a> <urn:b> \"c\"@en )>>", "<<( <urn:a> <urn:b> \"c\"@en )>>"},
      {"<<( <urn:a> <urn:b> <<( <urn:skg:c> <urn:d> \"5\" )>> )>>",
       "<<( <urn:a> <urn:b> <<( <urn:skg:c> <urn:d> \"5\" )>> )>>"},
  };
  for (size_t i = 0; i < cases.size(); ++i) {
    MustAdd(t.graph, Triple("s" + std::to_string(i), "p", cases[i].given));
  }
  for (size_t i = 0; i < cases.size(); ++i) {
    INFO(cases[i].given.substr(0, 100));
    const auto found = Matches(t.graph, Where({}, {}, cases[i].shown));
    REQUIRE(!found.empty());
    CHECK(found[0].object == cases[i].shown);
    CHECK(MustCount(t.graph,
                    Where("s" + std::to_string(i), {}, cases[i].given)) == 1);
  }
  // "plain" twice, as given and as xsd:string: one term.
  CHECK(MustCount(t.graph, Where({}, {}, "\"plain\"")) == 2);
}

TEST_CASE("a local blank node label means one node in one request") {
  TestGraph t;
  MustAddAll(t.graph,
             {Triple("_:x", "knows", "_:y"), Triple("_:y", "knows", "_:x"),
              In("_:x", Triple("a", "b", "<<( _:x <urn:p> _:y )>>"))});
  const auto knows = Matches(t.graph, Where({}, "knows"));
  REQUIRE(knows.size() == 2);
  CHECK(knows[0].subject == knows[1].object);
  CHECK(knows[0].object == knows[1].subject);
  CHECK(knows[0].subject != knows[0].object);
  const auto quoted = Matches(t.graph, Where("a"));
  REQUIRE(quoted.size() == 1);
  CHECK(quoted[0].graph == knows[0].subject);
  CHECK(quoted[0].object ==
        "<<( " + knows[0].subject + " <urn:p> " + knows[0].object + " )>>");

  // Another request, another node.
  MustAdd(t.graph, Triple("_:x", "knows", "_:y"));
  CHECK(MustCount(t.graph, Where({}, "knows")) == 3);
  // A local label of nobody's request matches and removes nothing.
  CHECK(MustCount(t.graph, Where("_:x")) == 0);
  CHECK(t.graph.Remove("_:x", "knows", "_:y")->absent == 1);
}

TEST_CASE(
    "a label that was shown means that node, in every request and after "
    "reopening") {
  TemporaryDirectory directory;
  std::string label;
  {
    const auto engine = OpenEngine(directory / "data");
    Graph graph = OpenGraph(*engine);
    MustAdd(graph, Triple("_:b0", "name", "\"Ada\""));
    label = Matches(graph)[0].subject;
    CHECK(label.substr(0, 5) == "_:skg");
    CHECK(label.find_first_not_of("0123456789abcdef", 5) == 5 + 16);
    CHECK(label.substr(5 + 16) == "x1");
  }
  const auto engine = OpenEngine(directory / "data");
  Graph graph = OpenGraph(*engine);
  MustAdd(graph, Triple(label, "born", "\"1815\""));
  CHECK(MustCount(graph, Where(label)) == 2);
  CHECK(Matches(graph, Where(label, "born"))[0].subject == label);
  CHECK(MustAdd(graph, Triple(label, "name", "\"Ada\"")).duplicates == 1);
  CHECK(graph.Remove(label, "name", "\"Ada\"")->removed == 1);
}

TEST_CASE("labels that only look like stable ones are local") {
  TestGraph t;
  for (const char* label :
       {"_:skg", "_:skg0123456789abcdefx", "_:skg0123456789abcdefx0",
        "_:skg0123456789abcdefx01", "_:skg0123456789ABCDEFx1",
        "_:skg0123456789abcdexx1", "_:skg0123456789abcdefx1a",
        "_:skg0123456789abcdefx1234567890123456789",
        "_:Skg0123456789abcdefx1"}) {
    INFO(label);
    MustAdd(t.graph, Triple(label, "is", "local"));
    CHECK(MustCount(t.graph, Where(label)) == 0);
  }
  MustAdd(t.graph,
          Triple("_:skg0123456789abcdefx123456789012345678", "is", "stable"));
  CHECK(MustCount(t.graph, Where("_:skg0123456789abcdefx123456789012345678")) ==
        1);
}

}  // namespace
}  // namespace skg::test
